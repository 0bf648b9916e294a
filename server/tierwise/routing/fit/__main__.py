"""`python -m tierwise.routing.fit`: cross-validate, fit on everything, write the weights."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from tierwise.routing.fit import judge, rows, write
from tierwise.routing.fit.train import Corpus, fit_data
from tierwise.routing.weights import parse

HELD: Final = Path(".tools/router-held.json")
"""Held-out estimates of the last fit, for the bench; not part of the project."""
OWN: Final = ("own.tsv", "paraphrases.tsv", "repository.tsv")
"""Rows of the project's own beside the shared ones; the weights name them by their hashes."""
OUT: Final = Path(__file__).parents[1] / "weights.json"


def main() -> None:
    """Fit, cross-validate, write the weights and print the figures."""
    paths = [rows.folder() / "requests.dev.jsonl", rows.folder() / "outcomes.dev.jsonl.gz"]
    for path in paths:
        if not path.exists():
            sys.exit(f"There is no {path.name} in the shared data folder; set TIERWISE_DATA.")
    corpus = Corpus(rows.taught(paths[0]), rows.outcomes(paths[1]))
    held = judge.cross_validated(corpus)
    asked = len(corpus.requests)
    judged = [i for i, row in enumerate(corpus.requests) if row.judges]
    figures = {
        "requests": judge.of_requests([held[i] for i in judged], corpus.needs[judged]),
        "outcomes": judge.of_outcomes(held[asked:], np.array([o.kept for o in corpus.outcomes])),
    }
    data = fit_data(corpus, np.arange(len(corpus.x)))
    data["about"] = {
        "fitted": datetime.now(UTC).date().isoformat(),
        "data": rows.digest(paths),
        "own": {name: rows.digest([Path(__file__).with_name(name)]) for name in OWN},
        "cross_validated": figures,
    }
    OUT.write_text(write.text(data), encoding="utf-8")
    judge.keep(held, HELD, parse(OUT.read_bytes()).hash)
    print(json.dumps(figures, indent=2))
    print(f"{OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

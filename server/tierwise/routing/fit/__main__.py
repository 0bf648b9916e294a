"""`python -m tierwise.routing.fit`: cross-validate, fit on everything, write the weights."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from tierwise.routing import ask, packed
from tierwise.routing.fit import demo, judge, rows, talk, write
from tierwise.routing.fit.train import Corpus, fit_data
from tierwise.routing.weights import PACKED, parse

HELD: Final = Path(".tools/router-held.json")
"""Held-out estimates of the last fit, for the bench; not part of the project."""
OWN: Final = ("own.tsv", "paraphrases.tsv", "repository.tsv", "talk.tsv", "talk_sentences.tsv")
"""Files with the project's own rows, beside the shared ones. The weights name their hashes."""
OUT: Final = Path(__file__).parents[1] / "weights.json"


def main() -> None:
    """Fit the talk model, cross-validate, fit on all rows, write the files, print the figures."""
    named = ("requests.dev.jsonl", "outcomes.dev.jsonl.gz", "requests.new.jsonl")
    paths = [rows.folder() / name for name in named]
    for path in paths:
        if not path.exists():
            sys.exit(f"There is no {path.name} in the shared data folder; set TIERWISE_DATA.")
    taught = talk.fitted(*talk.sentences())
    Path(ask.TALK).write_text(talk.text(taught), encoding="utf-8")
    ask.forget()
    corpus = Corpus(rows.taught(paths[0]), rows.outcomes(paths[1]))
    held = judge.cross_validated(corpus)
    asked = len(corpus.requests)
    judged = [i for i, row in enumerate(corpus.requests) if row.judges]
    weak = [i for i in judged if corpus.requests[i].source == rows.NEW]
    usual = [i for i in judged if corpus.requests[i].source != rows.NEW]
    figures = {
        "requests": judge.of_requests([held[i] for i in usual], corpus.needs[usual]),
        "weak kinds": judge.of_requests([held[i] for i in weak], corpus.needs[weak]),
        "outcomes": judge.of_outcomes(held[asked:], np.array([o.kept for o in corpus.outcomes])),
    }
    data = fit_data(corpus, np.arange(len(corpus.x)))
    data["about"] = {
        "data": rows.digest(paths),
        "own": {name: rows.digest([Path(__file__).with_name(name)]) for name in OWN},
        "cross_validated": figures,
    }
    before = OUT.read_text(encoding="utf-8") if OUT.exists() else None
    data = write.dated(data, before, datetime.now(UTC).date().isoformat())
    OUT.write_text(write.text(data), encoding="utf-8")
    Path(PACKED).write_bytes(packed.pack(parse(OUT.read_bytes())))
    demo.OUT.write_text(demo.text(corpus.requests, held), encoding="utf-8")
    judge.keep(held, HELD, parse(OUT.read_bytes()).hash)
    print(json.dumps(figures, indent=2))
    print(f"{OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

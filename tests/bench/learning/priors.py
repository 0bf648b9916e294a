"""Priors fitted without the family they are judged on; nothing streamed is in a prior.

A fit takes minutes, so it is kept in `.cache/priors`, under a name made of everything it is
fitted from: the code of the router, the rows, and what is left out.
"""

from __future__ import annotations

import hashlib
import pickle
from functools import cache
from pathlib import Path
from typing import Final

from tests.bench.learning import streams

from tierwise.routing.fit import rows
from tierwise.routing.fit.train import fit_weights
from tierwise.routing.weights import Weights

ROOT: Final = Path(__file__).parents[3]
KEPT: Final = ROOT / ".cache" / "priors"


@cache
def without(family: str | None) -> Weights:
    """The weights fitted on the labelled requests and the outcomes of the other families.

    None leaves all families out: for a stream in which they are mixed, the labelled requests
    alone make the prior.
    """
    path = KEPT / f"{family or 'all'}-{_stand()}.pickle"
    if path.exists():
        found: Weights = pickle.loads(path.read_bytes())
        return found
    kept = []
    if family is not None:
        own = streams.FAMILIES[family]
        others = [r for r in streams.outcome_rows() if r["source"] not in own and r["prompt"]]
        kept = [rows.outcome(dict(r)) for r in others]
    requests = [*rows.labelled(streams.folder() / "requests.dev.jsonl"), *rows.own()]
    made = fit_weights(requests, kept)
    KEPT.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(made))
    return made


@cache
def _stand() -> str:
    """A name of the router's code and of the rows."""
    found = hashlib.blake2b(digest_size=6)
    code = (ROOT / "server" / "tierwise" / "routing").rglob("*")
    data = (streams.folder() / name for name in ("outcomes.dev.jsonl.gz", "requests.dev.jsonl"))
    for path in (*sorted(p for p in code if p.suffix in (".py", ".tsv")), *data):
        found.update(path.read_bytes())
    return found.hexdigest()

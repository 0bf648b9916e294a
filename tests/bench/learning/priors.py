"""Priors fitted without the family they are judged on; nothing streamed is in a prior."""

from __future__ import annotations

from functools import cache

from tests.bench.learning import streams

from tierwise.routing.fit import rows
from tierwise.routing.fit.train import fit_weights
from tierwise.routing.weights import Weights


@cache
def without(family: str | None) -> Weights:
    """The weights fitted on the labelled requests and the outcomes of the other families.

    None leaves all families out: for a stream in which they are mixed, the labelled requests
    alone make the prior.
    """
    kept = []
    if family is not None:
        own = streams.FAMILIES[family]
        others = [r for r in streams.outcome_rows() if r["source"] not in own and r["prompt"]]
        kept = [rows.outcome(r) for r in others]
    requests = [*rows.labelled(streams.folder() / "requests.dev.jsonl"), *rows.own()]
    return fit_weights(requests, kept)

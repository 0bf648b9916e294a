"""What edit size is worth: the repository cases with and without it, a pair held out at a time."""

from __future__ import annotations

import json

from tests.bench.router import report
from tests.bench.router.figures import exactness, percent

from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import policy
from tierwise.routing.estimate import estimate
from tierwise.routing.fit import reach
from tierwise.routing.fit.__main__ import OUT
from tierwise.routing.fit.rows import LabelledRequest
from tierwise.routing.signals import measure
from tierwise.routing.weights import Weights, parse

FOLDS = 6


def table() -> str:
    """Exact and under-routed with the reach weights, and with them at zero."""
    data = json.loads(OUT.read_text(encoding="utf-8"))
    cases = reach.cases()
    pairs = sorted({case.group for case in cases})
    fold = {pair: i % FOLDS for i, pair in enumerate(pairs)}
    with_reach, without = [0] * len(cases), [0] * len(cases)
    for number in range(FOLDS):
        reach.teach(data, [case for case in cases if fold[case.group] != number])
        weights = parse(json.dumps(data).encode())
        for cut in data["cuts"]:
            cut["reach"] = {}
        bare = parse(json.dumps(data).encode())
        for i, case in enumerate(cases):
            if fold[case.group] == number:
                with_reach[i] = _routed(case, weights)
                without[i] = _routed(case, bare)
    needs = [case.need for case in cases]
    lines = []
    for name, routed in (("with edit size", with_reach), ("without", without)):
        found = exactness(routed, needs)
        lines.append([name, str(len(cases)), percent(found["exact"]), percent(found["under"]),
                      percent(found["over"])])  # fmt: skip
    return report.table(["", "cases", "exact %", "under %", "over %"], lines)


def _routed(case: LabelledRequest, weights: Weights) -> int:
    signals = measure(case.request, weights=weights)
    found = estimate(signals, weights, DEFAULT_LADDER)
    return DEFAULT_LADDER.rank(policy.decide(signals, found, Situation()).routed)

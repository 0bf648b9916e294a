"""`python -m tests.bench.router`: judge the router on rows its weights never saw, beside peers."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tests.bench.router import (
    attacks,
    figures,
    frames,
    idea,
    loss,
    noise,
    opinion,
    paraphrases,
    peers,
    plot,
    policies,
    reach,
    reasons,
    report,
    speed,
    variations,
)
from tests.bench.router.figures import percent

from tierwise.core.request import Request
from tierwise.routing.fit import judge, rows
from tierwise.routing.fit.__main__ import HELD, OUT
from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.logistic import Array
from tierwise.routing.fit.rows import NEEDS, LabelledRequest, OutcomeRow
from tierwise.routing.fit.train import Corpus

COMMAND = "make bench-router"
PLOT = Path("docs/routing-calibration.svg")
REASONS = 100
"""Requests whose reasons are held against what really moved the estimate."""


def main() -> None:
    """Measure, print, and write the tables and the plot into the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--attacks", type=int, default=500)
    asked.add_argument("--requests", type=int, default=200)
    asked.add_argument("--draws", type=int, default=2, help="folds drawn anew, for the noise")
    asked.add_argument("--only", nargs="*", help="parts to measure again, by their markers' names")
    options = asked.parse_args()
    corpus = Corpus(rows.taught(), rows.outcomes())
    weights = hashlib.sha256(OUT.read_bytes()).hexdigest()[:16]
    held = judge.kept(HELD, weights) or judge.cross_validated(corpus)
    judged = [i for i, row in enumerate(corpus.requests) if row.judges]
    every, every_held = [corpus.requests[i] for i in judged], [held[i] for i in judged]
    judged = [i for i in judged if corpus.requests[i].source != rows.NEW]
    mine = [corpus.requests[i] for i in judged]
    ours = [held[i] for i in judged]
    asked_of = [row.request for row in mine]
    step = max(1, len(mine) // options.requests)
    tasks, outcomes = held[len(corpus.requests) :], list(corpus.outcomes)
    parts: dict[str, Callable[[], str]] = {
        "requests": lambda: _requests(mine, ours),
        "actions": lambda: report.table(_BY, figures.by(mine, ours, lambda r: r.request.action)),
        "languages": lambda: report.table(_BY, _languages(mine, ours)),
        "outcomes": lambda: report.table(
            ["source", "tasks", "AUC of accept[low]", "APGR", "ECE low", "ECE top", "Brier low"],
            figures.of_outcomes(tasks, outcomes),
        ),
        "frontier": lambda: _frontier(tasks, outcomes),
        "dial": lambda: loss.dial(_kinds(every, every_held)),
        "loss": lambda: loss.table(_judged(mine, ours, tasks, outcomes)),
        "sizes": lambda: loss.sizes(every, every_held),
        "frames": lambda: _frames(asked_of[::step]),
        "noise": lambda: noise.table(corpus, held, judged, options.draws, weights),
        "paraphrases": lambda: paraphrases.table(corpus, held),
        "idea": idea.table,
        "variations": variations.table,
        "opinion": lambda: opinion.table(ours, np.array([row.need for row in mine])),
        "reach": reach.table,
        "reasons": lambda: reasons.table(asked_of[::step][:REASONS]),
        "speed": lambda: report.table(["part", "p50 ms", "p99 ms"], speed.measured(asked_of[:400])),
        "attacks": lambda: report.table(
            ["the file is", "files x requests", "tiers moved, %", "most steps"],
            attacks.measured(asked_of[::step][: options.requests], options.attacks),
        ),
    }
    told = f"Measured {datetime.now(UTC).date().isoformat()} by `{COMMAND}`, whole"
    when = f"{told} (attacks: {options.attacks} x {options.requests}), weights `{weights}`."
    sections = {} if options.only else {"when": when}
    for name in options.only or parts:
        sections[name] = parts[name]()
        print(f"\n{name}\n{sections[name]}", flush=True)
    if not options.only:
        PLOT.write_text(plot.calibration(_curves(mine, ours, tasks, outcomes)), encoding="utf-8")
    report.write(sections)


_BY = ["", "rows", "exact %", "under % ± 95 %", "over %", "ECE of need[haiku]"]


def _requests(mine: Sequence[LabelledRequest], ours: Sequence[Held]) -> str:
    needs = [row.need for row in mine]
    asked = [row.request for row in mine]
    told: list[tuple[str, list[int], str]] = [
        ("**Tierwise, as shipped**", policies.routed(ours), ""),
        ("Tierwise, likeliest tier", policies.likeliest(ours), ""),
        *((f"always {name}", policies.fixed(mine, i), "") for i, name in enumerate(NEEDS)),
        ("random, by label shares", policies.chance(mine), ""),
        ("length alone, fitted", policies.by_length(mine), ""),
        *((p.name, p.routed, f"{p.p50:.2f} / {p.p99:.2f}") for p in peers.all_of(asked)),
    ]
    lines = []
    for name, routed, taken in told:
        found = figures.exactness(routed, needs)
        lines.append(
            [name, percent(found["kept"]), percent(1 - found["1:20:40"]),
             percent(1 - found["1:3:5"]), percent(found["exact"]), percent(found["under"]),
             percent(found["over"]),
             f"{found['hard']:.0f} of {found['tops']:.0f}", taken]
        )  # fmt: skip
    noise = f"A 95 % interval of an exact share is ± {100 * figures.interval(0.7, len(mine)):.1f}."
    head = ["router", "haiku tasks kept %", "saved % at 1:20:40", "saved % at 1:3:5", "exact %",
            "under %", "over %", "top tasks on the cheapest", "p50 / p99 ms"]  # fmt: skip
    return f"{report.table(head, lines)}\n\n{noise}"


def _kinds(
    every: Sequence[LabelledRequest], held: Sequence[Held]
) -> list[tuple[str, Sequence[Held], Array]]:
    """The usual requests, and those of kinds the router was weak in."""
    parts: list[tuple[str, Sequence[Held], Array]] = []
    for name, weak in (("usual", False), ("weak kinds", True)):
        chosen = [i for i, row in enumerate(every) if (row.source == rows.NEW) == weak]
        needs = np.array([every[i].need for i in chosen])
        parts.append((name, [held[i] for i in chosen], needs))
    return parts


def _judged(
    mine: Sequence[LabelledRequest],
    ours: Sequence[Held],
    tasks: Sequence[Held],
    outcomes: Sequence[OutcomeRow],
) -> list[loss.Judged]:
    from_need = np.array([[tier >= row.need for tier in range(len(NEEDS))] for row in mine])
    measured = np.array([row.kept for row in outcomes]) >= 0.5
    return [loss.Judged("requests", ours, from_need), loss.Judged("tasks", tasks, measured)]


def _frames(asked: Sequence[Request]) -> str:
    """Talk around wishes, by frames that taught nothing; the weights have seen the wishes."""
    found = frames.moved(asked, frames.held())
    lines = [[str(found.low), percent(found.up / found.low), percent(found.top / found.low),
              str(found.others), percent(found.down / found.others)]]  # fmt: skip
    head = ["framed, on the cheapest", "moved up %", "to the top %", "framed, on others",
            "moved down %"]  # fmt: skip
    return report.table(head, lines)


def _languages(mine: Sequence[LabelledRequest], ours: Sequence[Held]) -> list[list[str]]:
    every = figures.by(mine, ours, lambda row: row.language)
    return figures.by(mine, ours, lambda row: "en" if row.language == "en" else "not en") + every


def _frontier(tasks: Sequence[Held], outcomes: Sequence[OutcomeRow]) -> str:
    accepts = np.array([[h.estimate.accept[n] for n in NEEDS] for h in tasks])
    kept = np.array([row.kept for row in outcomes])
    lines = []
    for name, prices in figures.RATIOS.items():
        for least in (0.96, 0.93):
            found = figures.frontier(accepts, kept, prices, least)
            if found:
                over, low, high = (100 * found[k] for k in ("gain", "low", "high"))
                gain = f"{over:+.1f} [{low:+.1f}, {high:+.1f}]"
                lines.append([name, f"{found['quality']:.3f}", f"{found['cost']:.3f}", gain])
    head = ["prices", "quality of always-top", "cost of always-top", "points over blind mixing"]
    return report.table(head, lines)


def _curves(
    mine: Sequence[LabelledRequest],
    ours: Sequence[Held],
    tasks: Sequence[Held],
    outcomes: Sequence[OutcomeRow],
) -> list[tuple[str, Array, Array]]:
    def need(tier: int) -> tuple[Array, Array]:
        shares = np.array([h.estimate.need[NEEDS[tier]] for h in ours])
        return shares, np.array([float(row.need <= tier) for row in mine])

    low = np.array([h.estimate.accept[NEEDS[0]] for h in tasks])
    return [
        ("need at most haiku (requests)", *need(0)),
        ("need at most sonnet (requests)", *need(1)),
        ("haiku's answer kept (tasks)", low, np.array([row.kept[0] for row in outcomes])),
    ]


if __name__ == "__main__":
    main()

"""Texts about what was learned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tierwise.present import counts
from tierwise.present.money import amount
from tierwise.present.names import label


def gate(why: str, needed: int, outcomes: int) -> str:
    """Whether the learned state decides, and why."""
    sentences = {
        "few": f"not enough evidence: {needed} more outcomes needed",
        "uninformative": f"not enough evidence: {needed} more discards, redos or ratings needed",
        "dearer": "what was learned would cost more than the shipped state, so that decides",
        "worse": "what was learned got worse than the shipped state, so that decides again",
        "unsure": "what was learned is not surely better than the shipped state, so that decides",
        "live": f"live: decisions use what {outcomes} outcomes taught",
        "off": "off: outcomes are recorded, the shipped state decides",
    }
    return sentences[why]


def improvement(tasks: int, share: float, within: float) -> str:
    """How much less was lost (spent, and paid for redos) while the learned state decided.

    `share` is what was saved, divided by what the shipped state would have lost: 0.12 gives "12.0 %
    less". `within` is half the width of the 95 % interval of that share.
    """
    less = "less" if share >= 0 else "more"
    low, high = (share - within) * 100, (share + within) * 100
    return (
        f"spend and redos {abs(share) * 100:.1f} % {less} than by the shipped state,"
        f" over {tasks:,} tasks that it decided (95 %: {low:+.1f} to {high:+.1f})"
    )


def opinions(right: float, judged: float) -> str:
    """How often second opinions (what a cheap model said that a request needs) were right.

    `right` is a share of the opinions that were `judged`.
    """
    return (
        f"second opinions: right {right * 100:.0f} % of the time, by {judged:.0f} that were judged"
    )


def operator(shift: float, slope: float) -> str:
    """What was learned over all of the operator's tasks, as a line on the shipped estimate of the
    cheapest tier.

    `shift` is how much more readily they keep its answer than shipped, in logits. `slope` says how
    much the estimates of two tasks still differ: 1 as shipped, 0.5 half as much.
    """
    return f"all your tasks: shift {shift:+.2f} logits, slope {slope:.2f}"


def shadow(tier: str | None, same: int, tasks: int, less: int) -> str:
    """For how many tasks the cheapest tier would have written what was kept from a dearer one.

    `less` is what that would have saved, in nano-dollars.
    """
    if tier is None or not tasks:
        return "no shadow answer was compared yet"
    saved = f"{amount(abs(less))} {'less' if less >= 0 else 'more'}"
    compared = f"{same} of {counts.tasks(tasks)}"
    return f"{label(tier)} would have written the same edit for {compared}: {saved}"


def drift(points: float) -> str:
    """How many percentage points more (or fewer) tasks start on the top tier than with the shipped
    state. `points` is that difference as a share in [-1, 1].
    """
    return f"share of first answers by the top tier, against shipped: {points * 100:+.0f} points"


def flips(wrong: float, right: float) -> str:
    """How often the operator applies a wrong answer, or discards a right one. Both are shares in
    [0, 1].
    """
    return (
        f"clicks: {wrong * 100:.0f} % of wrong answers are applied,"
        f" {right * 100:.0f} % of right ones discarded"
    )


def differences(
    shifts: Mapping[str, Sequence[float]], tiers: Sequence[str], counts: Mapping[str, float]
) -> list[str]:
    """One line per action and language: what P(a tier is enough) becomes where the shipped estimate
    says 80 %.
    """
    lines = []
    for cell, values in shifts.items():
        parts = [
            f"{label(tier)} 80 % -> {_shifted(value) * 100:.0f} %"
            for tier, value in zip(tiers, values, strict=False)
        ]
        weight = f"  ({counts[cell]:.0f} answers)" if counts.get(cell) else ""
        lines.append(f"{cell:24} {', '.join(parts)}{weight}")
    return lines


def _shifted(shift: float) -> float:
    return 1.0 / (1.0 + math.exp(-(math.log(4.0) + shift)))


def replay_lines(figures: Mapping[str, Any]) -> list[str]:
    """The figures of a replay for a terminal."""
    starts = ", ".join(f"{label(tier)} {count}" for tier, count in figures["first"].items())
    redos = figures["escalations"]
    lines = [
        f"{counts.tasks(figures['tasks'])}, first answers: {starts}; {redos} redos",
        f"quality {figures['quality']:.3f} (first answers {figures['firstQuality']:.3f}),"
        f" spent ${figures['costUsd']:.2f}, loss ${figures['loss']:.2f},"
        f" calibration error {figures['ece']:.3f}",
    ]
    for point in figures["series"]:
        lines.append(
            f"  {point['from']:6}-{point['to']:<6} quality {point['quality']:.3f}"
            f"  spent ${point['costUsd']:.2f}  loss ${point['loss']:.2f}"
        )
    return lines


def ledger_lines(
    figures: Mapping[str, Any], days: int, rehearsal: bool = False, left_out: int = 0
) -> list[str]:
    """What past tasks cost and how many were kept, and the same under another policy, for a
    terminal.

    `left_out` counts tasks that are not included: rehearsed ones, or paid ones with `rehearsal`.
    """
    since = f"the last {days} days" if days else "the whole ledger"
    if not figures["tasks"]:
        kind = "rehearsed" if rehearsal else "paid"
        other = "paid" if rehearsal else "rehearsed"
        way = "leave out --rehearsal" if rehearsal else "--rehearsal replays them"
        more = f"; {left_out} {other} ones are there, {way}" if left_out else ""
        return [f"no {kind} tasks in {since}{more}"]
    again = f"{figures['reproduced']} of {figures['tasks'] - figures['otherWeights']}"
    lines = [
        f"{counts.tasks(figures['tasks'])} of {since}; {again} decisions reproduced bit for bit"
        + (f", {figures['otherWeights']} of other weights" if figures["otherWeights"] else ""),
        f"  as it was: {_policy(figures['asItWas'])}",
    ]
    if "whatIf" in figures:
        what_if = figures["whatIf"]
        lines.append(f"  what if:   {_policy(what_if)}")
        lines.append(
            f"  {what_if['moved']} tasks start on another tier;"
            f" {what_if['estimated']} of them are estimated, not seen"
        )
    return lines


def _policy(figures: Mapping[str, Any]) -> str:
    quality = figures["quality"]
    kept = "nothing judged yet" if quality is None else f"{quality * 100:.0f} % kept"
    starts = ", ".join(f"{label(tier)} {count}" for tier, count in figures["first"].items())
    return f"${figures['costUsd']:.2f}, {kept}, loss ${figures['loss']:.2f} ({starts})"

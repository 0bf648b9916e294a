"""Turns what happened to a task into what it teaches: outcomes in, verdicts on answers out.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.learning.observation import LearnerAnswer

QUIET_MS: Final = 6 * 60_000
"""Milliseconds without an event after which a task is learned from. Checks of survival come at
least every five minutes, so an applied edit is learned from when its watch is over."""
SETTLED_MS: Final = 120_000
"""Milliseconds after the apply from which survival confirms a click."""
NO_LABEL: Final = frozenset({"notNeeded", "changedMind", "mistake"})
"""Reasons of a discard that say nothing about the tier."""
RATED: Final = 3.0
PAIRED: Final = 3.0
SEEN: Final = 0.5
"""Weights of a rating (`RATED`), of a shadow answer that is the same as what was kept or fails a
check (`PAIRED`), and of a weak sign (`SEEN`): a copy, an insert, a redo on the same tier, a run of
the tests and the like.
"""
DIFFERS: Final = 1.0
"""Weight of a shadow answer that differs from what was kept: it may have been as good."""

Event = tuple[str, int, str, Any]
"""An outcome from the ledger: kind, UTC milliseconds, tier, value."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the events of a task teach: its answers in order, each with a verdict (was it good
    enough?).

    `overkill` is the rank of a tier that the operator called more than enough or left for a cheaper
    one, None where there is none. `labelled` says that there is a rating, such a step down or a
    tier chosen by hand.
    """

    answers: tuple[LearnerAnswer, ...] = ()
    overkill: int | None = None
    labelled: bool = False


def episodes(events: Sequence[Event]) -> Iterator[tuple[int, Sequence[Event]]]:
    """Split a task's events at pauses longer than `QUIET_MS`.

    Each part comes with the time at which it is over, in UTC milliseconds.
    """
    begun = 0
    for at, event in enumerate(events):
        last = at + 1 == len(events)
        if last or events[at + 1][1] - event[1] > QUIET_MS:
            yield event[1] + QUIET_MS, events[begun : at + 1]
            begun = at + 1


def verdicts(
    events: Sequence[Event],
    rank: Callable[[str], int | None],
    costs: Mapping[int, float],
    raised: int | None = None,
) -> Verdicts:
    """What a task's events say of each of its answers: was it good enough?

    `rank` gives a tier's rank, None for a tier that does not exist. `costs` are actual costs per
    rank in nano-dollars. `raised` is set where the operator chose a higher tier than the router
    before anything was answered: it is the rank of the router's tier, which so counts as not good
    enough.
    """
    made = [LearnerAnswer(raised, 0.0, SEEN)] if raised is not None else []
    overkill, labelled = None, raised is not None
    beside: tuple[int, str] | None = None
    now = _Open()
    for kind, at_ms, tier, value in events:
        here = rank(tier)
        if here is None:
            continue
        if kind == "shadow":
            beside = here, str(value)
            continue
        if now.tier is not None and now.tier != here:
            made += now.closed(costs)
            now = _Open()
        now.tier = here
        match kind:
            case "rated":
                labelled = True
                overkill = here if value == "overkill" else overkill
                now.say(0.0 if value == "tooWeak" else 1.0, RATED, settled=True)
            case "superseded" if (to := rank(str(value))) is not None:
                if to < here:
                    overkill, labelled = here, True
                else:
                    now.click(0.0, 1.0 if to > here else SEEN)
                made += now.closed(costs)
                now = _Open()
            case "superseded":
                now.say(0.0, 1.0, settled=True)
                made += now.closed(costs)
                now = _Open()
            case _:
                now.take(kind, at_ms, value)
    made += now.closed(costs)
    paired = _paired(beside, made, costs) if beside is not None else None
    return Verdicts((paired, *made) if paired else tuple(made), overkill, labelled)


def _paired(
    beside: tuple[int, str], seen: Sequence[LearnerAnswer], costs: Mapping[int, float]
) -> LearnerAnswer | None:
    """The verdict on a shadow answer, which was compared with the last answer the operator saw.

    If it is the same edit, it gets the verdict of that one. If it differs, it counts only if the
    other edit was kept. If it failed its checks it is refuted, whatever became of the other one.
    """
    tier, came_out = beside
    if not seen or seen[-1].tier <= tier:
        return None
    last = seen[-1]
    made = LearnerAnswer(tier, 0.0, PAIRED, settled=True, cost=costs.get(tier), paired=True)
    if came_out == "failed":
        return made
    if came_out == "same":
        return replace(made, kept=last.kept, settled=last.settled)
    return replace(made, settled=False, weight=DIFFERS) if last.kept >= 0.5 else None


@dataclass
class _Open:
    """The answer that the current events are about."""

    tier: int | None = None
    answer: LearnerAnswer | None = None
    applied_ms: int | None = None

    def take(self, kind: str, at_ms: int, value: Any) -> None:
        match kind:
            case "applied":
                self.applied_ms = at_ms
                self.click(1.0)
            case "partlyApplied":
                self.applied_ms = at_ms
                self.click(_taken(str(value)))
            case "discarded" if value not in NO_LABEL:
                self.click(0.0)
            case "undone":
                self.say(0.0, 1.0, settled=True)
            case "inserted" | "copied" if self.answer is None:
                self.click(1.0, SEEN)
            case "reasked":
                self.say(0.0, SEEN, settled=self.answer is not None)
            case "wentOn" if self.answer is None:
                self.click(1.0, SEEN)
            case "interrupted":
                self.say(0.0, SEEN, settled=False)
            case "tests" if self.answer is None or self.answer.weight <= SEEN:
                green = value == "green"
                self.say(float(green), SEEN, settled=green)
            case "survived" if self.answer is None:
                self._looked(at_ms)
                share = _share(str(value))
                self.click(1.0 if share >= 0.5 else share, SEEN)
            case "survived" if self.answer is not None and self.answer.kept > 0:
                stood = self._looked(at_ms)
                share = _share(str(value))
                kept = self.answer.kept if share >= 0.5 else share
                self.say(kept, self.answer.weight, settled=stood >= SETTLED_MS)
            case "diagnostics" if self.answer is not None and self.answer.kept > 0:
                cleared, added = _counts(str(value))
                if added > cleared:
                    self.say(self.answer.kept / 2, self.answer.weight, settled=False)
                elif cleared:
                    self.say(self.answer.kept, self.answer.weight, settled=True)
            case _:
                pass

    def _looked(self, at_ms: int) -> int:
        """Milliseconds since an edit was applied.

        An agent applies its edits by itself: for them the time counts from the first check.
        """
        if self.applied_ms is None:
            self.applied_ms = at_ms
        return at_ms - self.applied_ms

    def click(self, kept: float, weight: float = 1.0) -> None:
        """Note what the operator did with the answer. A later sign says whether that was right.

        Of several such actions the first one counts as the click.
        """
        clicked = self.answer.clicked if self.answer is not None else None
        self.answer = LearnerAnswer(
            0, kept, weight, clicked=kept >= 0.5 if clicked is None else clicked
        )

    def say(self, kept: float, weight: float, *, settled: bool) -> None:
        """Note another sign of how good the answer was. `settled` says that it is reliable."""
        clicked = self.answer.clicked if self.answer is not None else None
        was_settled = self.answer is not None and self.answer.settled
        self.answer = LearnerAnswer(0, kept, weight, settled or was_settled, clicked)

    def closed(self, costs: Mapping[int, float]) -> list[LearnerAnswer]:
        """The answer with its tier and cost, if there was a verdict on it."""
        if self.answer is None or self.tier is None:
            return []
        return [replace(self.answer, tier=self.tier, cost=costs.get(self.tier))]


def _taken(value: str) -> float:
    """The share of hunks applied, from "1.1,1.3/4"."""
    ids, _, total = value.partition("/")
    count = len([i for i in ids.split(",") if i])
    return min(1.0, count / int(total)) if total.isdigit() and int(total) else 0.5


def _share(value: str) -> float:
    """The harsher of the two shares in "0.93/1.00"."""
    try:
        return min(float(part) for part in value.split("/"))
    except ValueError:
        return 1.0


def _counts(value: str) -> tuple[int, int]:
    """Diagnostics cleared and added, from "-2/+1"."""
    try:
        cleared, added = value.split("/")
        return abs(int(cleared)), abs(int(added))
    except ValueError:
        return 0, 0

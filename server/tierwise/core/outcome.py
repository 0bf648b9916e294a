"""Outcomes: what became of a proposal or an answer."""

from __future__ import annotations

from typing import Final, Literal, get_args

from tierwise.core.dataclass import dataclass

OutcomeKind = Literal[
    "applied", "partlyApplied", "discarded", "undone", "editedAfter", "survived",
    "superseded", "cancelled", "expired", "failed",
    "inserted", "copied", "rated", "reasked",
    "diagnostics",
    "wentOn", "interrupted", "tests",
    "shadow",
    "withdrawn",
]  # fmt: skip
Rating = Literal["tooWeak", "fine", "overkill"]

OUTCOME_KINDS: Final[tuple[OutcomeKind, ...]] = get_args(OutcomeKind)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event in the life of an answer, joined to its decision by `task_id`.

    `tier` is the tier that gave the answer the event is about. `value` is a small number
    or word: a `Rating`, a tier, a reason key. For these kinds it is:

    - `survived`, `editedAfter`: "four-gram/no-revert", two shares in [0, 1];
    - `partlyApplied`: which hunks were applied, and how many there were, "1.1,1.3/4";
    - `diagnostics`: how many the edit cleared and added, "-2/+1";
    - `tests`: "green" or "red";
    - `shadow`: how the cheapest tier's answer, fetched beside the one that was kept, compared with
      it: "same", "other", or "failed" at a check;
    - `withdrawn`: how many proposals went when a group of jobs was given up as a whole. It is
      recorded once, at the group's first job, and is no verdict on any of the proposals.

    `wentOn` and `interrupted` are about an agent's turn: the operator's next words took its work as
    done, or the operator stopped it. `at_ms` is UTC milliseconds. `after_ms` is the milliseconds
    since the apply, where that matters.
    """

    task_id: str
    kind: OutcomeKind
    at_ms: int
    tier: str
    value: str | float | None = None
    after_ms: int | None = None

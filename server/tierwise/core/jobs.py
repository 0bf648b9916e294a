"""The night queue's own states: what a job, its group and its tests can be."""

from __future__ import annotations

from typing import Final, Literal, get_args

JobState = Literal[
    "queued", "waiting", "running", "ready", "unchanged", "red", "needsYou", "refused", "changed",
    "applied", "discarded", "expired", "cancelled", "failed",
]  # fmt: skip
"""`waiting` is for money, the network or the machine; `changed` means that the file changed
meanwhile, so that the proposal has no place any more."""
GroupState = Literal["open", "paused", "cancelled"]
TestsSaid = Literal["passed", "red", "redBefore", "flaky", "none", "notRun"]
"""What the operator's tests said of a proposal. `redBefore`: they fail without it just as well;
`none`: no tests are set up; `notRun`: they are, but could not be run here."""
Each = Literal["file", "diagnostic", "symbol"]

NIGHT: Final = "~night"
"""Suffix of a reservation's day if the night budget pays for it."""
JOB_STATES: Final[tuple[JobState, ...]] = get_args(JobState)
AHEAD: Final[frozenset[JobState]] = frozenset({"queued", "waiting", "running"})
"""States of a job that is not over."""
KEPT: Final[frozenset[JobState]] = frozenset({"ready", "red", "needsYou"})
"""States of a job whose proposal, where it has one, may still be applied."""
HOLDS: Final = ("clock", "hold")
"""Reasons of a job that waits because all paid calls stop until the operator has looked."""
MONEY: Final = ("money", "group_cap", "hour", "job_money", *HOLDS)
"""Reasons of a job that waits for money."""

"""What became of a group of jobs, as data: counts, cost, and its jobs in the order of
review. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import JOB_STATES, KEPT, JobState
from tierwise.store.jobs import GroupRow, JobRow

_OF_TASK: Final[Mapping[str, JobState]] = {
    "applied": "applied",
    "partlyApplied": "applied",
    "discarded": "discarded",
}
"""The state of a job whose proposal the operator dealt with, by the state of its task."""
_ORDER: Final[tuple[JobState, ...]] = (
    "ready", "needsYou", "red", "changed", "running", "waiting", "queued", "failed", "refused",
    "expired", "unchanged", "applied", "discarded", "cancelled",
)  # fmt: skip
"""The order of review: first what is ready, then what needs a decision."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """A group of jobs with their present state: how many are in each, what they cost, and the jobs
    in the order of review. Money is in nano-dollars.
    """

    group: GroupRow
    title: str
    counts: Mapping[JobState, int]
    cost: int
    jobs: tuple[JobRow, ...]

    def waits_until(self, now_ms: int) -> int | None:
        """When its first job may run, in UTC milliseconds. None if that time has come."""
        at = self.group.at_ms
        return at if at is not None and at > now_ms else None

    @property
    def over(self) -> bool:
        """Whether none of its jobs is still to run."""
        return not any(self.counts.get(state) for state in ("queued", "waiting", "running"))


def report(
    group: GroupRow, title: str, jobs: Sequence[JobRow], tasks: Mapping[str, str],
    sizes: Mapping[str, int],
) -> GroupReport:  # fmt: skip
    """Sums up a group for the list of groups and for the review.

    `tasks` has the states of the jobs' tasks, `sizes` how many lines each proposal changes. Jobs
    are sorted by state. Within a state, those whose tests passed come first, then the smaller ones.
    """
    stand = [as_it_stands(job, tasks) for job in jobs]

    def place(job: JobRow) -> tuple[int, bool, int, int]:
        return _ORDER.index(job.state), job.tests != "passed", sizes.get(job.id, 0), job.number

    counted = Counter(job.state for job in stand)
    return GroupReport(
        group,
        title,
        {state: counted[state] for state in JOB_STATES if counted[state]},
        sum(job.cost for job in stand),
        tuple(sorted(stand, key=place)),
    )


def as_it_stands(job: JobRow, tasks: Mapping[str, str]) -> JobRow:
    """The job with its present state: applied or discarded if the operator did that to its
    proposal, else the state that its run gave it. An undo brings that state back.
    """
    dealt = _OF_TASK.get(tasks.get(job.id, ""))
    return replace(job, state=dealt) if dealt is not None and job.state in KEPT else job

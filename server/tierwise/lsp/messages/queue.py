"""The night queue: queueing a group of jobs, the report of groups, and applying their proposals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tierwise.core.actions import Action
from tierwise.core.jobs import Each, GroupState, JobState, TestsSaid
from tierwise.core.money import to_nanos, to_usd
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.messages.base import Id, Message, Text, TextDocument, WireRange, code_points
from tierwise.lsp.messages.task import DiagnosticItem
from tierwise.night.report import GroupReport
from tierwise.present import night as words
from tierwise.store.jobs import JobRow
from tierwise.tasks.queue.asked import GroupApplied, QueuePlan, QueueWish


class QueueAdd(Message):
    """A group of jobs to queue. Without `at` and `by` it runs tonight, from 23:00 to 07:00.

    With `range` it is one job for these lines of the first document. The group may cost `cap_usd`
    at most.
    """

    action: Action
    text_documents: Annotated[list[TextDocument], Field(min_length=1, max_length=5_000)]
    range: WireRange | None = None
    instruction: Text = ""
    each: Each = "file"
    tier: str | None = None
    at: str | None = None
    by: str | None = None
    cap_usd: Annotated[float | None, Field(ge=0)] = None
    after: Id | None = None
    every: Literal["day"] | None = None
    diagnostics: list[DiagnosticItem] | None = None

    def wish(self, docs: DocumentStore) -> QueueWish:
        """Turn the message into the engine's own form. Raises `BadRequest` for a range past the end
        of the document.
        """
        first = self.text_documents[0].uri
        return QueueWish(
            instruction=self.instruction,
            uris=tuple(document.uri for document in self.text_documents),
            action=self.action,
            each=self.each,
            range=code_points(docs, first, self.range),
            tier=self.tier,
            cap=None if self.cap_usd is None else to_nanos(self.cap_usd),
            after=self.after,
            every=self.every,
            problems=tuple(item.diagnostic() for item in self.diagnostics or ()),
            origin="editor",
        )


class QueuedJob(Message):
    """A job that was queued."""

    id: Id
    path: str


class Queued(Message):
    """A group that was queued, with its expected cost, the most it can cost, and its expected cost
    on the baseline tier (with which savings are compared).
    """

    group: Id
    jobs: list[QueuedJob]
    forecast_usd: float
    worst_usd: float
    baseline_usd: float

    @classmethod
    def of(cls, plan: QueuePlan) -> Queued:
        """Make the message from the group that the engine queued."""
        return cls(
            group=plan.group.id,
            jobs=[QueuedJob(id=job.id, path=job.path) for job in plan.jobs],
            forecast_usd=to_usd(plan.group.forecast),
            worst_usd=to_usd(plan.group.worst),
            baseline_usd=to_usd(plan.group.baseline),
        )


class QueueGroup(Message):
    """Names the group of jobs, or the job, that a request is about.

    With `passed`, an apply leaves out what was to be tested and did not pass.
    """

    group: Id
    passed: bool = False


class QueueAsk(Message):
    """Which group is reported. Without one it is all groups of the project."""

    group: Id | None = None


class QueueJob(Message):
    """The current state of a job. `said` is that state in words, with `reason` if there is one.

    `line` is the first line that it was queued for, counted from 0. `edit_id` names its proposal.
    """

    id: Id
    path: str
    uri: str
    line: int | None = None
    state: JobState
    tier: str | None = None
    routed: str | None = None
    edit_id: Id | None = None
    tests: TestsSaid | None = None
    network: bool | None = None
    cost_usd: float
    said: str
    reason: str | None = None

    @classmethod
    def of(cls, job: JobRow) -> QueueJob:
        """Make the message from a job of the queue."""
        return cls(
            id=job.id,
            path=job.path,
            uri=job.uri,
            line=None if job.range is None else job.range[0],
            state=job.state,
            tier=job.tier,
            routed=job.routed,
            edit_id=job.edit_id,
            tests=job.tests,
            network=job.network,
            cost_usd=to_usd(job.cost),
            said=words.job(
                job.state, job.tests, job.network, job.reason, routed=job.routed, tier=job.tier
            ),
            reason=words.reason(job.reason),
        )


class GroupFigures(Message):
    """A group with its jobs, ready ones first. `line` sums up the group in one line of text.

    A list of groups leaves `jobs` empty; the report has them.
    """

    id: Id
    title: str
    line: str
    state: GroupState
    counts: dict[JobState, int]
    forecast_usd: float
    cost_usd: float
    baseline_usd: float
    jobs: list[QueueJob]

    @classmethod
    def of(cls, report: GroupReport, line: str, *, jobs: bool) -> GroupFigures:
        """Make the message from the report of a group. `line` is text, `jobs` adds its jobs."""
        group = report.group
        return cls(
            id=group.id,
            title=report.title,
            line=line,
            state=group.state,
            counts=dict(report.counts),
            forecast_usd=to_usd(group.forecast),
            cost_usd=to_usd(report.cost),
            baseline_usd=to_usd(group.baseline),
            jobs=[QueueJob.of(job) for job in report.jobs] if jobs else [],
        )


class QueueFigures(Message):
    """The groups, the latest first."""

    groups: list[GroupFigures]


class LeftJob(Message):
    """A job whose proposal was not applied (or not undone), and why."""

    id: Id
    reason: str


class GroupResolved(Message):
    """The result of an apply or undo of a group: the jobs that it changed, and the jobs it left."""

    applied: list[Id]
    left: list[LeftJob]

    @classmethod
    def of(cls, found: GroupApplied) -> GroupResolved:
        """Make the message from what the engine did."""
        left = [LeftJob(id=job_id, reason=why) for job_id, why in found.left]
        return cls(applied=list(found.done), left=left)

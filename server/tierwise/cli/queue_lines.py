"""Groups and jobs of the night queue, as lines of text for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierwise.core.money import to_usd
from tierwise.present import night as words

if TYPE_CHECKING:
    from tierwise.night.report import GroupReport
    from tierwise.store.jobs import JobRow
    from tierwise.tasks.queue.asked import QueuePlan


def planned(plan: QueuePlan, *, dry_run: bool = False) -> dict[str, Any]:
    """The plan of a group as JSON facts."""
    return {
        "group": None if dry_run else plan.group.id,
        "jobs": [{"id": job.id, "path": job.path} for job in plan.jobs],
        "forecastUsd": to_usd(plan.group.forecast),
        "worstUsd": to_usd(plan.group.worst),
        "baselineUsd": to_usd(plan.group.baseline),
    }


def facts(report: GroupReport, *, jobs: bool = True) -> dict[str, Any]:
    """A group as JSON facts. With `jobs` its jobs are in it."""
    group = report.group
    found: dict[str, Any] = {
        "id": group.id,
        "title": report.title,
        "state": group.state,
        "counts": dict(report.counts),
        "forecastUsd": to_usd(group.forecast),
        "costUsd": to_usd(report.cost),
        "baselineUsd": to_usd(group.baseline),
    }
    return found | ({"jobs": [job_facts(job) for job in report.jobs]} if jobs else {})


def job_facts(job: JobRow) -> dict[str, Any]:
    """A job as JSON facts."""
    found: dict[str, Any] = {
        "id": job.id,
        "path": job.path,
        "state": job.state,
        "tier": job.tier,
        "routed": job.routed,
        "costUsd": to_usd(job.cost),
    }
    more = {
        "editId": job.edit_id,
        "tests": job.tests,
        "network": job.network,
        "reason": words.reason(job.reason),
    }
    return found | {name: value for name, value in more.items() if value is not None}


def offer(plan: QueuePlan) -> str:
    """Say in words what queueing a group would mean and cost."""
    group = plan.group
    return words.offer(
        len(plan.jobs), group.fan, group.forecast, group.worst, group.baseline, plan.baseline_tier
    )


def job_line(job: JobRow) -> str:
    """One line of text on a job: its file, its state and the reason."""
    said = words.job(
        job.state, job.tests, job.network, job.reason, routed=job.routed, tier=job.tier
    )
    return f"{job.id}  {job.path} · {said}"

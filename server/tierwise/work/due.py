"""When the time of a job has come, and when it is over. Pure."""

from __future__ import annotations

from collections.abc import Collection

from tierwise.store.jobs import GroupRow, JobRow


def may_run(job: JobRow, group: GroupRow, now_ms: int, ahead: Collection[str]) -> bool:
    """Whether a job may run now: its begin has come, its wait is over, and the group before it has
    ended. `ahead` names the groups that have not ended.
    """
    if group.at_ms is not None and now_ms < group.at_ms:
        return False
    if job.not_before_ms is not None and now_ms < job.not_before_ms:
        return False
    return group.after_group is None or group.after_group not in ahead


def is_late(group: GroupRow, now_ms: int) -> bool:
    """Whether the time by which a group was to be done is over."""
    return group.by_ms is not None and now_ms >= group.by_ms

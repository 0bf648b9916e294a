"""Reports on groups, from the ledger and the kept content."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.jobs import KEPT
from tierwise.night.report import GroupReport, report
from tierwise.present import night as words
from tierwise.store import jobs
from tierwise.store.content import Content
from tierwise.store.deferred import Connection
from tierwise.store.installation import name_of
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.tasks.queue import notes


def reports(
    conn: Connection, content: Content, *, project: str | None = None, group: str | None = None
) -> list[GroupReport]:
    """The groups of a project, or of all projects, or the one that is named. The latest comes
    first.
    """
    if group is not None:
        one = jobs.group(conn, group)
        found: Sequence[GroupRow] = [one] if one is not None else []
    else:
        found = jobs.groups(conn, project)
    return [_report(conn, content, each) for each in found]


def _report(conn: Connection, content: Content, group: GroupRow) -> GroupReport:
    rows = jobs.jobs_of(conn, group.id)
    states = jobs.task_states(conn, [row.id for row in rows])
    kept = notes.get(content, group.id)
    untitled = (
        words.title_of(group.host or "") if lies_elsewhere(content, group) else words.UNTITLED
    )
    title = kept.title if kept is not None else untitled
    sizes = {row.id: _changed_lines(content, row) for row in rows if row.state in KEPT}
    return report(group, title or group.action, rows, states, sizes)


def lies_elsewhere(content: Content, group: GroupRow) -> bool:
    """Whether a group's instruction, files and proposals are in another state folder."""
    return group.place is not None and group.place != name_of(content.folder.parent)


def _changed_lines(content: Content, job: JobRow) -> int:
    """Lines that the proposal of a job adds or removes."""
    diff = content.get(job.id, "proposal.diff") or ""
    signs = (line[:1] for line in diff.splitlines() if line[:3] not in ("+++", "---"))
    return sum(sign in ("+", "-") for sign in signs)

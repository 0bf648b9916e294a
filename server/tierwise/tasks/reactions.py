"""What happens when a task changes, as one list.

The order matters. The change is written to the ledger before the operator sees it. The conversation
is complete before the editor learns that the task is over, because the editor may ask for it at
once. The status comes last, because it sums up all the others.
"""

from __future__ import annotations

from tierwise.core.views import StreamView
from tierwise.tasks.calling.shadow import ShadowAnswers
from tierwise.tasks.chat import transcripts
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.task.task import OVER, Task
from tierwise.tasks.world import World


def connect(world: World, status_line: StatusLine, shadows: ShadowAnswers) -> None:
    """Subscribe all services to the bus of a window."""
    window, listener = world.window, world.window.listener

    def hunks_go(task: Task) -> None:
        """Remove what was shown of an unfinished answer when none will come."""
        if task.state in ("failed", "cancelled", "paused"):
            world.proposals.written(task)

    def joins_its_conversation(task: Task) -> None:
        if task.state in ("answered", "proposed"):
            world.chats.answered(task, window.now_ms())

    def is_kept(task: Task) -> None:
        if task.state in OVER or task.state == "proposed":
            transcripts.keep(task, window)

    def is_shown(task: Task) -> None:
        listener.task_changed(world.proposals.shown_with(task))

    def status_is_shown(task: Task) -> None:
        status_line.push()

    def stream_is_shown(task: Task, view: StreamView) -> None:
        listener.streamed(view)

    def its_team_is_asked(task: Task) -> None:
        if task.state in OVER or task.state == "proposed":
            world.team_watch.worked(task)

    def hunks_grow(task: Task, view: StreamView) -> None:
        world.proposals.growing.heard(task, view.kind)

    world.bus.subscribe(
        task=(
            hunks_go,
            world.journal.moved,
            status_line.about,
            joins_its_conversation,
            is_kept,
            is_shown,
            status_is_shown,
            shadows.heard,
            its_team_is_asked,
        ),
        stream=(stream_is_shown, hunks_grow),
        status=(status_line.push,),
    )

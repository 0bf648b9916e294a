"""Makes tasks, and begins a run of a task when its turn comes."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace

from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.core.request import Request
from tierwise.tasks.choices import AUTO
from tierwise.tasks.deciding import routing
from tierwise.tasks.run import run
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task import Identity, Task
from tierwise.tasks.world import World


@dataclass(frozen=True)
class TaskStarts:
    """Makes the tasks of an editor window, keeps them in `tasks`, and begins their runs."""

    world: World
    tasks: Roster

    def new(
        self, task_id: str | None, request: Request, scene: Scene, conversation: str | None = None
    ) -> Task:
        """Make a task with its first decision. Raises `BadRequest` if its id is taken."""
        if task_id is not None and task_id in self.tasks:
            raise BadRequest(ErrorReason.of("task_id_taken", task=task_id))
        own = task_id or uuid.uuid4().hex[:12]
        request = replace(request, id=own)
        task = Task(
            Identity(
                own,
                self.world.window.now_ms(),
                self.world.window.project,
                conversation,
                self.world.window.rehearsal,
            ),
            Question(request, scene),
            routing.forecast_decision(request, scene, self.world.known),
            on_change=self.world.bus.task_changed,
            on_stream=self.world.bus.streamed,
        )
        self.tasks[own] = task
        self.world.journal.opened(task)
        self._forget()
        return task

    def begin(self, task: Task) -> None:
        """Start a run of the task. The run waits for its turn in the background."""
        if task.state != "routing":
            task.move("routing")
        else:
            task.announce()
        runner = task.start(self._in_turn(task))
        runner.add_done_callback(lambda runner: self._stopped(task, runner))

    async def _in_turn(self, task: Task) -> None:
        """Wait for the task's turn, then run it."""
        async with self.world.turns.turn(task):
            await run(task, self.world)

    def _stopped(self, task: Task, runner: asyncio.Task[None]) -> None:
        """Mark a task as cancelled that was cancelled before its turn came or its run began."""
        if runner.cancelled() and task.runner is runner and task.state == "routing":
            self.world.outcomes.record(task, "cancelled")
            task.cancelled()

    def _forget(self) -> None:
        for task in self.tasks.surplus():
            del self.tasks[task.id]
            self.world.proposals.entries.pop(task.edit_id or "", None)
            self.world.choices.put("task", task.id, AUTO)

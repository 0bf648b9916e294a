"""Twenty situations of an editor, each driven in a real engine, and what is on screen then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.reading import screen
from tests.support.window import Window, lines
from tests.unit.tasks.test_money_messages import spend
from tests.unit.tasks.test_own_record import Past, counted, remember
from tierwise.core.actions import Action, offered
from tierwise.core.decision import Decision
from tierwise.core.money import to_nanos
from tierwise.core.request import Request
from tierwise.core.views import TaskView
from tierwise.gateway.deciding import TurnWish, decide
from tierwise.gateway.office import build
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.gateway import status_line
from tierwise.present.lens import headline, offers
from tierwise.present.reasons import flip
from tierwise.present.shown import shown
from tierwise.present.titles import action_title, comment_title, tonight_title
from tierwise.present.ways import others
from tierwise.present.why import why
from tierwise.tasks.api import OverrideParams, TaskParams

HARD: Final = "rewrite this so that many threads may call it at once without a lock"
DOCUMENTED: Final = (
    '```python\ndef add_numbers(a, b):\n    """Add two numbers."""\n    return a + b\n```'
)
BROKEN: Final = "```python\ndef add_numbers(a, b:\n    return\n```"
OVERLOADED: Final = Fault(status=529, kind="overloaded_error")
BUDGET: Final = "[budget]\nday_usd = 5\n"
SOFT: Final = "redo_cost_usd = 0.3\nsoft_target = 0.5\n" + BUDGET


@dataclass(frozen=True)
class Desk:
    """A window and the model behind it."""

    window: Window
    model: RehearsalServer
    config: str

    @property
    def rehearsal(self) -> bool:
        return self.window.app.world.window.rehearsal

    def forecast(self, action: Action, wish: str = "") -> Decision:
        uri = self.window.papers.put("sample.py")
        return self.window.app.forecast(TaskParams(action, uri, lines(0, 2), wish))

    async def done(self, action: Action, wish: str = "", *answers: Fault) -> TaskView:
        """A task once it rests, with the answers that the model gives in turn."""
        self.model.faults.queue.extend(answers or [Fault(text=DOCUMENTED)])
        uri = self.window.papers.put("sample.py")
        asked = TaskParams(action, uri, lines(0, 2), wish)
        view = await self.window.ended((await self.window.app.start_task(asked)).task_id)
        assert view.state in ("proposed", "answered"), view.error
        return view

    def titles(self, wish: str = "") -> list[str]:
        """The menu on a selection; a wish stands in a comment above it, as its first row."""
        first = (
            [comment_title(self.forecast("edit", wish), rehearsal=self.rehearsal)] if wish else []
        )
        kinds = [kind.name for kind in offered(selection=True) if not kind.takes_diagnostics]
        made = (action_title(k, self.forecast(k), rehearsal=self.rehearsal) for k in kinds)
        night = tonight_title("edit" if wish else "document", comment=bool(wish))
        return [*first, *made, night]

    def answer(self, view: TaskView) -> str:
        return screen.answer(view, self.window.app.status(), self.window.app.ladder.names)

    def lens(self, view: TaskView) -> str:
        app = self.window.app
        found = offers(view, self.window.app.world.window.ladder, hunks=1)
        edit = app.edit(view.edit_id) if view.edit_id else None
        lenses = [headline(view), *(offer.title for offer in found)]
        return screen.lens(lenses, app.status(), view, edit)

    async def page(self, view: TaskView) -> str:
        told = await self.window.app.explain_task(view.task_id)
        cheaper, dearer = flip(told.flips.cheaper, "cheaper"), flip(told.flips.dearer, "dearer")
        return why(
            told.decision, told.signs, cheaper=cheaper, dearer=dearer, rehearsal=told.rehearsal,
            paid=told.paid, redo_cost=told.redo_cost,
        ).page  # fmt: skip


Told = Callable[[Desk], Awaitable[str]]


@dataclass(frozen=True)
class Situation:
    """How a case comes about: a configuration, the past, and what is done; `where` it is seen."""

    name: str
    where: str
    told: Told
    config: str = ""
    past: tuple[Past, ...] = ()

    async def shown(self, folder: Path) -> str:
        """What is on screen."""
        model = await RehearsalServer().start()
        if self.past:
            remember(folder, *self.past)
        window = await Window.open(folder, model, self.config)
        window.screen.answer = lambda question, options: options[-1]
        try:
            await counted(window)
            return await self.told(Desk(window, model, self.config))
        finally:
            await window.close()
            await model.close()


async def idle(desk: Desk) -> str:
    await desk.done("document")
    return screen.pointed(desk.window.app.status())


async def soft(desk: Desk) -> str:
    await spend(desk.window, 410)
    await desk.window.app.world.budget_watch.refresh()
    view = await desk.done("refactor", HARD)
    return desk.answer(view)


async def soft_status(desk: Desk) -> str:
    await soft(desk)
    return screen.pointed(desk.window.app.status())


async def paused(desk: Desk) -> str:
    await spend(desk.window, 500)
    uri = desk.window.papers.put("sample.py")
    started = await desk.window.app.start_task(TaskParams("fix", uri, lines(0, 2)))
    task = desk.window.app.tasks[started.task_id]
    await desk.window.reached(lambda: task.state == "paused")
    question, options = desk.window.screen.asked[-1]
    return f"{desk.lens(task.view())}\n{question} [{'] ['.join(options)}]"


async def failover(desk: Desk) -> str:
    desk.model.faults.by_model["claude-haiku-5-5"] = OVERLOADED
    view = await desk.done("document")
    return desk.lens(view)


async def failover_page(desk: Desk) -> str:
    desk.model.faults.by_model["claude-haiku-5-5"] = OVERLOADED
    return await desk.page(await desk.done("document"))


async def pin(desk: Desk) -> str:
    uri = desk.window.papers.put("sample.py")
    await desk.window.app.override(OverrideParams("file", "opus", uri=uri))
    return desk.answer(await desk.done("document"))


async def opus(desk: Desk) -> str:
    return desk.answer(await desk.done("edit", "@opus use the sum function"))


async def raised(desk: Desk) -> str:
    view = await desk.done("document")
    desk.model.faults.queue.append(Fault(text=DOCUMENTED))
    again = await desk.window.app.rerun_on(view.task_id, "sonnet")
    return desk.lens(await desk.window.ended(again.task_id))


async def escalated(desk: Desk) -> str:
    return desk.answer(await desk.done("document", "", Fault(text=BROKEN), Fault(text=DOCUMENTED)))


async def gateway(desk: Desk) -> str:
    """What an agent shows once a turn was taken: the gateway's own decision on it."""
    office = build({"TIERWISE_STATE_DIR": desk.window.papers.root.as_posix(),
                    "TIERWISE_CONFIG": ""})  # fmt: skip
    words = "find out why the tests of the parser fail and mend it"
    wish = TurnWish(Request("agent", words, tools=("Edit", "Bash")), "p")
    decision = decide(office, wish, None).decision
    said = shown(decision, priced=True)
    line = status_line(
        said.badge, decision.answering, to_nanos(0.031), to_nanos(3.2), client_named=False,
        forecast=decision.cost[decision.answering], because=said.clause, others=others(decision),
    )  # fmt: skip
    return f"the prompt: > {words}\nbelow the prompt:\n{line}"


def menu(wish: str = "") -> Told:
    async def told(desk: Desk) -> str:
        above = f"the line above: # tw: {wish}" if wish else ""
        return screen.menu(desk.titles(wish), desk.window.app.status(), above)

    return told


def answer(action: Action, wish: str = "") -> Told:
    async def told(desk: Desk) -> str:
        return desk.answer(await desk.done(action, wish))

    return told


def page(action: Action, wish: str = "") -> Told:
    async def told(desk: Desk) -> str:
        return await desk.page(await desk.done(action, wish))

    return told


MENU: Final = "menu of code actions, before a choice; the questions are about its row "
HEADER: Final = "above an answer"
PAGE: Final = "page opened by: Why this tier?"
KEPT: Final = (Past(46, ("applied", "survived")), Past(2, ("discarded",)))

SITUATIONS: Final = (
    Situation("after a task", "status bar", idle, BUDGET),
    Situation("82 % spent", "status bar", soft_status, SOFT),
    Situation("rehearsal", "status bar", idle, "rehearsal = true\n"),
    Situation("forecast", f"{MENU}Add docs", menu()),
    Situation("forecast, hard", f"{MENU}Do this comment", menu(HARD)),
    Situation("forecast, rehearsal", f"{MENU}Add docs", menu(), "rehearsal = true\n"),
    Situation("failover", "line above the code", failover),
    Situation("raised", "line above the code", raised),
    Situation("paused", "line above the code, and a message", paused, BUDGET),
    Situation("unchecked", HEADER, answer("document")),
    Situation("own record", HEADER, answer("document"), past=KEPT),
    Situation("hard", HEADER, answer("refactor", HARD)),
    Situation("82 % spent", HEADER, soft, SOFT),
    Situation("pin", HEADER, pin),
    Situation("@opus", HEADER, opus),
    Situation("escalation", HEADER, escalated),
    Situation("gateway", "an agent in a terminal", gateway),
    Situation("rehearsal", HEADER, answer("refactor", HARD), "rehearsal = true\n"),
    Situation("hard", PAGE, page("refactor", HARD)),
    Situation("failover", PAGE, failover_page),
)

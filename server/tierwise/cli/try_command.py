"""`tierwise try`: shows the main job in a terminal, with the real server as a child process.

Without arguments it works on a temporary copy of real files of this program. With
`FILE:A-B "instruction"` it works on the operator's own file, which it changes only with `--apply`
or after a yes in a terminal.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from tierwise.cli import files, try_steps
from tierwise.cli.common import configuration
from tierwise.cli.screen import Screen
from tierwise.cli.try_steps import TryStep
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import TierwiseError
from tierwise.core.money import to_nanos
from tierwise.logs import LOG
from tierwise.lsp.wire.child import Child
from tierwise.models.client import ModelClient
from tierwise.present.errors import sentence
from tierwise.present.money import amount, amounts
from tierwise.syntax.languages import of_path

FLAGS = {"chat": True, "task": True, "status": True, "preview": True, "budget": True}
LAST = 30
"""Lines of the log that are shown when a run fails."""
OVER = ("proposed", "answered", "failed", "cancelled")


class Consent(Enum):
    """Who decides that a proposal is applied."""

    GIVEN = "given"
    """The operator said so beforehand, with `--apply`."""
    ASKED = "asked"
    """The operator is asked each time. If nobody can answer, nothing is applied."""
    FIRST = "first"
    """As `ASKED`. But if nobody can answer, the first proposal is applied, because it only changes
    a temporary copy."""


def run(
    where: Annotated[
        str | None, typer.Argument(metavar="FILE:A-B", help="A file of your own, with lines.")
    ] = None,
    instruction: Annotated[
        str | None, typer.Argument(metavar="INSTRUCTION", help="What to do with these lines.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Apply what is proposed without asking.")
    ] = False,
) -> None:
    """Show the main job: route, answer, preview, apply or discard, on real files."""
    screen = Screen()
    screen.say("Tierwise: the cheapest tier that will do, and you always see which.")
    env = dict(os.environ)
    folder = Path(tempfile.mkdtemp(prefix="tierwise-try-"))
    try:
        rehearsal = _choose(screen, env, folder)
        if where is None:
            steps, root = try_steps.demonstration(folder), folder / "files"
            screen.say("Working on a temporary copy of real files of this program.")
        else:
            steps, root = try_steps.own(where, instruction)
        consent = Consent("given" if apply else "first" if where is None else "asked")
        asyncio.run(_Session(screen, env, root, rehearsal, consent).play(steps))
    except TierwiseError as error:
        screen.say(f"tierwise: {sentence(error)}")
        for line in _end_of_log(folder):
            screen.say(f"   {line}")
        raise typer.Exit(1) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end_of_log(folder: Path) -> Sequence[str]:
    """The last lines of the server's log, if it is in the temporary folder of this run."""
    log = folder / "state" / LOG
    if not log.is_file():
        return ()
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST:]


def _choose(screen: Screen, env: dict[str, str], folder: Path) -> bool:
    """Choose between rehearsal (true) and the real API, which needs a key and the operator's yes.

    For rehearsal this sets the configuration in `env`, and the state folder if none is set there.
    """
    loaded = configuration()
    config, client = loaded.config, ModelClient(env)
    for why in loaded.holds:
        screen.say(why)
    keyed = not loaded.holds and all(client.key(tier) is not None for tier in config.ladder())
    if keyed and not config.rehearsal:
        where = client.endpoint(config.ladder().tiers[0])
        if screen.ask(f"A key is set. Ask the real models at {where}, for real money? [y/N] "):
            return False
    file = folder / "config.toml"
    file.write_text("rehearsal = true\n", encoding="utf-8")
    env["TIERWISE_CONFIG"] = str(file)
    env.setdefault("TIERWISE_STATE_DIR", str(folder / "state"))
    screen.say("Rehearsal: a built-in model answers by simple rules; nothing leaves this machine.")
    return True


@dataclass
class _Session:
    """One run of the command: it starts a server, sends it the requests and shows the results."""

    screen: Screen
    env: dict[str, str]
    root: Path
    rehearsal: bool
    consent: Consent
    child: Child = field(init=False)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    applied: int = 0

    async def play(self, steps: list[TryStep]) -> None:
        self.child = await Child.start(self.env)
        self.child.handlers = {
            "tierwise/task/didChange": self._task,
            "tierwise/chat/didStream": lambda p: self.screen.stream(p),
            "workspace/applyEdit": self._apply,
            "window/showMessageRequest": self._question,
            "window/showMessage": lambda p: self.screen.say(p["message"]),
        }
        await self.child.request("initialize", {
            "processId": os.getpid(),
            "clientInfo": {"name": "tierwise try"},
            "rootUri": self.root.as_uri(),
            "capabilities": {
                "workspace": {"workspaceEdit": {"documentChanges": True,
                                                "resourceOperations": ["create", "rename",
                                                                       "delete"]}},
                "window": {"showMessage": {}},
                "general": {"positionEncodings": ["utf-32"]},
                "experimental": {"tierwise": FLAGS},
            },
        })  # fmt: skip
        self.child.notify("initialized", {})
        try:
            for number, step in enumerate(steps, 1):
                self.screen.heading(f"{number}. {step.title}")
                await self._step(step)
            await self._summary()
        finally:
            await self.child.stop()

    async def _step(self, step: TryStep) -> None:
        uri = self._open(step.path)
        for name in step.attached:
            self._open(name)
        self.screen.editing = step.action != "chat"
        if step.action == "chat":
            where = {"uri": uri}
            sent = {"prompt": step.instruction, "selection": where}
            reply = await self.child.request("tierwise/chat/send", sent)
            self.screen.answered(reply["decision"], reply["usage"]["costUsd"])
            return
        params: dict[str, Any] = {
            "action": step.action,
            "textDocument": {"uri": uri},
            "instruction": step.instruction,
            "files": [{"uri": (self.root / n).as_uri(), "attached": True} for n in step.attached],
        }
        if step.diagnostics:
            params["diagnostics"] = list(step.diagnostics)
        if step.lines is not None:
            params["range"] = {
                "start": {"line": step.lines[0] - 1, "character": 0},
                "end": {"line": step.lines[1], "character": 0},
            }
        started = await self.child.request("tierwise/task/start", params)
        view = await self._ended(started["taskId"])
        self.screen.answered(view["decision"], view.get("costUsd", 0.0))
        if view["state"] == "failed":
            self.screen.say(f"   {view['error']['message']}")
        elif view["state"] == "proposed":
            await self._resolve(view)

    async def _resolve(self, view: dict[str, Any]) -> None:
        edit = await self.child.request("tierwise/edit/get", {"editId": view["editId"]})
        self.screen.diff(edit["diff"], edit.get("note") or "")
        apply, why = self._may_apply()
        if why:
            self.screen.say(f"   ({why})")
        kind = "apply" if apply else "discard"
        reply = await self.child.request(
            "tierwise/edit/resolve", {"editId": view["editId"], "action": kind}
        )
        if apply and reply["applied"]:
            self.applied += 1
        word = {"apply": "Applied.", "discard": "Discarded."}[kind]
        self.screen.say(f"   {word if reply['applied'] else reply.get('failureReason', '')}")

    def _may_apply(self) -> tuple[bool, str]:
        """Decide if the shown proposal is applied. The text says why, if nobody could be asked."""
        if self.consent is Consent.GIVEN:
            return True, ""
        if self.screen.interactive:
            return self.screen.ask("   Apply? [y/N] "), ""
        if self.consent is Consent.ASKED:
            return False, "not applied: there is no terminal to ask in; --apply applies it"
        if self.applied == 0:
            return True, "applied by itself to the copy: there is no terminal"
        return False, "left; discarded"

    async def _summary(self) -> None:
        history = await self.child.request("tierwise/history/query", {"limit": 100})
        tasks = history["tasks"]
        spent = sum(t["costUsd"] for t in tasks)
        top = sum(max(t["decision"]["costUsd"].values()) for t in tasks)
        unit = "at list prices, none of it spent" if self.rehearsal else "spent"
        self.screen.heading("What this run logged")
        for task in reversed(tasks):
            kinds = ", ".join(o["kind"] for o in task["outcomes"]) or task["state"]
            self.screen.say(
                f"   {task['action']:9} {task['decision']['answering']:7}"
                f" {amount(to_nanos(task['costUsd'])):>7}  {kinds}  ({task['taskId']})"
            )
        used, always, saved = amounts(to_nanos(spent), to_nanos(top), to_nanos(max(top - spent, 0)))
        self.screen.say(
            f"   {used} {unit}; always using the top tier was forecast at {always},"
            f" so {saved} saved."
        )

    def _open(self, name: str) -> str:
        path = self.root / name
        uri = path.as_uri()
        if uri not in self.versions:
            self._opened(uri, files.read(path))
        return uri

    def _opened(self, uri: str, text: str) -> None:
        self.versions[uri] = 1
        language = of_path(uri) or "plaintext"
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.child.notify("textDocument/didOpen", {"textDocument": item})

    def _task(self, params: dict[str, Any]) -> None:
        self.views[params["taskId"]] = params
        self.changed.set()

    async def _ended(self, task_id: str) -> dict[str, Any]:
        while self.views.get(task_id, {}).get("state") not in OVER:
            self.changed.clear()
            await self.changed.wait()
        return self.views[task_id]

    def _apply(self, params: dict[str, Any]) -> dict[str, Any]:
        """Write the edit to disk and tell the server, as an editor would."""
        for uri, text in files.apply(params["edit"]):
            document: dict[str, Any] = {"uri": uri}
            if text is None:
                self.versions.pop(uri, None)
                self.child.notify("textDocument/didClose", {"textDocument": document})
            elif uri not in self.versions:
                self._opened(uri, text)
            else:
                self.versions[uri] += 1
                document["version"] = self.versions[uri]
                changed = {"textDocument": document, "contentChanges": [{"text": text}]}
                self.child.notify("textDocument/didChange", changed)
        return {"applied": True}

    def _question(self, params: dict[str, Any]) -> dict[str, str] | None:
        first = params["actions"][0]["title"]
        return {"title": first} if self.screen.ask(f"{params['message']} {first}? [y/N] ") else None

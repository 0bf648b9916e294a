"""An hour of work: four editors, twenty requests a second, a model server killed at random.

Each editor has a server of its own, all share one state folder, as windows do. Watched are
lost and doubled responses, resident memory and open handles of every server. Run as
`python -m tests.soak.soak_server --minutes 60`; the exit code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.conftest import SAMPLE
from tests.support.editor import PROFILES, Editor
from tests.support.fuzzing import resident
from tests.support.rpc import Rpc

PATIENCE: Final = 90.0
"""Seconds a response may take before it counts as lost; a task may take 15."""
GROWTH: Final = 0.10
"""Share by which resident memory may grow after the warm-up."""
HANDLES: Final = 3
"""Handles more at the end than after the warm-up, at most: what is in flight at that moment."""
CONFIG: Final = "[timeouts]\nfirst_event = 4\nbetween_events = 4\nattempt = 10\ntask = 15\n"


class Desk(Rpc):
    """A client that counts: when each request was sent, and how often it was answered."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__(process)
        self.sent: dict[Any, float] = {}
        self.slow, self.slowest = 0.0, ""
        self.methods: dict[Any, str] = {}
        self.answered = self.doubled = 0
        self.errors: dict[str, int] = {}
        self.proposals: list[str] = []

    def post(self, method: str, params: Any = None) -> int:
        msg_id = super().post(method, params)
        self.sent[msg_id] = time.monotonic()
        self.methods = {**dict(list(self.methods.items())[-200:]), msg_id: method}
        return msg_id

    def _take(self, message: dict[str, Any]) -> None:
        super()._take(message)
        self.received.clear()
        if message.get("method") == "tierwise/task/didChange":
            found = message["params"]
            if found["state"] == "proposed" and found["editId"] not in self.proposals[-20:]:
                self.proposals.append(found["editId"])
        if message.get("method") is not None:
            return
        at = self.sent.pop(message.get("id"), None)
        if at is None:
            self.doubled += 1
            return
        self.answered += 1
        took = time.monotonic() - at
        if took > self.slow:
            self.slow, self.slowest = took, self.methods.get(message.get("id"), "")
        if "error" in message:
            data = message["error"].get("data") or {}
            name = data.get("name", str(message["error"]["code"]))
            self.errors[name] = self.errors.get(name, 0) + 1

    async def response(self, msg_id: Any) -> Any:
        try:
            return await super().response(msg_id)
        finally:
            self.responses.pop(msg_id, None)


@dataclass
class Figures:
    """Kilobytes and handles of one server over time."""

    pid: int
    kilobytes: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)

    def look(self) -> None:
        self.kilobytes.append(resident(self.pid))
        self.handles.append(len(os.listdir(f"/proc/{self.pid}/fd")))


class Model:
    """The model server as a process that is killed now and then and comes back."""

    def __init__(self, port: int) -> None:
        self.port, self.kills = port, 0
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tierwise.models.rehearsal", "--port", str(self.port),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def live(self, chance: random.Random, until: float) -> None:
        """Run, be killed after 5 to 25 seconds, be away for up to 3, and again."""
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(5, 25))
            await self.kill()
            self.kills += 1
            await asyncio.sleep(chance.uniform(0, 3))
            await self.start()

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


async def work(
    desk: Desk, editor: Editor, uri: str, rate: float, until: float, chance: random.Random
) -> None:
    """Ask at a steady rate, as an editor does: mostly small things, now and then a task."""
    turn = 0
    while time.monotonic() < until:
        began = time.monotonic()
        turn += 1
        where = editor.span(uri, 3, 5)
        place = {"textDocument": {"uri": uri}, "range": where}
        match chance.choices(range(8), [30, 20, 15, 10, 5, 8, 5, 7])[0]:
            case 0:
                context = {"diagnostics": [], "triggerKind": 2}
                desk.post("textDocument/codeAction", {**place, "context": context})
            case 1:
                desk.post("textDocument/codeLens", {"textDocument": {"uri": uri}})
            case 2:
                at = {"textDocument": {"uri": uri}, "position": where["start"]}
                desk.post("textDocument/hover", at)
            case 3:
                desk.post("tierwise/status")
            case 4:
                desk.post("tierwise/history/query", {"limit": 20})
            case 5:
                action = chance.choice(["document", "edit", "explain", "fix"])
                desk.post("tierwise/task/start", {"action": action, **place, "instruction": "go"})
            case 6:
                prompt = f"what does add_numbers do, question {turn}?"
                conversation = f"talk-{turn // 40}"
                desk.post("tierwise/chat/send", {"prompt": prompt, "conversationId": conversation})
            case _:
                editor.type(uri, 8, f"# {turn}\n")
                desk.post("textDocument/codeLens", {"textDocument": {"uri": uri}})
        if desk.proposals:
            how = "apply" if chance.random() < 0.2 else "discard"
            resolve = {"editId": desk.proposals.pop(0), "action": how}
            desk.post("tierwise/edit/resolve", resolve)
        if turn % 50 == 0:
            reset(desk, editor, uri)
        await asyncio.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))


def reset(desk: Desk, editor: Editor, uri: str) -> None:
    """Give the document its first text back, so that it does not grow all hour."""
    editor.texts[uri], editor.versions[uri] = SAMPLE, editor.versions[uri] + 1
    document = {"uri": uri, "version": editor.versions[uri]}
    changes = {"textDocument": document, "contentChanges": [{"text": SAMPLE}]}
    desk.notify("textDocument/didChange", changes)
    desk.responses.clear()
    editor.applied.clear()
    editor.shown.clear()


async def main(minutes: float, clients: int, rate: float, seed: int) -> int:
    """Work for that long, then count."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        model = Model(_free_port())
        await model.start()
        env = {
            "TIERWISE_STATE_DIR": str(folder / "state"),
            "TIERWISE_CONFIG": str(folder / "config.toml"),
            "ANTHROPIC_API_KEY": "key-of-nobody",
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{model.port}",
        }
        desks = [await _sit_down(folder, env, n) for n in range(clients)]
        until = time.monotonic() + minutes * 60
        jobs = [asyncio.create_task(model.live(random.Random(seed), until))]
        jobs += [
            asyncio.create_task(
                work(desk, editor, uri, rate / clients, until, random.Random(chance.random()))
            )
            for desk, editor, uri, _ in desks
        ]
        watched = [figures for *_, figures in desks]
        await _watch(watched, [d for d, *_ in desks], until)
        await asyncio.gather(*jobs)
        for desk, *_ in desks:
            await _drained(desk)
        result = _result(minutes, model, [d for d, *_ in desks], watched)
        alive = [desk.process.returncode is None for desk, *_ in desks]
        result["dead"] = alive.count(False)
        status = await desks[0][0].request("tierwise/status")
        result["reservedUsdAtTheEnd"] = status["reservedUsd"]
        for desk, *_ in desks:
            await desk.stop()
            await desk.kill()
        await model.kill()
        result["logged"] = _logged(folder / "state" / "tierwise.log")
    for name, value in result.items():
        print(f"{name}: {json.dumps(value)}")
    good = not (result["lost"] or result["doubled"] or result["dead"])
    good = good and max(result["rssGrowth"]) <= GROWTH and max(result["handleGrowth"]) <= HANDLES
    return 0 if good else 1


async def _sit_down(
    folder: Path, env: Mapping[str, str], number: int
) -> tuple[Desk, Editor, str, Figures]:
    root = folder / f"project-{number}"
    root.mkdir()
    (root / "sample.py").write_text(SAMPLE, encoding="utf-8")
    desk = await Desk.start(env)
    editor = Editor(desk, root)
    flags = dict.fromkeys(("chat", "task", "status", "preview", "budget"), True)
    profile = list(PROFILES.values())[number % len(PROFILES)]
    await editor.start(profile, initializationOptions={"clientCapabilities": flags})
    uri = editor.open("sample.py")
    await desk.request("tierwise/status")
    return desk, editor, uri, Figures(desk.process.pid)


async def _watch(watched: list[Figures], desks: list[Desk], until: float) -> None:
    """Look at every server every five seconds, and say so every minute."""
    began = last = time.monotonic()
    while time.monotonic() < until:
        await asyncio.sleep(5)
        for figures in watched:
            figures.look()
        if time.monotonic() - last >= 60:
            last = time.monotonic()
            memory = [f.kilobytes[-1] // 1024 for f in watched]
            done = sum(d.answered for d in desks)
            handles = [f.handles[-1] for f in watched]
            print(f"{(last - began) / 60:.0f} min: {done:,} answered, MB {memory}, "
                  f"handles {handles}", flush=True)  # fmt: skip


async def _drained(desk: Desk) -> None:
    deadline = time.monotonic() + PATIENCE
    while desk.sent and time.monotonic() < deadline and desk.process.returncode is None:
        await asyncio.sleep(0.2)


def _result(
    minutes: float, model: Model, desks: list[Desk], watched: list[Figures]
) -> dict[str, Any]:
    errors: dict[str, int] = {}
    for desk in desks:
        for name, n in desk.errors.items():
            errors[name] = errors.get(name, 0) + n
    return {
        "minutes": minutes,
        "clients": len(desks),
        "modelKills": model.kills,
        "answered": sum(d.answered for d in desks),
        "lost": sum(len(d.sent) for d in desks),
        "doubled": sum(d.doubled for d in desks),
        "slowestSeconds": round(max(d.slow for d in desks), 1),
        "slowest": max(desks, key=lambda d: d.slow).slowest,
        "errors": errors,
        "rssMb": [[_early(f.kilobytes) // 1024, _late(f.kilobytes) // 1024] for f in watched],
        "rssGrowth": [round(_late(f.kilobytes) / _early(f.kilobytes) - 1, 3) for f in watched],
        "handles": [[_early(f.handles), _late(f.handles)] for f in watched],
        "handleGrowth": [_late(f.handles) - _early(f.handles) for f in watched],
    }


def _logged(log: Path) -> list[str]:
    """What the servers logged as errors: the first line of each and where it was raised."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    found = []
    for number, line in enumerate(lines):
        if " ERROR " in line or " CRITICAL " in line:
            rest = lines[number + 1 : number + 60]
            raised = next((r for r in rest if r[:1].isalpha() and not r.startswith("Trace")), "")
            found.append(f"{line[24:140]} | {raised[:200]}")
    return found[:20]


def _early(figures: list[int]) -> int:
    """The median after the warm-up: the first five minutes, or a third of a shorter run."""
    warm = min(60, len(figures) // 3)
    return int(statistics.median(figures[warm : warm + max(3, len(figures) // 10)]))


def _late(figures: list[int]) -> int:
    return int(statistics.median(figures[-max(3, len(figures) // 10) :]))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rate", type=float, default=20, help="requests a second, all clients")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.minutes, given.clients, given.rate, given.seed)))

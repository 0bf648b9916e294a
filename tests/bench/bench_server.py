"""`make bench`: the server's figures beside a bare pygls server, in one run. Prints a table.

Ratios and medians are what to trust on a shared machine; every figure is printed with the
bar it is held against, met or not.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.core.decision import Signals
from tierwise.core.request import Request, Selection
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.routing import policy, signals
from tierwise.routing.estimate import estimate
from tierwise.routing.weights import load
from tierwise.syntax import structure

BARE = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
server = LanguageServer("bare", "1")
@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(params): return []
@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(params): return None
server.start_io()
"""
LINES = 10_000
ROUNDS = 15
rows: list[tuple[str, str, str, bool]] = []


def row(what: str, value: float, bar: float, unit: str) -> None:
    """Note a figure against its bar."""
    rows.append((what, f"{value:.2f} {unit}", f"<= {bar:g} {unit}", value <= bar))


def p99(samples: list[float]) -> float:
    return statistics.quantiles(samples, n=100)[98]


async def spawn_to_initialize(argv: list[str], env: dict[str, str]) -> float:
    """Milliseconds from spawning to the answer to `initialize`."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=env,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    params: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    body = json.dumps(message).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await process.stdout.readuntil(b"\r\n\r\n")
    took = (time.perf_counter() - began) * 1000
    process.kill()
    await process.wait()
    return took


async def start_up(env: dict[str, str]) -> None:
    ours = [sys.executable, "-m", "tierwise", "serve"]
    bare = [sys.executable, "-c", BARE]
    full = {**os.environ, **env}
    for argv in (ours, bare):
        await spawn_to_initialize(argv, full)
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(await spawn_to_initialize(ours, full))
        theirs.append(await spawn_to_initialize(bare, full))
    a, b = statistics.median(mine), statistics.median(theirs)
    print(f"spawn to initialize: {a:.0f} ms, bare pygls {b:.0f} ms (medians of {ROUNDS})")
    row("spawn to initialize / bare pygls", a / b, 1.05, "x")


async def timed(times: int, action: Callable[[], Any]) -> list[float]:
    """Milliseconds of each of `times` awaited actions."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await action()
        found.append((time.perf_counter() - began) * 1000)
    return found


async def requests(env: dict[str, str], root: Path, model: RehearsalServer) -> None:
    rpc = await Rpc.start(env)
    editor = Editor(rpc, root)
    flags = {"experimental": {"tierwise": {"chat": True, "task": True}}}
    await editor.start(flags)
    text = "".join(f"def f{n}(a):\n    return a + {n}\n" for n in range(LINES // 2))
    uri = editor.open("big.py", text)
    await rpc.request("tierwise/status")
    where = editor.span(uri, 5_000, 5_020)

    async def act() -> None:
        await editor.actions(uri, where)

    versions = iter(range(2, 10_000))
    at = {"line": 5_000, "character": 0}

    async def change() -> None:
        document = {"uri": uri, "version": next(versions)}
        edit = {"range": {"start": at, "end": at}, "text": "# x\n"}
        rpc.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [edit]})
        await rpc.request("textDocument/codeLens", {"textDocument": {"uri": uri}})

    async def nothing() -> None:
        await rpc.request("textDocument/codeLens", {"textDocument": {"uri": uri}})

    # The SDK is imported behind the first seconds; idle means after that.
    await rpc.request("tierwise/chat/send", {"prompt": "hello"})
    await timed(20, act)
    row(f"codeAction p99, idle, {LINES:,} lines", p99(await timed(300, act)), 5, "ms")

    async def type_and_act() -> None:
        await change()
        await act()

    row("codeAction after each keystroke, median", statistics.median(
        await timed(100, type_and_act)), 50, "ms")  # fmt: skip
    base = statistics.median(await timed(300, nothing))
    row("didChange p99 (a round trip taken off)", p99(await timed(300, change)) - base, 5, "ms")
    model.faults.default = Fault(text="word " * 6_000, delay=0.005)
    chats = [rpc.post("tierwise/chat/send", {"prompt": f"talk {n}", "taskId": f"c{n}"})
             for n in range(10)]  # fmt: skip
    await rpc.until(lambda: len(rpc.of("tierwise/chat/didStream")) > 60)
    row("codeAction p99, 10 chats stream", p99(await timed(300, act)), 8, "ms")
    lags = []
    for n in range(10):
        began = time.perf_counter()
        await rpc.request("tierwise/task/cancel", {"taskId": f"c{n}"})
        await rpc.response(chats[n])
        lags.append((time.perf_counter() - began) * 1000)
    row("cancel to the end of the stream, max of 10", max(lags), 50, "ms")
    assert rpc.process.stdin is not None
    began = time.perf_counter()
    rpc.process.stdin.close()
    await rpc.process.wait()
    row("exit after stdin EOF", time.perf_counter() - began, 1, "s")
    await rpc.kill()


async def memory(env: dict[str, str], root: Path) -> None:
    """What a fresh server holds: at `initialize`, once built, and after its first task."""
    rpc = await Rpc.start(env)
    editor = Editor(rpc, root)
    await editor.start({"experimental": {"tierwise": {"task": True}}})
    text = "".join(f"def f{n}(a):\n    return a + {n}\n" for n in range(LINES // 2))
    uri = editor.open("big.py", text)
    found = [rss(rpc)]
    await rpc.request("tierwise/status")
    found.append(rss(rpc))
    where = editor.span(uri, 0, 2)
    started = {"action": "document", "textDocument": {"uri": uri}, "range": where}
    await rpc.request("tierwise/task/start", started)
    await rpc.until(lambda: any(
        p["state"] in ("proposed", "answered") for p in rpc.of("tierwise/task/didChange")
    ))  # fmt: skip
    found.append(rss(rpc))
    shown = ", ".join(f"{mb:.0f}" for mb in found)
    print(f"RSS in MB at initialize, with the engine, after the first task: {shown}")
    row(f"RSS after the first task, {LINES:,} lines", found[-1], 110, "MB")
    await rpc.kill()


def rss(rpc: Rpc) -> float:
    """Resident memory of the server in megabytes."""
    status = Path(f"/proc/{rpc.process.pid}/status").read_text(encoding="utf-8")
    return int(next(x for x in status.splitlines() if x.startswith("VmRSS")).split()[1]) / 1024


def router() -> None:
    weights = load()
    code = "def f(a):\n    if a:\n        return [x for x in a]\n    return None\n\n\n"
    text = (code * 400)[:16_000]
    request = Request("edit", "rename a to items and keep the tests green",
                      selection=Selection("a.py", "python", 1, 1_200, text, 2_000))  # fmt: skip
    cold, cached, decided = [], [], []
    structure.measure(text, "python")
    for n in range(400):
        began = time.perf_counter()
        found: Signals = signals.measure(request, structure.measure(text, "python"), weights)
        cold.append((time.perf_counter() - began) * 1000)
        structure.measure(text, "python", ("k", n))
        began = time.perf_counter()
        signals.measure(request, structure.measure(text, "python", ("k", n)), weights)
        cached.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        policy.decide(found, estimate(found, weights, DEFAULT_LADDER), Situation())
        decided.append((time.perf_counter() - began) * 1000)
    row("signals p99, cold, 16,000 characters", p99(cold), 10, "ms")
    row("signals p99, cached", p99(cached), 1, "ms")
    row("estimate + policy p99", p99(decided), 1, "ms")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        (root / "big.py").write_text("", encoding="utf-8")
        model = await RehearsalServer().start()
        env = {
            "TIERWISE_STATE_DIR": str(Path(folder) / "state"),
            "TIERWISE_CONFIG": str(Path(folder) / "none.toml"),
            "ANTHROPIC_API_KEY": "bench",
            "ANTHROPIC_BASE_URL": model.base_url,
        }
        await start_up(env)
        await memory(env, root)
        await requests(env, root, model)
        await model.close()
    router()
    width = max(len(r[0]) for r in rows)
    for what, value, bar, met in rows:
        print(f"{what:{width}}  {value:>12}  {bar:>12}  {'met' if met else 'MISSED'}")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())

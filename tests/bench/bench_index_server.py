"""A server with an index: the memory of all processes, and code actions while files are read.

Part of `make bench-index`. Menus are asked for in turns: while the child reads a project, and while
it stands still (stopped by a signal), so that both see the same machine.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench import generated_tree
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc

from tierwise.index.project import ProjectIndex
from tierwise.models.rehearsal.server import RehearsalServer

TURNS, MENUS = 12, 25
LINES = 2_000


def processes(parent: int) -> list[int]:
    """A process and all below it."""
    found = [parent]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if above == parent:
                found += processes(int(entry.name))
    return found


def memory(pid: int) -> tuple[float, float]:
    """Mebibytes a process holds: resident, and its share where pages are shared."""
    told = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size, *_ = line.split()
        told[name] = int(size) / 1024
    return told["Rss:"], told["Pss:"]


def command(pid: int) -> str:
    """What a process is, by its module."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return next((word for word in words if word.startswith("tierwise")), words[0])


async def asked(rpc: Rpc, editor: Editor) -> str:
    """A server whose index is at work; the document that is worked on."""
    caps = {**PROFILES["vscode"], "experimental": {"tierwise": {"chat": True, "task": True}}}
    await editor.start(caps)
    text = "".join(f"def f{n}(a):\n    return a + {n}\n" for n in range(LINES // 2))
    (editor.root / "big.py").write_text(text, encoding="utf-8")
    uri = editor.open("big.py")
    await rpc.request("tierwise/chat/project", {"prompt": "@project what is here"})
    return uri


async def menus(editor: Editor, uri: str) -> list[float]:
    """Milliseconds of each menu."""
    where, found = editor.span(uri, 500, 520), []
    for _ in range(MENUS):
        began = time.perf_counter()
        await editor.actions(uri, where)
        found.append((time.perf_counter() - began) * 1000)
    return found


async def while_reading(env: dict[str, str], root: Path) -> None:
    """Menus beside a child that reads, and beside one that stands still."""
    generated_tree.write(root, 20_000)
    rpc = await Rpc.start(env)
    editor = Editor(rpc, root)
    uri = await asked(rpc, editor)
    child = next(p for p in processes(rpc.process.pid) if command(p) == "tierwise.index.worker")
    await menus(editor, uri)
    still: list[float] = []
    reading: list[float] = []
    for _ in range(TURNS):
        os.kill(child, signal.SIGSTOP)
        still += await menus(editor, uri)
        os.kill(child, signal.SIGCONT)
        reading += await menus(editor, uri)
    a, b = (statistics.quantiles(times, n=100)[98] for times in (still, reading))
    print(
        f"menus: p50 {statistics.median(still):.1f} ms, p99 {a:.1f} ms; while files are read"
        f" p50 {statistics.median(reading):.1f} ms, p99 {b:.1f} ms: {b / a:.2f} x"
    )
    await rpc.stop()


async def at_rest(env: dict[str, str], root: Path) -> None:
    """The memory of all processes once a project of 2,000 files was read."""
    generated_tree.write(root, 2_000)
    rpc = await Rpc.start(env)
    editor = Editor(rpc, root)
    await editor.start({**PROFILES["vscode"], "experimental": {"tierwise": {"chat": True}}})
    await rpc.request("tierwise/status")
    before = memory(rpc.process.pid)[0]
    await asked_until_ready(rpc, root, Path(env["TIERWISE_STATE_DIR"]))
    total_rss = total_pss = 0.0
    for pid in processes(rpc.process.pid):
        rss, pss = memory(pid)
        total_rss, total_pss = total_rss + rss, total_pss + pss
        print(f"  {command(pid):28} {rss:6.0f} MB resident, {pss:6.0f} MB its share")
    after = memory(rpc.process.pid)[0]
    print(
        f"2,000 files, all processes: {total_rss:.0f} MB resident, {total_pss:.0f} MB shared once;"
        f" the server holds {after - before:+.0f} MB since its start"
    )
    await rpc.stop()


async def asked_until_ready(rpc: Rpc, root: Path, state: Path) -> None:
    """Ask about the project until its index is whole."""
    index = ProjectIndex(root, state)
    while True:
        await rpc.request("tierwise/chat/project", {"prompt": "@project account ledger"})
        if (await index.status()).complete:
            break
        await asyncio.sleep(0.5)
    await index.close()


async def main() -> None:
    model = RehearsalServer()
    await model.start()
    for what in (at_rest, while_reading):
        with tempfile.TemporaryDirectory(prefix="tierwise-bench-index-") as home:
            root = Path(home) / "project"
            root.mkdir()
            env = {
                "TIERWISE_STATE_DIR": f"{home}/state",
                "TIERWISE_CONFIG": f"{home}/none.toml",
                "ANTHROPIC_API_KEY": "test-key-of-nobody",
                "ANTHROPIC_BASE_URL": model.base_url,
            }
            await what(env, root)
    await model.close()


if __name__ == "__main__":
    asyncio.run(main())

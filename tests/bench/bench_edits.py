"""What waiting edits cost: per keystroke, at apply, while texts are compared, and at the end.

    python -m tests.bench.bench_edits [--lines 1000,10000,100000] [--keys 60]

The real server over stdio. Processor time is the server's own, as the system counts it; what a
keystroke adds is the difference to the same keystrokes with nothing waiting.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

OWN: Final = {"experimental": {"tierwise": {"task": True, "preview": True, "chat": True}}}
TICK: Final = os.sysconf("SC_CLK_TCK")


def cpu_ms(pid: int) -> float:
    """Processor time of a process in milliseconds, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / TICK


def like(lines: int) -> str:
    """A file of like lines; every tenth tells where it is."""
    return "".join(f"  name: {n}\n" if n % 10 == 0 else "  key: 1\n" for n in range(lines))


class Bench:
    """One server with one large document."""

    def __init__(self, editor: Editor, model: RehearsalServer, uri: str) -> None:
        self.editor, self.model, self.uri = editor, model, uri
        self.rpc, self.waiting = editor.rpc, 0

    async def propose(self, count: int) -> list[str]:
        """Let so many edits wait, spread over the document; their ids."""
        ids, lines = [], self.editor.texts[self.uri].count("\n")
        for n in range(self.waiting, self.waiting + count):
            line = 10 + (n * (lines - 40) // 50) // 10 * 10 + 5
            self.model.faults.queue.append(Fault(text="```\n  key: 2\n```\n"))
            started = await self.rpc.request(
                "tierwise/task/start",
                {
                    "action": "edit", "textDocument": {"uri": self.uri}, "instruction": "raise it",
                    "range": self.editor.span(self.uri, line, line + 1),
                },
            )  # fmt: skip
            task_id = started["taskId"]

            def found(task_id: str = task_id) -> Any:
                mine = [p for p in self.rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
                last = mine[-1] if mine else {"state": ""}
                if last["state"] in ("answered", "failed"):
                    raise RuntimeError(f"no proposal: {last}")
                return last if last["state"] == "proposed" else None

            ids.append((await self.rpc.until(found))["editId"])
        self.waiting += count
        return ids

    async def keys(self, count: int) -> float:
        """Type characters in one line; the server's milliseconds for each."""
        pid = self.rpc.process.pid
        await self.rpc.request("tierwise/status")
        await asyncio.sleep(3.0)
        line = self.editor.texts[self.uri].count("\n") // 2
        before = cpu_ms(pid)
        for n in range(count):
            self._type(line, n, "x")
        await self.rpc.request("tierwise/status")
        return (cpu_ms(pid) - before) / count

    def _type(self, line: int, column: int, text: str) -> None:
        uri, editor = self.uri, self.editor
        editor.versions[uri] += 1
        at = {"line": line, "character": column}
        editor.rpc.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": editor.versions[uri]},
                "contentChanges": [{"range": {"start": at, "end": at}, "text": text}],
            },
        )
        lines = editor.texts[uri].split("\n")
        lines[line] = lines[line][:column] + text + lines[line][column:]
        editor.texts[uri] = "\n".join(lines)


async def one(lines: int, count: int) -> None:
    """The figures of a file of so many lines."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "project").mkdir()
        model = await RehearsalServer().start()
        rpc = await Rpc.start(
            {
                "TIERWISE_STATE_DIR": str(root / "state"),
                "TIERWISE_CONFIG": str(root / "none.toml"),
                "ANTHROPIC_API_KEY": "nobody",
                "ANTHROPIC_BASE_URL": model.base_url,
            }
        )
        editor = Editor(rpc, root / "project")
        (root / "project" / "a.yaml").write_text(like(lines))
        await editor.start({**PROFILES["vscode"], **OWN})
        await rpc.request("tierwise/status")
        bench = Bench(editor, model, editor.open("a.yaml", language="yaml"))
        costs = {0: await bench.keys(count)}
        first = (await bench.propose(1))[0]
        costs[1] = await bench.keys(count)
        ids = await bench.propose(49)
        costs[50] = await bench.keys(count)
        print(
            f"{lines:7} lines: a keystroke {costs[0]:.2f} ms of processor time,"
            f" with 1 waiting {costs[1] - costs[0]:+.2f}, with 50 {costs[50] - costs[0]:+.2f}",
            flush=True,
        )
        took = []
        for edit_id in (first, *ids[:10]):
            began = time.perf_counter()
            params = {"editId": edit_id, "action": "apply"}
            reply = await rpc.request("tierwise/edit/resolve", params)
            took.append(1000 * (time.perf_counter() - began))
            assert reply["applied"], reply
        print(f"{lines:7} lines: apply {statistics.median(took):.0f} ms (median of {len(took)})")
        await held_up(bench, lines)
        await rpc.kill()
        await model.close()


async def held_up(bench: Bench, lines: int) -> None:
    """The longest wait for an answer while a whole new text is compared for 39 proposals."""
    editor, rpc = bench.editor, bench.rpc
    text = editor.texts[bench.uri].replace("  key: 1\n", "    key: 1\n")
    editor.replace_whole(bench.uri, text)
    waits = []
    end = time.perf_counter() + 5
    while time.perf_counter() < end:
        began = time.perf_counter()
        await rpc.request("tierwise/status")
        waits.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0.01)
    print(f"{lines:7} lines: longest wait while a reformatted text is compared {max(waits):.0f} ms")


async def leaving() -> None:
    """How long the server lives after its stdin ended."""
    with tempfile.TemporaryDirectory() as folder:
        rpc = await Rpc.start({"TIERWISE_STATE_DIR": folder, "TIERWISE_CONFIG": folder + "/none"})
        await rpc.initialize()
        await rpc.request("tierwise/status")
        assert rpc.process.stdin is not None
        rpc.process.stdin.close()
        began = time.perf_counter()
        await rpc.process.wait()
        print(f"gone {time.perf_counter() - began:.2f} s after stdin ended, idle")
        await rpc.kill()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", default="1000,10000,100000")
    parser.add_argument("--keys", type=int, default=60)
    args = parser.parse_args()
    for lines in map(int, args.lines.split(",")):
        asyncio.run(one(lines, args.keys))
    asyncio.run(leaving())


if __name__ == "__main__":
    main()

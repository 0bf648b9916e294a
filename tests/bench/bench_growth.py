"""How the server's work grows: with lines, open files, waiting proposals, tasks and turns.

Run by `make bench-growth`. Each figure is processor time of the server, a median; behind it stands
the exponent between the two largest sizes: 1 is linear, and what is above 1.1 is worse. Sums of
the ledger are in `bench_sums`.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.editor import Editor
from tests.support.loopback import Loopback
from tests.support.rpc import Rpc

WORST: Final = 1.1
"""The largest exponent that counts as linear: what is measured is never free of noise."""
OVER: Final = ("answered", "proposed", "failed", "cancelled", "applied")
Measured = dict[int, float]


class Bench:
    """A server with documents open in it, and its processor time."""

    def __init__(self, rpc: Rpc, editor: Editor) -> None:
        self.rpc, self.editor = rpc, editor

    @classmethod
    async def start(cls, folder: Path, model: Loopback) -> Bench:
        (folder / "p").mkdir(parents=True)
        config = folder / "config.toml"
        config.write_text("parallel = 32\n", encoding="utf-8")
        rpc = await Rpc.start(
            {
                "TIERWISE_STATE_DIR": str(folder / "state"),
                "TIERWISE_CONFIG": str(config),
                "ANTHROPIC_API_KEY": "bench",
                "ANTHROPIC_BASE_URL": model.base_url,
            }
        )
        editor = Editor(rpc, folder / "p")
        await editor.start({"experimental": {"tierwise": {"chat": True, "task": True}}})
        await rpc.request("tierwise/status")
        await rpc.request("tierwise/chat/send", {"prompt": "hello", "tier": "haiku"})
        return cls(rpc, editor)

    async def cpu(self, action: Callable[[], Awaitable[Any]], times: int = 1) -> float:
        """Milliseconds of processor time of the server for an action, the median of several."""
        clock = (~self.rpc.process.pid << 3) | 2
        found = []
        for _ in range(times):
            before = time.clock_gettime_ns(clock)
            await action()
            found.append((time.clock_gettime_ns(clock) - before) / 1e6)
        return statistics.median(found)

    async def type_and_act(self, uri: str, line: int, times: int = 15) -> float:
        """A keystroke and the code actions asked for after it."""
        where = self.editor.span(uri, line, line + 3)

        async def act() -> None:
            self.editor.type(uri, line + 40, "# x\n")
            await self.editor.actions(uri, where)

        for _ in range(3):
            await act()
        return await self.cpu(act, times)

    async def started(self, name: str, action: str, uri: str, line: int) -> None:
        """Start a task without waiting for its end."""
        given = {
            "action": action,
            "textDocument": {"uri": uri},
            "range": self.editor.span(uri, line, line + 2),
            "taskId": name,
        }
        self.rpc.post("tierwise/task/start", given)

    async def over(self, names: set[str]) -> None:
        """Wait until these tasks rest."""

        def rest() -> bool:
            seen = self.rpc.of("tierwise/task/didChange")
            return names <= {p["taskId"] for p in seen if p["state"] in OVER}

        while not rest():
            await self.rpc.until(rest)


def module(number: int) -> str:
    """A file of some 6 KB that imports its neighbour."""
    defined = (
        f"def f{number}_{n}(a, b):\n    x = a + b * {n}\n    return x + {n}\n\n" for n in range(60)
    )
    return f"import m{number + 1}\n" + "".join(defined)


async def lines(bench: Bench, size: int) -> float:
    text = "".join(f"def f{n}(a):\n    return a + {n}\n" for n in range(size // 2))
    uri = bench.editor.open(f"lines{size}.py", text)
    return await bench.type_and_act(uri, size // 2)


def opened(bench: Bench, size: int) -> list[str]:
    for number in range(size):
        (bench.editor.root / f"d{number % 20}").mkdir(exist_ok=True)
    return [bench.editor.open(f"d{n % 20}/m{n}.py", module(n)) for n in range(size)]


async def files(bench: Bench, size: int) -> float:
    return await bench.type_and_act(opened(bench, size)[0], 9)


async def tasks(bench: Bench, size: int) -> float:
    uris = opened(bench, 30)

    async def run() -> None:
        names = {f"t{n}" for n in range(size)}
        for n, name in enumerate(sorted(names)):
            await bench.started(name, "explain", uris[n % len(uris)], 9)
        await bench.over(names)

    return await bench.cpu(run)


async def twenty(bench: Bench, size: int) -> float:
    uris = opened(bench, size)

    async def run() -> None:
        names = {f"t{n}" for n in range(20)}
        for n, name in enumerate(sorted(names)):
            await bench.started(name, "explain", uris[n % len(uris)], 9)
        await bench.over(names)

    return await bench.cpu(run)


async def proposals(bench: Bench, size: int) -> float:
    text = "".join(f"def f{n}(a):\n    return a + {n}\n\n\n" for n in range(2_500))
    uri = bench.editor.open("big.py", text)
    for n in range(size):
        await bench.started(f"p{n}", "document", uri, 40 * n)
    await bench.over({f"p{n}" for n in range(size)})

    async def typed() -> None:
        bench.editor.type(uri, 9_000, "# x\n")
        await bench.rpc.request("textDocument/codeLens", {"textDocument": {"uri": uri}})

    await typed()
    return await bench.cpu(typed, 7)


async def turns(bench: Bench, size: int) -> float:
    async def turn(number: int) -> None:
        asked = {"prompt": f"and number {number}?", "conversationId": "c", "tier": "haiku"}
        await bench.rpc.request("tierwise/chat/send", asked)

    for number in range(size - 5):
        await turn(number)
    return await bench.cpu(lambda: turn(size), 5)


ROWS: Final[Mapping[str, tuple[Callable[[Bench, int], Awaitable[float]], tuple[int, ...], str]]] = {
    "keystroke and action, lines of the file": (lines, (1_000, 10_000, 50_000), "at 50,000: 60 ms"),
    "keystroke and action, open files": (files, (1, 30, 300, 1_000), "300: 30 ms, 1,000: 100 ms"),
    "20 tasks at once, open files": (twenty, (1, 30, 300), "at 300: 4,000 ms"),
    "tasks at once, 30 open files": (tasks, (5, 10, 20, 40), ""),
    "keystroke and lenses, waiting proposals": (proposals, (1, 6, 12), ""),
    "one more turn of a chat, turns before it": (turns, (10, 50, 100), ""),
}


def exponent(found: Measured) -> float:
    """How the cost grows between the two largest sizes."""
    (small, less), (large, more) = sorted(found.items())[-2:]
    return math.log(max(more, 0.1) / max(less, 0.1)) / math.log(large / small)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.bench_growth")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    given = parser.parse_args()
    with Loopback() as model:
        model.faults(default={"text": "```python\ndef f(a):\n    '''Say it.'''\n    return a\n```"})
        for name, (measure, sizes, bar) in ROWS.items():
            if given.only not in name:
                continue
            found: Measured = {}
            for size in sizes:
                with tempfile.TemporaryDirectory() as folder:
                    bench = await Bench.start(Path(folder), model)
                    found[size] = await measure(bench, size)
                    await bench.rpc.kill()
            grows = exponent(found)
            shown = ", ".join(f"{size:,}: {ms:,.1f} ms" for size, ms in found.items())
            met = "linear" if grows <= WORST else "WORSE THAN LINEAR"
            print(f"{name:42} {shown}; exponent {grows:.2f} {met} {f'({bar})' if bar else ''}")


if __name__ == "__main__":
    asyncio.run(main())

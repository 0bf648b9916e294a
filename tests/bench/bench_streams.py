"""Streams through the whole server: the first delta's way to the editor, and 200 at once.

Run by `make bench`, or by itself with `python -m tests.bench.bench_streams`. The loopback
server is a process of its own, as a real one would be. Every figure is printed with its bar.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from tests.support.editor import Editor
from tests.support.loopback import Loopback
from tests.support.rpc import Rpc

FIRST: Final = 60
"""Chats whose first delta is timed, one after another."""
STREAMS: Final = 200
PER_SECOND: Final = 10
SECONDS: Final = 8
CODE: Final = "".join(f"def f{n}(a):\n    return a + {n}\n\n\n" for n in range(200))


def p(samples: list[float], hundredth: int) -> float:
    """A percentile."""
    return statistics.quantiles(samples, n=100)[hundredth - 1]


def row(what: str, value: float, bar: float, unit: str) -> bool:
    """Print a figure beside its bar."""
    met = value <= bar
    print(f"{what:62} {value:9.2f} {unit}   <= {bar:g} {unit}   {'met' if met else 'MISSED'}")
    return met


async def first_delta(rpc: Rpc, model: Loopback, times: int) -> list[float]:
    """Milliseconds from the model's first event leaving to the first delta in the editor.

    Both processes read the same monotonic clock, so the two times can be compared.
    """
    model.faults(default={"text": "word " * 40})
    found = []
    for n in range(times):
        seen = len(rpc.received)
        sending = rpc.post("tierwise/chat/send", {"prompt": f"question {n}", "tier": "haiku"})
        arrived = await rpc.until(partial(_first_delta, rpc, seen))
        left = model.began()[-1]
        found.append((arrived - left) * 1000)
        await rpc.response(sending)
    return found


def _first_delta(rpc: Rpc, since: int) -> float | None:
    for message in rpc.received[since:]:
        streams = message.get("method") == "tierwise/chat/didStream"
        if streams and message["params"]["kind"] == "delta":
            return time.perf_counter()
    return None


async def many_streams(rpc: Rpc, editor: Editor, model: Loopback, streams: int) -> list[float]:
    """Milliseconds of code actions while so many streams run at ten events a second each."""
    uri = editor.open("code.py", CODE)
    where = editor.span(uri, 40, 44)
    events = PER_SECOND * SECONDS
    model.faults(default={"text": "x" * 24 * events, "delay": 1 / PER_SECOND})
    chats = [
        rpc.post("tierwise/chat/send", {"prompt": f"talk {n}", "taskId": f"s{n}", "tier": "haiku"})
        for n in range(streams)
    ]

    def streaming() -> int:
        return len({p["taskId"] for p in rpc.of("tierwise/chat/didStream") if p["kind"] == "delta"})

    await rpc.until(lambda: streaming() >= streams)
    before, began = _deltas(rpc), time.perf_counter()
    found = []
    while time.perf_counter() - began < SECONDS / 2:
        asked = time.perf_counter()
        await editor.actions(uri, where)
        found.append((time.perf_counter() - asked) * 1000)
        await asyncio.sleep(0.01)
    rate = (_deltas(rpc) - before) / (time.perf_counter() - began)
    print(f"{streams} streams: {rate:.0f} deltas a second reached the editor meanwhile")
    for chat in chats:
        with suppress(Exception):
            await rpc.response(chat)
    return found


async def cancels(rpc: Rpc, model: Loopback, times: int) -> list[float]:
    """Milliseconds from a cancel in the editor until the model saw its connection closed."""
    model.faults(default={"text": "x" * 24 * 400, "delay": 0.02})
    found = []
    for n in range(times):
        name = f"stop{n}"
        send = {"prompt": f"stop {n}", "taskId": name, "tier": "haiku"}
        sending = rpc.post("tierwise/chat/send", send)
        mine = lambda task=name: any(  # noqa: E731
            p["taskId"] == task and p["kind"] == "delta" for p in rpc.of("tierwise/chat/didStream")
        )
        await rpc.until(mine)
        asked = time.perf_counter()
        await rpc.request("tierwise/task/cancel", {"taskId": name})
        await rpc.response(sending)
        while len(gone := model.gone()) <= n:
            await asyncio.sleep(0.01)
        found.append((gone[-1] - asked) * 1000)
    return found


def _deltas(rpc: Rpc) -> int:
    return sum(1 for p in rpc.of("tierwise/chat/didStream") if p["kind"] == "delta")


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.bench_streams")
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--first", type=int, default=FIRST)
    given = parser.parse_args()
    with Loopback() as model, tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        config = Path(folder) / "config.toml"
        config.write_text(f"parallel = {min(256, given.streams)}\n", encoding="utf-8")
        env = {
            "TIERWISE_STATE_DIR": str(Path(folder) / "state"),
            "TIERWISE_CONFIG": str(config),
            "ANTHROPIC_API_KEY": "bench",
            "ANTHROPIC_BASE_URL": model.base_url,
        }
        rpc = await Rpc.start(env)
        editor = Editor(rpc, root)
        await editor.start({"experimental": {"tierwise": {"chat": True, "task": True}}})
        await rpc.request("tierwise/status")
        await first_delta(rpc, model, 5)
        lags = await first_delta(rpc, model, given.first)
        print(f"first delta: median {statistics.median(lags):.1f} ms")
        row("first delta in the editor after the model's first event, p95", p(lags, 95), 15, "ms")
        closed = await cancels(rpc, model, 20)
        row("cancel to the connection closed at the model, max of 20", max(closed), 50, "ms")
        times = await many_streams(rpc, editor, model, given.streams)
        what = f"codeAction p99 while {given.streams} streams run at {PER_SECOND} events a second"
        print(f"codeAction: median {statistics.median(times):.1f} ms of {len(times)}")
        row(what, p(times, 99), 20, "ms")
        await rpc.kill()


if __name__ == "__main__":
    asyncio.run(main())

"""The gateway measured: what it adds to the first byte, 50 streams, memory, start, splice equality.

`python -m tests.bench.bench_gateway [--bodies N] [--calls N]`; direct and through the gateway are
measured in turn in one run, so that a busy machine touches both. A name (`turn`) is one decided
call, `step` goes on with a loop, `named` only passes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
from tests.clients.skeleton import load
from tests.support.agent import TOOLS, result, used, user
from tests.support.plan_server import PlanServer

from tierwise.gateway import splice

KILO = 1024
APART_S = 0.03
"""Seconds between two calls that are measured one by one."""
WORDS = ("fix the typo in README", "rename foo to bar", "add a test for the parser")


def padded(body: Mapping[str, Any], size: int) -> bytes:
    """A body of about so many bytes."""
    bare = len(json.dumps(body))
    system = [{"type": "text", "text": "Be careful and brief. " * ((size - bare) // 22)}]
    return json.dumps({**body, "system": system}).encode()


def turn(number: int, size: int, model: str) -> bytes:
    words = f"{WORDS[number % len(WORDS)]} {number}"
    return padded(
        {"model": model, "max_tokens": 8_000, "stream": True, "tools": TOOLS,
         "messages": [user(words)]}, size,
    )  # fmt: skip


def step(number: int, size: int, model: str) -> bytes:
    said = [user("fix the typo in README")]
    for n in range(number % 20 + 1):
        said += [used("Read", n, file_path=f"f{n}.py"), result(n, "line\n" * 10)]
    return padded(
        {"model": model, "max_tokens": 8_000, "stream": True, "tools": TOOLS, "messages": said},
        size,
    )


async def first_byte(
    http: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str]
) -> float:
    """Milliseconds to the first byte of an answer, which is then read to its end."""
    begun = time.perf_counter()
    async with http.post(f"{url}/v1/messages", data=body, headers=headers) as response:
        assert response.status == 200, await response.text()
        await response.content.readany()
        took = (time.perf_counter() - begun) * 1000
        await response.read()
    return took


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"p50 {statistics.median(ordered):6.2f}  p99 {ordered[int(len(ordered) * 0.99)]:6.2f} ms"


def pairs(direct: list[float], through: list[float]) -> str:
    p50 = statistics.median(through) - statistics.median(direct)
    at = int(len(direct) * 0.99)
    p99 = sorted(through)[at] - sorted(direct)[at]
    beside = f"direct {spread(direct)}; gateway {spread(through)}"
    return f"adds p50 {p50:6.2f}  p99 {p99:6.2f} ms   ({beside})"


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def equality(count: int) -> None:
    """The upstream's body against the client's, on clients' skeletons and on generated bodies."""
    draw, same = random.Random(24), 0
    skeletons = load()
    for number in range(count):
        body: dict[str, Any] = dict(draw.choice(skeletons).body)
        keys = list(body)
        draw.shuffle(keys)
        body = {key: body[key] for key in keys}
        for _ in range(draw.randrange(4)):
            text = "".join(draw.choice('aé"\\\n\t{}[],:😀 ') for _ in range(draw.randrange(60)))
            body[f"key {text[:9]}{number}"] = [text, draw.random(), {"model": text}]
        separators = draw.choice([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])
        raw = json.dumps(body, ensure_ascii=draw.random() < 0.5, separators=separators).encode()
        read = splice.read(raw)
        made = splice.spliced(read, {"model": "claude-haiku-5-5"})
        place = read.members["model"]
        text = read.text
        wanted = text[: place.value] + '"claude-haiku-5-5"' + text[place.end :]
        same += made == wanted.encode() and json.loads(made) == {
            **json.loads(raw), "model": "claude-haiku-5-5"
        }  # fmt: skip
    print(f"splice: {same} of {count} bodies equal but for the model ({len(skeletons)} skeletons)")


async def measure(calls: int) -> None:
    plan = await PlanServer(says="word " * 100).start()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ, "TIERWISE_STATE_DIR": folder, "TIERWISE_CONFIG": f"{folder}/none.toml",
            "ANTHROPIC_API_KEY": "bench", "ANTHROPIC_BASE_URL": plan.base_url,
        }  # fmt: skip
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: ASYNC220  # once, before anything is measured
            [sys.executable, "-m", "tierwise", "gateway", "--json", "--port", "0"],
            env=env, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            said = json.loads(await asyncio.to_thread(process.stdout.readline))
            print(f"start: {time.perf_counter() - begun:.2f} s")
            token = Path(said["tokenFile"]).read_text().strip()
            await figures(plan, said["url"], token, calls, process.pid)
        finally:
            process.terminate()
            process.wait()
            await plan.close()


async def figures(plan: PlanServer, url: str, token: str, calls: int, pid: int) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        kinds: list[tuple[str, Callable[[int], bytes], str]] = [
            ("pass-through (named), 100 KB", lambda n: turn(n, 100 * KILO, "claude-opus-5-5"), "n"),
            ("turn, 100 KB", lambda n: turn(n, 100 * KILO, "claude-auto"), "t"),
            ("step, 100 KB", lambda n: step(n, 100 * KILO, "claude-auto"), "s"),
        ]
        for name, made, mark in kinds:
            direct, through = [], []
            for number in range(calls + 5):
                body = made(number)
                session = "one" if mark == "s" else f"{mark}{number}"
                headers = {"x-api-key": token, "x-claude-code-session-id": session}
                # A call is booked behind its answer; agents do not ask within that moment.
                await asyncio.sleep(APART_S)
                alone = await first_byte(http, plan.base_url, body, headers)
                beside = await first_byte(http, url, body, headers)
                if number >= 5:
                    direct.append(alone)
                    through.append(beside)
            print(f"{name}: {pairs(direct, through)}")
        plan.delay = 0.05
        plan.says = "word " * 200

        async def storm(at: str, mark: str) -> list[float]:
            waits: list[Awaitable[float]] = [
                first_byte(
                    http, at, turn(n, 100 * KILO, "claude-auto"),
                    {"x-api-key": token, "x-claude-code-session-id": f"{mark}{n}"},
                )
                for n in range(50)
            ]  # fmt: skip
            return list(await asyncio.gather(*waits))

        straight, routed = await storm(plan.base_url, "d"), await storm(url, "g")
        print(f"50 streams at once, 100 KB: {pairs(straight, routed)}")
        print(f"memory after it: {resident(pid):.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.bench_gateway")
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=200)
    given = parser.parse_args()
    equality(given.bodies)
    asyncio.run(measure(given.calls))


if __name__ == "__main__":
    main()

"""Warm worker processes on one ledger: they race for a cap, write until killed, or keep a pace.

A nursery process imports everything once and forks a worker per order, so that eight
windows cost eight forks and not eight interpreters. Orders and answers are lines of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace, TracebackType

from tests.support.ledgers import open_ledger

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse, Reservation, ReservationRequest
from tierwise.core.errors import BudgetPaused, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER

PROJECT = "soak"
PATIENCE_S = 60.0
"""Seconds a window waits for the lock: a busy disk is not what these tests are about."""
ACTIONS = ("edit", "fix", "document", "chat", "test")
LANGUAGES = ("python", "typescript", None)


@dataclass(frozen=True)
class Order:
    """What a worker does: its job, the folder, the cap (nano-dollars), seed and time (s)."""

    job: str
    folder: str
    cap: int
    seed: int
    seconds: float = 5.0
    pace: float = 0.0


def purse_on(folder: Path, cap: int | None) -> Purse:
    """A window's purse on the ledger in that folder."""
    limits = Limits(day=cap)
    ledger = open_ledger(folder, patience_s=PATIENCE_S)
    return Purse(
        ledger,
        PriceTable.load,
        lambda: limits,
        lambda: DEFAULT_LADDER.get("haiku"),
    )


def random_usage(rng: random.Random, reservation: Reservation) -> Usage:
    """A bill up to the bound: any split of the prompt between cache kinds, any output."""
    prompt = rng.randint(1, reservation.prompt_tokens)
    read, short = rng.randint(0, prompt), 0
    if rng.random() < 0.5:
        short = rng.randint(0, prompt - read)
    long = rng.randint(0, prompt - read - short) if rng.random() < 0.2 else 0
    output = rng.choice((reservation.max_tokens, rng.randint(1, reservation.max_tokens)))
    return Usage(prompt - read - short - long, output, read, short, long)


def random_ask(rng: random.Random, name: str, *, small: bool = False) -> ReservationRequest:
    """A request of any size and tier; `small` is the smallest that is worth asking."""
    tier = DEFAULT_LADDER.get("haiku" if small else rng.choice(DEFAULT_LADDER.names))
    return ReservationRequest(
        task_id=name,
        request_id=name,
        tier=tier,
        prompt="x" * (200 if small else rng.randint(200, 30_000)),
        action=rng.choice(ACTIONS),
        language=rng.choice(LANGUAGES),
        max_tokens=tier.max_tokens,
        project=PROJECT,
        full_output=True,
    )


async def race(order: Order) -> dict[str, object]:
    """Spend until nothing fits any more; then the cap must be used up and not crossed."""
    rng, purse = random.Random(order.seed), purse_on(Path(order.folder), order.cap)
    done, refused, small = 0, 0, False
    while True:
        try:
            ask = random_ask(rng, f"{order.seed}:{done}:{refused}", small=small)
            reservation = await purse.reserve(ask)
        except TaskTooDear:
            refused, small = refused + 1, True
            continue
        except BudgetPaused:
            refused += 1
            if (await purse.state(PROJECT)).day_reserved == 0:
                break
            await asyncio.sleep(0.002)
            continue
        await purse.settle(reservation, random_usage(rng, reservation))
        done, small = done + 1, False
    await purse.ledger.close()
    return {"done": done, "refused": refused}


async def write_until_killed(order: Order) -> dict[str, object]:
    """Reserve and settle for ever, and acknowledge each in a file of its own."""
    rng, purse = random.Random(order.seed), purse_on(Path(order.folder), None)
    acks = os.open(
        Path(order.folder) / f"acks-{order.seed}", os.O_CREAT | os.O_APPEND | os.O_WRONLY
    )
    n = 0
    while True:
        reservation = await purse.reserve(random_ask(rng, f"{order.seed}:{n}", small=True))
        os.write(acks, f"R {reservation.id} {reservation.worst}\n".encode())
        _, cost = await purse.settle(reservation, random_usage(rng, reservation))
        os.write(acks, f"S {reservation.id} {cost}\n".encode())
        n += 1


async def keep_pace(order: Order) -> dict[str, object]:
    """Reserve and settle `pace` times a second (0: as fast as it goes); latencies in ms.

    The first pair opens the ledger and compiles its statements; it is told apart.
    """
    rng, purse = random.Random(order.seed), purse_on(Path(order.folder), None)
    first = time.perf_counter()
    reservation = await purse.reserve(random_ask(rng, f"{order.seed}:first", small=True))
    await purse.settle(reservation, random_usage(rng, reservation))
    first_ms = (time.perf_counter() - first) * 1000
    await asyncio.sleep(0.5)
    times: list[float] = []
    end = time.monotonic() + order.seconds
    due = time.monotonic() + rng.random() / (order.pace or 1.0)
    while time.monotonic() < end:
        if order.pace:
            await asyncio.sleep(max(due - time.monotonic(), 0.0))
            due += 1.0 / order.pace
        ask = random_ask(rng, f"{order.seed}:{len(times)}", small=True)
        began = time.perf_counter()
        reservation = await purse.reserve(ask)
        await purse.settle(reservation, random_usage(rng, reservation))
        times.append((time.perf_counter() - began) * 1000)
    await purse.ledger.close()
    return {"times": times, "first": first_ms}


async def ask_until_killed(order: Order) -> dict[str, object]:
    """Ask the same few tasks under the same ids for ever, through the real engine."""
    from tests.support.window import Window, lines

    from tierwise.tasks.api import TaskParams

    rng, folder = random.Random(order.seed), Path(order.folder)
    model = SimpleNamespace(base_url=(folder / "url").read_text())
    window = await Window.open(folder, model)  # type: ignore[arg-type]  # only its address is asked
    uri = window.papers.put("sample.py")
    (folder / f"ready-{order.seed}").touch()
    while True:
        names = rng.sample(range(40), 4)
        fresh = [name for name in names if f"soak-{name}" not in window.app.tasks]
        for name in fresh:
            await window.app.start_task(
                TaskParams(
                    "edit", uri, lines(0, 2), f"note soak-{name}", "haiku", task_id=f"soak-{name}"
                )
            )
        await asyncio.gather(*(window.ended(f"soak-{name}") for name in fresh))
        if len(window.app.tasks) >= 36:
            await asyncio.sleep(60)


JOBS = {
    "race": race,
    "write": write_until_killed,
    "pace": keep_pace,
    "send": ask_until_killed,
}


def nursery() -> None:
    """Read orders, fork a worker for each, answer with its pid; a worker answers at its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    import sqlalchemy.dialects.postgresql
    import sqlalchemy.dialects.sqlite
    import sqlalchemy.ext.asyncio  # noqa: F401

    import tierwise.app
    import tierwise.store.migrate  # noqa: F401

    for line in sys.stdin:
        order = Order(**json.loads(line))
        pid = os.fork()
        if pid:
            _say({"seed": order.seed, "pid": pid})
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            _say({"seed": order.seed, "result": asyncio.run(JOBS[order.job](order))})
        except BaseException as error:
            _say({"seed": order.seed, "error": repr(error)})
        finally:
            os._exit(0)


def _say(message: dict[str, object]) -> None:
    os.write(1, (json.dumps(message) + "\n").encode())


class Nursery:
    """The nursery as its parent sees it. Use as a context manager; its workers die with it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.soak_ledger_workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            text=True,
        )
        self._results: dict[int, dict[str, object]] = {}
        self._pids: dict[int, int] = {}

    def start(self, order: Order) -> int:
        """Fork a worker; its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order.__dict__) + "\n")
        self._process.stdin.flush()
        while order.seed not in self._pids:
            self._hear()
        return self._pids[order.seed]

    def result(self, seed: int) -> dict[str, object]:
        """Wait for a worker to end. Raises `AssertionError` with what it died of."""
        while seed not in self._results:
            self._hear()
        found = self._results.pop(seed)
        assert "error" not in found, found["error"]
        result = found["result"]
        assert isinstance(result, dict)
        return result

    def kill(self, seed: int) -> None:
        """End a worker as a crash would, and wait until the system has buried it."""
        pid = self._pids.pop(seed)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while _exists(pid):
            assert time.monotonic() < deadline, "a killed worker is still there"
            time.sleep(0.001)

    def _hear(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery ended"
        message = json.loads(line)
        if "pid" in message:
            self._pids[message["seed"]] = message["pid"]
        else:
            self._pids.pop(message["seed"], None)
            self._results[message["seed"]] = message

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pid in self._pids.values():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    nursery()

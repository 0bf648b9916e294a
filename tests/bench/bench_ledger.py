"""How long reserve and settle take: eight windows at ten a second each, and saturated.

`python -m tests.bench.bench_ledger [--seconds S]` prints milliseconds for one reserve plus
one settle, two durable transactions, beside the time of a bare fsync on the same disk.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.soak.soak_ledger_workers import Nursery, Order

WINDOWS = 8


def measure(
    nursery: Nursery, pace: float, seconds: float, first_seed: int
) -> tuple[list[float], list[float]]:
    """Latencies in ms of every pair eight windows made at this pace (0: saturated).

    Beside them the first pair of each window, which opens the ledger.
    """
    with tempfile.TemporaryDirectory() as folder:
        seeds = range(first_seed, first_seed + WINDOWS)
        for seed in seeds:
            nursery.start(Order("pace", folder, 0, seed, seconds, pace))
        times: list[float] = []
        first: list[float] = []
        for seed in seeds:
            result = nursery.result(seed)
            found, opening = result["times"], result["first"]
            assert isinstance(found, list)
            assert isinstance(opening, float)
            times += found
            first.append(opening)
    return times, first


def fsync_ms(rounds: int = 200) -> list[float]:
    """What one small durable write costs here, in ms."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        fd = os.open(Path(folder) / "probe", os.O_CREAT | os.O_RDWR)
        for _ in range(rounds):
            began = time.perf_counter()
            os.pwrite(fd, b"x" * 4096, 0)
            os.fsync(fd)
            times.append((time.perf_counter() - began) * 1000)
        os.close(fd)
    return times


def line(name: str, times: Sequence[float]) -> str:
    """One row of the table: percentiles in ms."""
    cuts = statistics.quantiles(times, n=1000, method="inclusive")
    return (
        f"{name:<28} n {len(times):>6}  p50 {cuts[499]:7.2f}  p99 {cuts[989]:7.2f}  "
        f"p99.9 {cuts[998]:7.2f}  max {max(times):7.2f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    print("milliseconds for reserve + settle (two durable transactions), 8 windows")
    print(line("bare fsync, one process", fsync_ms()))
    with Nursery() as nursery:
        paced, first = measure(nursery, 10.0, seconds, 1)
        saturated, _ = measure(nursery, 0.0, seconds / 2, 101)
    print(line("10 a second per window", paced))
    print(line("saturated", saturated))
    print(line("first pair, 8 windows at once", first))


if __name__ == "__main__":
    main()

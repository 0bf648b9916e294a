"""`make bench-learning`: does what is learned improve the routing, and by how much?

    python -m tests.bench.learning.bench_learning [worlds] [early] [safe] [streams] [outcomes]
        [speed]

Each part prints its figures against its bar. Real outcomes are streamed in random order with no
row twice; the learner sees only what an operator would have shown it. The prior of a stream is
fitted without the family streamed.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path

from tests.bench.learning import policies, priors, safety, streams
from tests.bench.learning.gains import Gains, say_pooled
from tests.bench.learning.plot import lines_svg
from tests.support import worlds
from tests.support.session import STEPS, Session

from tierwise.learning import gate
from tierwise.learning.kept_or_undone import Watched
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Observation

DOCS = Path(__file__).parents[3] / "docs" / "learning"
PARTS = ("speed", "outcomes", "early", "safe", "worlds", "streams")


@dataclass(frozen=True)
class Size:
    """How much is run."""

    worlds: int = 20
    seeds: int = 20
    orders: int = 20
    sessions: int = 10_000


QUICK = Size(20, 1, 3, 1_500)


def main() -> None:
    """Run the parts named, all of them if none is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=[], choices=[*PARTS, []])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, help="seeds per world")
    parser.add_argument("--orders", type=int, help="orders per stream")
    parser.add_argument(
        "--informative", type=int, help="informative outcomes that the gate asks for, to compare"
    )
    parser.add_argument("--plots", action="store_true", help="write the plots of the docs")
    given = parser.parse_args()
    if given.informative is not None:
        # Constant but for this comparison; the processes of a part inherit it.
        gate.NEEDED_INFORMATIVE = given.informative  # type: ignore[misc]
    size = QUICK if given.quick else Size()
    size = replace(size, seeds=given.seeds or size.seeds, orders=given.orders or size.orders)
    parts: Mapping[str, Callable[[], None]] = {
        "speed": speed,
        "outcomes": lambda: outcomes(size),
        "early": lambda: early(size),
        "safe": lambda: safe(size),
        "worlds": lambda: in_worlds(size),
        "streams": lambda: on_streams(size, given.plots),
    }
    for name in given.parts or PARTS:
        print(f"\n## {name}", flush=True)
        parts[name]()


def say(what: str, figure: str, bar: str = "", ok: bool | None = None) -> None:
    """A figure with its bar."""
    mark = "" if ok is None else "  ok" if ok else "  MISSED"
    print(f"{what:58} {figure:>24} {bar:>18}{mark}", flush=True)


def speed() -> None:
    """What an update, a decision's advice and a watched edit cost in processor time."""
    world, r, memory = worlds.World(3), random.Random(3), Memory()
    observed = []
    for _ in range(2_000):
        known = world.draw(r)
        given = worlds.clicks(known, 0, r, (0.15, 0.12))
        observed.append(Observation(known.task, given))
    begun = time.process_time()
    for one in observed:
        memory = memory.learned(one)
    each = (time.process_time() - begun) / len(observed) * 1e3
    say("learner: one task judged and learned", f"{each:.3f} ms", "<= 0.3 ms", each <= 0.3)
    for size in (500, 5_000):
        each = watched_edit(size)
        say(f"survival: one watched edit, {size:,} lines", f"{each:.3f} ms", "<= 2 ms", each <= 2)


def watched_edit(size: int) -> float:
    """Milliseconds to follow an edit through a change and to measure its survival."""
    lines = [f"    value_{i} = left[{i}] + right[{i % 7}]\n" for i in range(size)]
    before = "".join(lines)
    start = len("".join(lines[: size // 2]))
    new = "".join(f"    other_{i} = total({i})\n" for i in range(40))
    after = before[:start] + new + before[start:]
    watched = Watched(0)
    watched.apply("u", before, after, [(start, start, new)], 0)
    text, begun = after, time.process_time()
    for n in range(200):
        text = f"# {n}\n" + text
        watched.seen("u", text, n)
        watched.survival()
    return (time.process_time() - begun) / 200 * 1e3


def outcomes(size: Size) -> None:
    """Scripted editing sessions: what the watch says against what happened."""
    right = 0
    for seed in range(size.sessions):
        session, chosen = Session(seed), random.Random(seed + 10**6)
        for _ in range(chosen.randint(0, 8)):
            session.play(chosen.choice(STEPS))
        right += session.finish() == session.state
    share = right / size.sessions
    say(f"{size.sessions:,} sessions attributed right", f"{share:.2%}", ">= 99 %", share >= 0.99)


WINDOW = 20
"""Tasks per figure of the part `early`."""
FRESH = 100
"""The first of the worlds that chose no constant."""


def _curve(job: tuple[int, int, str, bool, float]) -> list[tuple[float, float]]:
    world, seed, ratio, shadow, same = job
    return worlds.curve(worlds.World(world, ratio), seed, 300, shadow=shadow, same=same)


def early(size: Size) -> None:
    """From which task on the learner is ahead, with shadow answers and without; per 20 tasks the
    share of the frozen rule's loss, with the 95 % interval over the worlds."""
    seeds = min(size.seeds, 4)
    for ratio in worlds.RATIOS:
        for shadow, same in ((False, 0.0), (True, 0.6), (True, 0.3)):
            jobs = [
                (FRESH + w, s, ratio, shadow, same)
                for w in range(size.worlds)
                for s in range(seeds)
            ]
            with Pool(2) as pool:
                runs = pool.map(_curve, jobs, chunksize=4)
            beside = f"shadow, {same:.0%} written alike" if shadow else "without shadow"
            print(f"prices {ratio}, {beside}", flush=True)
            for start in (20, 40, 60, 100, 140, 200, 240, 280):
                gain, within = _early_gain(runs, start, size.worlds, seeds)
                say(f"  tasks {start} to {start + WINDOW}", f"{gain:+.1%} +-{within:.1%}")


def safe(size: Size) -> None:
    """Whether the gate keeps worlds from doing worse than the frozen rule."""
    seeds = max(2, min(size.seeds, 8))
    for ratio in worlds.RATIOS:
        for name in safety.OPERATORS:
            found = safety.measured(name, size.worlds, seeds, ratio)
            print(f"prices {ratio}, {name}", flush=True)
            say("  gain, mean of the worlds", f"{found.mean:+.1%} +-{found.within:.1%}")
            say("  worst world", f"{found.low:+.1%} +-{found.low_within:.1%}")
            say(
                "  worlds worse than frozen",
                f"{found.worse} of {size.worlds}",
                "0",
                not found.worse,
            )
            say("  runs more than 2 % worse", f"{found.runs_worse:.0%}")


def _early_gain(
    runs: Sequence[Sequence[tuple[float, float]]], start: int, count: int, seeds: int
) -> tuple[float, float]:
    """The gain in a window of tasks, and half the width of its interval over the worlds."""
    parts = [run[start : start + WINDOW] for run in runs]
    saved = [sum(frozen - mine for mine, frozen in part) for part in parts]
    base = statistics.mean(sum(frozen for _, frozen in part) for part in parts)
    means = [statistics.mean(saved[w * seeds : (w + 1) * seeds]) for w in range(count)]
    spread = statistics.stdev(means) / len(means) ** 0.5
    return statistics.mean(means) / base, 1.96 * spread / base


def _world_run(job: tuple[int, int, str, float]) -> worlds.Run:
    world, seed, ratio, forced = job
    done = worlds.run(worlds.World(world, ratio), seed, forced=forced)
    return replace(done, memory=Memory())


def in_worlds(size: Size) -> None:
    """Operators whose true need is known."""
    recovery(size)
    return_to_fresh()
    for ratio in worlds.RATIOS:
        for forced in (0.0, 0.1):
            jobs = [(w, s, ratio, forced) for w in range(size.worlds) for s in range(size.seeds)]
            with Pool(2) as pool:
                runs = pool.map(_world_run, jobs, chunksize=4)
            _say_worlds(size, ratio, forced, runs)


def _say_worlds(size: Size, ratio: str, forced: float, runs: Sequence[worlds.Run]) -> None:
    gains = [run.gain for run in runs]
    means = [
        statistics.mean(gains[w * size.seeds : (w + 1) * size.seeds]) for w in range(size.worlds)
    ]
    drifts = [run.drift for run in runs]
    head = f"prices {ratio}, {forced:.0%} forced discards, {len(runs)} runs:"
    print(head, flush=True)
    say("  loss below the frozen default, mean", f"{statistics.mean(gains):.1%}")
    room = statistics.mean(run.room for run in runs)
    say("  the same with every true share known", f"{room:.1%}")
    if forced:
        worst = min(means)
        say("  worst world, mean of its seeds", f"{worst:+.1%}", ">= -2 %", worst >= -0.02)
        say(
            "  single runs more than 2 % worse", f"{sum(g < -0.02 for g in gains) / len(gains):.1%}"
        )
    else:
        share = sum(g >= 0.08 for g in gains) / len(gains)
        say("  runs with at least 8 % less loss", f"{share:.1%}", ">= 95 %", share >= 0.95)
        wide = [run.gain for run in runs if run.room >= 0.2]
        if wide:
            share = sum(g >= 0.08 for g in wide) / len(wide)
            say("  the same where knowing would save 20 % or more", f"{share:.1%} of {len(wide)}")
        say("  runs with more loss", f"{sum(g < 0 for g in gains) / len(gains):.1%}")
    say("  drift of the top's share, greatest", f"{max(drifts) * 100:.1f} points", "<= 15 points",
        max(drifts) <= 0.155)  # fmt: skip


def recovery(size: Size) -> None:
    """From a bad prior: simulated, where the shipped one is right, and on real outcomes."""
    for shift, trials in ((3.0, False), (-3.0, False), (-3.0, True)):
        shares = [worlds.recovered(seed, shift, trials) for seed in range(size.orders)]
        bad, learned, good = (statistics.mean(part) for part in zip(*shares, strict=True))
        share = (bad - learned) / (bad - good)
        how = f"{shift:+.0f} logits, trials {'on' if trials else 'off'}"
        say(f"recovered from {how}, tasks 250-500", f"{share:.1%}", ">= 90 %", share >= 0.9)
    if (streams.folder() / "outcomes.dev.jsonl.gz").exists():
        _recovery_on_outcomes(size)


def _recovery_on_outcomes(size: Size) -> None:
    """The family on which the shipped estimate and a prior that calls all easy differ most."""
    weights = priors.without("livecodebench")
    found = policies.stream(
        "livecodebench", streams.of_family(streams.outcome_rows(), "livecodebench"), weights
    )
    easy = replace(found, weights=policies.bad(weights, 6.0))
    starts = policies.frozen(found), policies.frozen(easy)
    runs = [
        (
            policies.static(found, s, starts[0]).after(250),
            policies.static(easy, s, starts[1]).after(250),
            policies.learned(easy, s).after(250),
        )
        for s in range(size.orders)
    ]
    good, bad, learned = (statistics.mean(part) for part in zip(*runs, strict=True))
    share = (bad - learned) / (bad - good)
    say("recovered from a prior that calls all easy, livecodebench", f"{share:.1%}", ">= 90 %",
        share >= 0.9)  # fmt: skip


def return_to_fresh() -> None:
    """Twenty failures, then two hundred successes in one cell."""
    found = worlds.stuck()
    say("a cell after 20 failures, against fresh", f"{found.failed * 100:+.1f} points")
    say("the same after 200 successes", f"{found.back * 100:+.1f} points")
    say("the same against 200 successes alone", f"{found.without * 100:+.1f} points",
        "within 5", abs(found.without) <= 0.05)  # fmt: skip
    say("after 200 tasks that go as the fresh state says, mean", f"{found.usual * 100:+.1f} points",
        "within 5", abs(found.usual) <= 0.05)  # fmt: skip


def on_streams(size: Size, plots: bool) -> None:
    """Real outcomes: each family with a prior fitted without it, then all of them mixed."""
    if not (streams.folder() / "outcomes.dev.jsonl.gz").exists():
        print("skipped: the shared data folder is not there")
        return
    for prices in policies.PRICES:
        print(f"prices {prices}, redo cost $0.03, {size.orders} orders; last third, per task")
        mixed = _found(None, prices)
        compared(mixed, size.orders).say()
        each = [compared(_found(family, prices), size.orders) for family in streams.FAMILIES]
        for gains in each:
            gains.say()
        say_pooled(each)
        if plots:
            draw(mixed, size.orders, prices)
    print("pass rate - 0.04 x cost unit (answers cost 1, 3, 5 units of 0.04)", flush=True)
    for family in (None, *streams.FAMILIES):
        plain = policies.priced_by_unit(_found(family, "1:20:40"))
        compared(plain, size.orders, values=True).say()


def _found(family: str | None, prices: str) -> policies.Stream:
    """A family with the prior that never saw it; None for all of them mixed."""
    rows = streams.outcome_rows()
    lines = streams.of_family(rows, family) if family else [streams.line_of(r) for r in rows]
    return policies.stream(family or "all mixed", lines, priors.without(family), prices)


def compared(found: policies.Stream, orders: int, values: bool = False) -> Gains:
    """The learner against the prior and the policies that never learn, over the same orders."""
    prior = policies.frozen(found)
    seeds = range(orders)
    static = {
        n: tuple(policies.static(found, s, n).late_by_task(values) for s in seeds)
        for n in policies.NAMES
    }
    return Gains(
        found.name,
        tuple(policies.learned(found, s).late_by_task(values) for s in seeds),
        tuple(policies.static(found, s, prior).late_by_task(values) for s in seeds),
        static,
        values,
    )


def draw(found: policies.Stream, orders: int, prices: str) -> None:
    """The plot of the docs: mean loss per hundred tasks over the orders."""
    frozen = policies.frozen(found)
    curves = {
        "learned": [policies.learned(found, s).losses for s in range(orders)],
        "frozen prior": [policies.static(found, s, frozen).losses for s in range(orders)],
        **{
            f"{n} first": [policies.static(found, s, n).losses for s in range(orders)]
            for n in policies.NAMES
        },
    }
    points = {name: _hundreds(runs) for name, runs in curves.items()}
    DOCS.mkdir(parents=True, exist_ok=True)
    name = f"loss-{prices.replace(':', '-')}.svg"
    title = f"Mean loss per task in dollars, per 100 tasks ({prices}, {orders} orders)"
    (DOCS / name).write_text(lines_svg(title, points), encoding="utf-8")
    print(json.dumps({k: [round(v, 4) for v in vs] for k, vs in points.items()}))


def _hundreds(runs: Sequence[Sequence[float]]) -> list[float]:
    length = len(runs[0]) // 100
    return [
        statistics.mean(sum(run[i * 100 : i * 100 + 100]) / 100 for run in runs)
        for i in range(length)
    ]


if __name__ == "__main__":
    main()

"""`make bench-learning`: does what is learned improve the routing, and by how much?

    python -m tests.bench.learning.bench_learning [worlds] [streams] [outcomes] [speed] [--quick]

Each part prints its figures against its bar. Real outcomes are streamed in random order with no
row twice; the learner sees only what an operator would have shown it. The prior of a stream is
fitted without the family streamed.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path

from tests.bench.learning import policies, priors, streams
from tests.bench.learning.plot import lines_svg
from tests.support import worlds
from tests.support.session import STEPS, Session

from tierwise.learning.memory import Memory
from tierwise.learning.observation import Observation
from tierwise.learning.watched import Watched

DOCS = Path(__file__).parents[3] / "docs" / "learning"
PARTS = ("speed", "outcomes", "worlds", "streams")


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
    parser.add_argument("--plots", action="store_true", help="write the plots of the docs")
    given = parser.parse_args()
    size = QUICK if given.quick else Size()
    size = replace(size, seeds=given.seeds or size.seeds, orders=given.orders or size.orders)
    parts: Mapping[str, Callable[[], None]] = {
        "speed": speed,
        "outcomes": lambda: outcomes(size),
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


def _world_run(job: tuple[int, int, str, float]) -> worlds.Run:
    world, seed, ratio, forced = job
    return worlds.run(worlds.World(world, ratio), seed, forced=forced)


def in_worlds(size: Size) -> None:
    """Operators whose true need is known."""
    for ratio in worlds.RATIOS:
        for forced in (0.0, 0.1):
            jobs = [(w, s, ratio, forced) for w in range(size.worlds) for s in range(size.seeds)]
            with Pool(2) as pool:
                runs = pool.map(_world_run, jobs, chunksize=4)
            _say_worlds(size, ratio, forced, runs)
    recovery(size)
    return_to_fresh()


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
        say("  on average not more than 2 % worse", f"{statistics.mean(gains):+.1%}", ">= -2 %",
            statistics.mean(gains) >= -0.02)  # fmt: skip
        say("  worst world, mean of its seeds", f"{worst:+.1%}")
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
    for shift in (-3.0, 3.0):
        shares = []
        for seed in range(size.orders):
            shares.append(worlds.recovered(seed, shift))
        bad, learned, good = (statistics.mean(part) for part in zip(*shares, strict=True))
        share = (bad - learned) / (bad - good)
        say(f"recovered from a prior moved by {shift:+.0f} logits, tasks 250-500", f"{share:.1%}",
            ">= 90 %", share >= 0.9)  # fmt: skip
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
    fresh, failed, back = worlds.stuck()
    say("a cell after 20 failures", f"{(failed - fresh) * 100:+.1f} points")
    say("the same after 200 successes", f"{(back - fresh) * 100:+.1f} points", "within 5 below",
        back >= fresh - 0.05)  # fmt: skip


def on_streams(size: Size, plots: bool) -> None:
    """Real outcomes: each family with a prior fitted without it, then all of them mixed."""
    if not (streams.folder() / "outcomes.dev.jsonl.gz").exists():
        print("skipped: the shared data folder is not there")
        return
    rows = streams.outcome_rows()
    for prices in policies.PRICES:
        print(f"prices {prices}, redo cost $0.03, {size.orders} orders; last third, per task")
        pooled: list[Gains] = []
        for family in (*streams.FAMILIES, "all mixed"):
            mixed = family == "all mixed"
            lines = [streams.line_of(r) for r in rows] if mixed else streams.of_family(rows, family)
            weights = priors.without(None if mixed else family)
            found = policies.stream(family, lines, weights, prices)
            gains = compared(found, size.orders)
            gains.say()
            if not mixed:
                pooled.append(gains)
            elif plots:
                draw(found, size.orders, prices)
        both = Gains.together(pooled)
        both.say()
        print("  pass rate - 0.04 x cost unit (answers cost 1, 3, 5 units of 0.04)", flush=True)
        if prices == "1:20:40":
            for family in (*streams.FAMILIES, "all mixed"):
                mixed = family == "all mixed"
                lines = (
                    [streams.line_of(r) for r in rows] if mixed else streams.of_family(rows, family)
                )
                plain = policies.stream(family, lines, priors.without(None if mixed else family))
                compared(policies.priced_by_unit(plain), size.orders, values=True).say()


@dataclass(frozen=True)
class Gains:
    """Per order of a stream: the learner's mean, the prior's, and the best static policy's.

    `share` says whether a gain is a share of the loss, or plain points of value.
    """

    name: str
    learned: tuple[float, ...]
    prior: tuple[float, ...]
    best: tuple[float, ...]
    which: str
    value: bool = False

    def against(self, other: Sequence[float]) -> tuple[float, float, float]:
        """Mean gain with its 95 % interval over the orders."""
        sign = -1.0 if self.value else 1.0
        scale = 1.0 if self.value else statistics.mean(other)
        gains = [sign * (b - a) / scale for a, b in zip(self.learned, other, strict=True)]
        mean = statistics.mean(gains)
        half = 1.96 * statistics.stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else 0.0
        return mean, mean - half, mean + half

    def say(self) -> None:
        """A line."""
        form = "{:+.3f} [{:+.3f}, {:+.3f}]" if self.value else "{:+.1%} [{:+.1%}, {:+.1%}]"
        prior, best = (form.format(*self.against(o)) for o in (self.prior, self.best))
        print(
            f"  {self.name:14} learned {statistics.mean(self.learned):8.4f}"
            f"  prior {statistics.mean(self.prior):8.4f} {prior:26}"
            f"  best static {self.which:6} {statistics.mean(self.best):8.4f} {best}",
            flush=True,
        )

    @staticmethod
    def together(parts: Sequence[Gains]) -> Gains:
        """All families with the same weight, each loss in units of its best static policy's."""

        def mean(name: str) -> tuple[float, ...]:
            every = [[v / statistics.mean(g.best) for v in getattr(g, name)] for g in parts]
            return tuple(statistics.mean(column) for column in zip(*every, strict=True))

        return Gains("families pooled", mean("learned"), mean("prior"), mean("best"), "own")


def compared(found: policies.Stream, orders: int, values: bool = False) -> Gains:
    """The learner against the prior and against the static policy that is best in hindsight."""
    frozen = policies.frozen(found)
    seeds = range(orders)
    learned = tuple(policies.learned(found, s).late(values) for s in seeds)
    prior = tuple(policies.static(found, s, frozen).late(values) for s in seeds)
    static = {n: tuple(policies.static(found, s, n).late(values) for s in seeds)
              for n in policies.NAMES}  # fmt: skip
    pick = max if values else min
    which = pick(static, key=lambda n: statistics.mean(static[n]))
    return Gains(found.name, learned, prior, static[which], which, values)


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
    sys.exit(main())

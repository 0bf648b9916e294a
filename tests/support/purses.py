"""Compares two purses: the Python one over SQLite, and the functions of the PostgreSQL server.

`differences(seed, server)` runs one generated sequence on both (reservations of all kinds, bills,
jumping clocks, changing caps, members of a team), and returns where the results differ.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse, RequestKeyUsed, Reservation, ReservationRequest
from tierwise.core.errors import TierwiseError
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.present.errors import sentence
from tierwise.store import budget_events, migrate, reservations, team_caps
from tierwise.store.ledger import Ledger
from tierwise.store.postgres import driver
from tierwise.store.postgres import migrate as postgres
from tierwise.store.postgres.address import address_of
from tierwise.store.postgres.place import WRITE
from tierwise.store.team_caps import SCOPES, SPANS, CapRow

T = TypeVar("T")
START: Final = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)
"""The night before the clocks of Europe go forward."""
ZONES: Final = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Apia", "Asia/Kolkata")
TABLES: Final = ("reservations", "spent", "calendar", "samples", "budget_events", "team_caps")
PRICES: Final = PriceTable.load()
CAPS: Final = (None, None, 0, 30_000_000, 400_000_000, 3_000_000_000)


class _Bare:
    """A ledger without a thread: what a purse asks of one, on an open connection."""

    def __init__(self, engine: Engine, *, served: bool) -> None:
        self.engine = engine
        self.served = served
        self._conn = engine.connect()

    async def write(self, fn: Callable[[Connection], T]) -> T:
        with self._conn.begin():
            return fn(self._conn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        return await self.write(fn)

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        found: Future[T] = Future()
        with self._conn.begin():
            found.set_result(fn(self._conn))
        return found

    async def call(self, statement: str, parameters: tuple[Any, ...]) -> Any:
        raw = self._conn.connection.driver_connection
        assert raw is not None
        row = raw.execute(statement, parameters).fetchone()
        return None if row is None else row[0]

    async def clear(self) -> None:
        await self.write(
            lambda conn: [conn.exec_driver_sql(f"DELETE FROM {table}") for table in TABLES]
        )

    def close(self) -> None:
        self._conn.close()
        self.engine.dispose()


@dataclass
class Pair:
    """Both purses. Use `close` at the end."""

    url: str
    limits: Limits = field(default_factory=Limits)
    now: datetime = START

    def __post_init__(self) -> None:
        here = create_engine("sqlite://")
        with here.begin() as conn:
            migrate.migrate(conn)
        there = driver.engine(address_of(self.url), WRITE)
        with there.begin() as conn:
            postgres.migrate(conn)
        self.ledgers = (_Bare(here, served=False), _Bare(there, served=True))
        self.purses = [self._purse(ledger) for ledger in self.ledgers]

    def _purse(self, ledger: _Bare) -> Purse:
        return Purse(
            cast(Ledger, ledger),
            lambda: PRICES,
            lambda: self.limits,
            lambda: DEFAULT_LADDER.get("haiku"),
            lambda: self.now,
        )

    async def fresh(self) -> None:
        """Empty both ledgers."""
        for ledger in self.ledgers:
            await ledger.clear()
        self.purses = [self._purse(ledger) for ledger in self.ledgers]

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.close()


async def differences(seed: int, pair: Pair) -> list[str]:
    """Where the two purses differ over the life of that seed; nothing when they do not."""
    rng = random.Random(seed)
    await pair.fresh()
    pair.now = START + timedelta(minutes=rng.randint(0, 600))
    pair.limits = _limits(rng)
    held: list[tuple[Reservation, Reservation]] = []
    for step in range(rng.randint(3, 14)):
        found = await _step(rng, pair, held, f"{seed}:{step}")
        if found[0] != found[1]:
            return [f"seed {seed}, step {step}: {found[0]} here, {found[1]} there"]
    rows = [await ledger.read(_rows) for ledger in pair.ledgers]
    return [
        f"seed {seed}, {table}: {sorted(set(here) ^ set(there), key=repr)}"
        for table, here, there in zip(TABLES, *rows, strict=True)
        if here != there
    ]


async def _step(
    rng: random.Random, pair: Pair, held: list[tuple[Reservation, Reservation]], key: str
) -> list[str]:
    kind = rng.choices(
        ("reserve", "settle", "release", "let go", "clock", "event", "cap", "limits"),
        (40, 22, 4, 8, 10, 8, 10, 3),
    )[0]
    if kind == "clock":
        pair.now += rng.choice((
            timedelta(seconds=rng.randint(1, 50)), timedelta(minutes=rng.randint(1, 90)),
            timedelta(hours=rng.randint(-30, 30)), timedelta(days=rng.choice((-3, -2, 1, 35))),
        ))  # fmt: skip
        return ["", ""]
    if kind == "limits":
        pair.limits = _limits(rng)
        return ["", ""]
    if kind in ("event", "cap"):
        write = _event(rng, pair) if kind == "event" else _cap(rng)
        for ledger in pair.ledgers:
            await ledger.write(write)
        return ["", ""]
    if kind == "reserve":
        ask = _ask(rng, key, [each[0].row.request_id for each in held])
        made = [await _tried(purse.reserve(ask)) for purse in pair.purses]
        if all(isinstance(one, Reservation) for one in made):
            held.append((cast(Reservation, made[0]), cast(Reservation, made[1])))
        return [_told(one) for one in made]
    if not held:
        return ["", ""]
    both = rng.choice(held)
    usage, streamed = _usage(rng, both[0]), rng.choice((None, "", "x" * rng.randint(1, 9_000)))
    done = []
    for purse, one in zip(pair.purses, both, strict=True):
        if kind == "settle":
            done.append(await _tried(purse.settle(one, usage, streamed=streamed)))
        elif kind == "release":
            done.append(await _tried(purse.release(one)))
        else:
            done.append(await _tried(purse.let_go(one)))
    return [_told(one) for one in done]


async def _tried(call: Any) -> object:
    try:
        return await call
    except TierwiseError as error:
        return f"{type(error).__name__}: {sentence(error)}"
    except RequestKeyUsed:
        return "used"


def _told(found: object) -> str:
    if not isinstance(found, Reservation):
        return repr(found)
    row = replace(found.row, id="", owner="")
    return f"{row} {found.worst} {found.max_tokens} {found.capped} {found.at}"


def _rows(conn: Connection) -> Sequence[Sequence[tuple[object, ...]]]:
    found = []
    for table in TABLES:
        rows = conn.exec_driver_sql(f"SELECT * FROM {table}").mappings()
        left = {"id", "owner"} if table in ("reservations", "budget_events") else set()
        found.append(
            sorted(
                (
                    tuple(
                        (name, bool(value) if isinstance(value, bool) else value)
                        for name, value in sorted(row.items())
                        if name not in left
                    )
                    for row in rows
                ),
                key=repr,
            )
        )
    return found


def _limits(rng: random.Random) -> Limits:
    return Limits(
        day=rng.choice(CAPS),
        project=rng.choice(CAPS),
        period=rng.choice(("month", "total")),
        timezone=rng.choice(ZONES),
        repository_day=rng.choice((None, None, None, 200_000_000)),
        repository_project=rng.choice((None, None, None, 200_000_000)),
        hour=rng.choice(CAPS),
        request=rng.choice((None, None, 20_000_000, 200_000_000)),
    )


def _ask(rng: random.Random, key: str, before: Sequence[str]) -> ReservationRequest:
    tier = DEFAULT_LADDER.get(rng.choice(DEFAULT_LADDER.names))
    job = rng.random() < 0.15
    request = f"job:{rng.choice(('a', 'b:c'))}:{key}" if job else key
    if before and rng.random() < 0.1:
        request = rng.choice(before)
    return ReservationRequest(
        task_id=rng.choice(("t1", "t2", "ü'%?")),
        request_id=request,
        tier=tier,
        prompt="x" * rng.choice((0, 10, 3_000, 60_000)),
        action=rng.choice(("edit", "chat", "test")),
        language=rng.choice(("python", None)),
        max_tokens=rng.choice((16, 300, 4_096, tier.max_tokens)),
        project=rng.choice(("p", "q|r", "ü")),
        rehearsal=rng.random() < 0.08,
        allowed=rng.random() < 0.06,
        full_output=rng.random() < 0.5,
        extra_tokens=rng.choice((0, 0, 5_000)),
        least_output=rng.choice((0, 0, 1, 2_000)),
        job_cap=rng.choice((None, 10_000_000, 500_000_000)) if job else None,
        marked=rng.random() < 0.6,
        member=rng.choice((None, "m1", "m2", "m3")),
    )


def _usage(rng: random.Random, one: Reservation) -> Usage | None:
    if rng.random() < 0.2:
        return None
    prompt = rng.randint(0, one.prompt_tokens)
    read = rng.randint(0, prompt)
    return Usage(prompt - read, rng.randint(0, one.max_tokens + 2), read)


def _event(rng: random.Random, pair: Pair) -> Callable[[Connection], None]:
    day = pair.now.date().isoformat()
    kind = rng.choice(("set", "set", "raise", "raise", "allow", "hold", "resume"))
    scope, key = rng.choice((
        ("day", day), ("day", ""), ("project", "p"), ("project", f"p|{day[:7]}"),
        ("project", "p|total"),
    ))  # fmt: skip
    nanos = rng.choice((None, 0, 50_000_000, 900_000_000)) if kind == "set" else 70_000_000
    if kind in ("allow", "hold", "resume"):
        scope, key, nanos = ("clock" if kind == "hold" else "task"), day, None
    task = "t2" if kind == "allow" else None
    return lambda conn: budget_events.note(
        conn, cast(Any, kind), scope, key, 1, nanos=nanos, task_id=task
    )


def _cap(rng: random.Random) -> Callable[[Connection], None]:
    scope, span = rng.choice(SCOPES), rng.choice(SPANS)
    who = "" if scope == "team" else rng.choice(("", "m1" if scope == "member" else "p"))
    if rng.random() < 0.2:
        return lambda conn: team_caps.drop(conn, scope, who, span)
    nanos = rng.choice((0, 30_000_000, 300_000_000, 2_000_000_000))
    return lambda conn: team_caps.put(conn, CapRow(scope, who, span, nanos))


async def consistent(pair: Pair) -> bool:
    """Whether the sums of both are what their reservations add up to."""
    for ledger in pair.ledgers:
        for rehearsal in (False, True):
            if not await ledger.read(partial(_adds_up, rehearsal=rehearsal)):
                return False
    return True


def _adds_up(conn: Connection, *, rehearsal: bool) -> bool:
    stored = reservations.stored(conn, rehearsal=rehearsal)
    return stored == reservations.recomputed(conn, rehearsal=rehearsal)

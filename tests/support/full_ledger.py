"""Fills a ledger with the tasks, decisions, calls and outcomes of a few busy weeks."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from tierwise.core.outcome import Outcome, OutcomeKind
from tierwise.core.request import Request, Selection
from tierwise.core.situation import Situation
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell
from tierwise.routing.signals import measure
from tierwise.routing.weights import load
from tierwise.store import decisions, outcomes, schema
from tierwise.store.decisions import DecisionRow, TaskRow
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.tasks.learning import advice
from tierwise.tasks.record.journal import decision_detail

LAST: Final = date(2026, 11, 29)
"""The newest day of the ledger."""
TIERS: Final = ("haiku", "sonnet", "opus")
RATES: Final = ((100, 500), (2_000, 10_000), (4_000, 20_000))
ACTIONS: Final = ("chat", "document", "fix")
LANGUAGES: Final = ("python", "lua", None)
FACTS: Final = Situation(cost={"haiku": 400_000, "sonnet": 8_000_000, "opus": 16_000_000})


def day_of(number: int, tasks: int, days: int) -> date:
    return LAST - timedelta(days=days - 1 - number * days // tasks)


def fill(ledger: Ledger, tasks: int = 40, days: int = 10, rehearsal: bool = False) -> Sequence[str]:
    """Write that many tasks over that many days; their ids."""
    draw = random.Random(7)
    ids = [f"t{number:04}{'r' if rehearsal else ''}" for number in range(tasks)]
    row = decision_row()

    def write(conn: Connection) -> None:
        for number, task_id in enumerate(ids):
            _task(conn, draw, task_id, number, day_of(number, tasks, days), row, rehearsal)

    ledger.write_sync(write)
    return ids


def decision_row() -> DecisionRow:
    """A decision as the router takes it, with everything that is kept of it."""
    weights = load()
    request = Request("document", "add a docstring", selection=Selection(
        "a.py", "python", 10, 11, "def add(a, b):\n    return a + b\n", 90, "add"))  # fmt: skip
    signals = measure(request, weights=weights)
    cell = Cell("document", "python")
    found = advice.decide(signals, FACTS, weights, cell, Memory(), basis="b", id="t")
    made = found.decision
    detail = json.loads(json.dumps(decision_detail(made, found.situation)))
    return DecisionRow(made.first, made.routed, made.answering, made.cause, made.confidence,
                       made.propensity, made.weights, detail, rule=made.rule, at_ms=1)  # fmt: skip


def _task(
    conn: Connection,
    draw: random.Random,
    task_id: str,
    number: int,
    day: date,
    row: DecisionRow,
    rehearsal: bool,
) -> None:
    at_ms = int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp() * 1000) + number
    action, language = ACTIONS[number % 3], LANGUAGES[number % 4 % 3]
    project = f"/home/me/p{number % 2}"
    decisions.insert_task(conn, TaskRow(
        task_id, at_ms, project, action, language, f"file:///p/{number}.py", None, None, "s",
        rehearsal, "applied", day=day.isoformat(),
        client=("Neovim", "Visual Studio Code", None)[number % 3]))  # fmt: skip
    place = draw.choices((0, 1, 2), (6, 3, 1))[0]
    tried = [place, place + 1] if draw.random() < 0.2 and place < 2 else [place]
    for seq, tier in enumerate(tried, 1):
        cause = "routed" if seq == 1 else "escalated"
        values = {f: getattr(row, f) for f in DecisionRow.__slots__}
        values |= {"first": TIERS[place], "routed": TIERS[place], "answering": TIERS[tier],
                   "cause": cause, "at_ms": at_ms + seq}  # fmt: skip
        decisions.record_decision(conn, task_id, seq, DecisionRow(**values))
        _call(conn, draw, f"{task_id}:{seq}", task_id, at_ms + seq, day, project, action, language,
              tier, rehearsal)  # fmt: skip
    kinds: tuple[OutcomeKind, ...] = (
        ("applied", "survived") if number % 5 else ("discarded",) if number % 2 else
        ("applied", "undone")
    )  # fmt: skip
    for step, kind in enumerate(kinds, 1):
        value = "0.95/1" if kind == "survived" else None
        outcomes.record_outcome(
            conn, Outcome(task_id, kind, at_ms + 10_000 * step, TIERS[tried[-1]], value)
        )


def _call(
    conn: Connection,
    draw: random.Random,
    name: str,
    task_id: str,
    at_ms: int,
    day: date,
    project: str,
    action: str,
    language: str | None,
    tier: int,
    rehearsal: bool,
) -> None:
    given, made = draw.randint(300, 9_000), draw.randint(30, 900)
    cost = given * RATES[tier][0] + made * RATES[tier][1]
    model = f"claude-{TIERS[tier]}-5-5"
    conn.execute(
        sa.insert(schema.reservations).values(
            id=name, request_id=name, task_id=task_id, created_ms=at_ms,
            settled_ms=at_ms + 900 * (tier + 1), lease_ms=at_ms + 60_000, owner="o",
            day=day.isoformat(), period=day.isoformat()[:7], project=project, action=action,
            language=language, tier=TIERS[tier], model=model, base_url=None, input_chars=given * 3,
            input_bound=given * 2, max_tokens=8192, worst=cost * 2, expected=cost,
            state="settled", cost=cost, input_tokens=given, output_tokens=made, allowed=False,
            price_known=True, rehearsal=rehearsal, sent_ms=at_ms + 5,
        )
    )  # fmt: skip
    for scope, key in (("day", day.isoformat()), ("project", f"{project}|{day.isoformat()[:7]}")):
        table = schema.spent
        mine = (table.c.scope == scope, table.c.key == key, table.c.rehearsal.is_(rehearsal))
        done = conn.execute(sa.update(table).where(*mine).values(settled=table.c.settled + cost))
        if not done.rowcount:
            sums = {"settled": cost, "reserved": 0, "expected": 0}
            conn.execute(sa.insert(table).values(scope=scope, key=key, rehearsal=rehearsal, **sums))

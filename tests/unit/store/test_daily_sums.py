"""The daily sums equal the rows, whatever is written in whatever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.ledgers import empty, open_ledger
from tests.unit.store.daily_sums import as_kept, as_rebuilt
from tests.unit.store.test_store_rows import a_decision, a_task, an_attempt

from tierwise.core.money import Usage
from tierwise.core.outcome import Outcome
from tierwise.store import daily, decisions, outcomes, reservations, stats
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger

LOCAL_DAY = "NULL"
"""Every task of these tests has a day."""
TIERS = ("haiku", "sonnet", "opus")
DAYS = ("2026-11-23", "2026-11-24", "2026-12-01")

names = st.sampled_from([f"t{n}" for n in range(5)])
tokens = st.integers(0, 300_000)
writes = st.one_of(
    st.tuples(st.just("task"), names, st.sampled_from(DAYS), st.booleans()),
    st.tuples(st.just("decision"), names, st.integers(1, 4), st.sampled_from(TIERS)),
    st.tuples(st.just("outcome"), names, st.sampled_from(["applied", "discarded"]), st.just(0)),
    st.tuples(st.just("reserve"), names, st.sampled_from(DAYS), st.sampled_from(TIERS)),
    st.tuples(
        st.just("book"),
        names,
        st.sampled_from(["settled", "assumed", "released"]),
        st.tuples(tokens, tokens, tokens, tokens, tokens),
    ),
)


def apply(conn: Connection, write: tuple[object, ...]) -> None:
    kind, name = write[0], str(write[1])
    if kind == "task":
        if decisions.task(conn, name) is None:
            asked = replace(a_task(name, rehearsal=bool(write[3])), day=str(write[2]))
            decisions.insert_task(conn, asked)
    elif kind == "decision":
        made = decisions.decisions_of(conn, [name]).get(name, ())
        decisions.record_decision(conn, name, len(made) + 1, a_decision(str(write[3])))
    elif kind == "outcome":
        outcomes.record_outcome(conn, Outcome(name, write[2], 9, "haiku"))  # type: ignore[arg-type]  # one of the kinds
    elif kind == "reserve":
        day = str(write[2])
        row = replace(an_attempt(name, 100), day=day, period=day[:7], tier=str(write[3]))
        if reservations.by_id(conn, row.id) is None:
            reservations.insert(conn, row)
    else:
        found = reservations.by_id(conn, f"r-{name}")
        if found is not None:
            used = Usage(*write[3], assumed=write[2] == "assumed")  # type: ignore[misc]  # five numbers
            cost = 0 if write[2] == "released" else used.output_tokens
            reservations.book(conn, found, used, cost, state=write[2], at_ms=7)  # type: ignore[arg-type]  # one of the states


@settings(max_examples=200, deadline=None)
@given(st.lists(writes, max_size=30))
def test_the_daily_sums_are_what_the_rows_add_up_to(script: list[tuple[object, ...]]) -> None:
    with empty() as conn:
        for write in script:
            apply(conn, write)
        assert as_kept(conn) == as_rebuilt(conn)
        spent = sum(cell.cost for cell in stats.spend(conn))
        for column in ("day", "project", "tier", "model"):
            assert sum(stats.spent_by(conn, column).values()) == spent
        assert sum(cost for _, cost in stats.actions(conn).values()) == spent
        counts = {
            sum(stats.tasks_by(conn, column).values())
            for column in ("day", "project", "routed", "answering", "cause")
        }
        counts.add(sum(tasks for tasks, _ in stats.actions(conn).values()))
        assert len(counts) == 1
        assert daily.check(conn.exec_driver_sql, LOCAL_DAY), "nothing to mend"


async def test_sums_that_went_wrong_are_added_up_anew_when_the_ledger_is_opened(
    ledger: Ledger,
) -> None:
    for write in (
        ("task", "t1", DAYS[0], False),
        ("decision", "t1", 1, "opus"),
        ("reserve", "t1", DAYS[0], "opus"),
        ("book", "t1", "settled", (1, 2, 3, 4, 5)),
    ):
        await ledger.write(lambda conn, w=write: apply(conn, w))  # type: ignore[misc]  # default binds the loop variable
    await ledger.write(lambda conn: conn.exec_driver_sql("UPDATE daily_spend SET cost = 1"))
    await ledger.close()
    later = open_ledger(ledger.folder)
    assert await later.write(as_kept) == await later.write(as_rebuilt)
    await later.close()

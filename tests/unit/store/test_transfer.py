"""A ledger in a file is taken over by a server: all of it, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import postgres as servers
from tests.support.postgres import PostgresServer
from tests.unit.store.daily_sums import as_kept
from tests.unit.store.rows import keys, put
from tests.unit.store.test_daily_sums import apply

from tierwise.store import decisions, reservations, schema, transfer
from tierwise.store.ledger import Ledger

pytestmark = [pytest.mark.postgres, pytest.mark.ledger_file]


async def test_everything_arrives_once_or_not_at_all(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    old = Ledger.open(tmp_path)
    for n in range(12):
        name = f"t{n % 5}"
        await old.write(lambda c, name=name: apply(c, ("task", name, "2026-11-24", False)))  # type: ignore[misc]  # default binds the loop variable
        await old.write(lambda c, name=name: apply(c, ("decision", name, 1, "opus")))  # type: ignore[misc]  # ditto
        await old.write(lambda c, name=name: apply(c, ("reserve", name, "2026-11-24", "opus")))  # type: ignore[misc]  # ditto
        await old.write(lambda c, name=name: apply(c, ("outcome", name, "applied", 0)))  # type: ignore[misc]  # ditto
        await old.write(put(f"k{n}"))
    await old.write(lambda c: apply(c, ("book", "t1", "settled", (1, 2, 3, 4, 5))))
    before = [
        await old.read(fn)
        for fn in (as_kept, reservations.stored, keys, lambda c: decisions.task(c, "t1"))
    ]
    await old.close()
    tables = dict(transfer.rows_of(tmp_path / "ledger.db"))
    assert set(tables) | transfer.KEPT_BY_TRIGGERS == set(schema.metadata.tables)
    with servers.schema(postgres.url) as url:
        new = Ledger.open(tmp_path / "none", url)
        wrong = {**tables, "spent": tables["spent"][1:]}
        with pytest.raises(transfer.SumsDiffer):
            await new.write(lambda conn: transfer.take_over(conn, wrong))
        assert await new.read(keys) == [], "nothing stays of what does not add up"
        written = await new.write(lambda conn: transfer.take_over(conn, tables))
        assert written == sum(len(rows) for rows in tables.values())
        after = [
            await new.read(fn)
            for fn in (as_kept, reservations.stored, keys, lambda c: decisions.task(c, "t1"))
        ]
        assert after == before
        with pytest.raises(transfer.NotEmpty):
            await new.write(lambda conn: transfer.take_over(conn, tables))
        await new.write(put("later"))
        assert (await new.read(keys))[-1] == "later"
        await new.close()

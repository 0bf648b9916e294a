"""What the operator chose, beyond the moment: a pin on a file that is renamed."""

from __future__ import annotations

from tests.unit.tasks.conftest import Open

from tierwise.store import overrides
from tierwise.tasks.api import OverrideParams, TaskParams


async def test_a_pin_follows_its_file_to_another_name_also_after_a_restart(window: Open) -> None:
    w = await window()
    old, new = w.papers.put("old.py"), w.papers.put("new.py")
    await w.app.override(OverrideParams("file", "opus", uri=old))
    w.app.document_renamed(old, new)
    assert w.app.forecast(TaskParams("document", new)).answering == "opus"
    assert w.app.forecast(TaskParams("document", old)).answering != "opus"
    world = w.app.world
    await world.journal.flush()
    kept = await world.window.ledger.read(
        lambda conn: overrides.choices(conn, project=world.window.project, session="another")
    )
    assert [tuple(row) for row in kept] == [("file", new, "opus")]

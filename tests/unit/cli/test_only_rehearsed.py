"""Who has only rehearsed reads so, and sees no table without rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.full_ledger import fill
from typer.testing import CliRunner

from tierwise.cli.commands import app
from tierwise.store.ledger import Ledger


@pytest.mark.parametrize("by", [(), ("--by", "tier"), ("--by", "day"), ("--by", "action")])
def test_figures_of_rehearsed_tasks_alone_have_no_empty_table(
    tmp_path: Path, by: tuple[str, ...]
) -> None:
    ledger = Ledger.open(tmp_path)
    fill(ledger, tasks=3, rehearsal=True)
    ledger.close_sync()
    env = {"TIERWISE_STATE_DIR": str(tmp_path), "TIERWISE_CONFIG": str(tmp_path / "none")}
    said = CliRunner().invoke(app, ["stats", "--days", "0", *by], env=env)
    assert said.exit_code == 0
    first, _, rest = said.stdout.partition("\n")
    assert first == "No paid tasks yet."
    assert "Rehearsal" in rest
    lines = said.stdout.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("─"):
            assert lines[number + 1 : number + 2] not in ([], [""]), "a table without rows"

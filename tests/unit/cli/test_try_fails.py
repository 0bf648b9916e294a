"""When `tierwise try` fails, it shows the end of the log that goes with its temporary folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tierwise.cli import try_command
from tierwise.cli.commands import app
from tierwise.core.errors import TierwiseError
from tierwise.logs import LOG
from tierwise.present.errors import REQUEST_FAILS


def test_the_end_of_the_log_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def fails(session: Any, steps: Any) -> None:
        state = Path(session.env["TIERWISE_STATE_DIR"])
        state.mkdir()
        lines = [f"line {number} of the log" for number in range(try_command.LAST + 5)]
        (state / LOG).write_text("\n".join(lines), encoding="utf-8")
        raise TierwiseError(REQUEST_FAILS)

    monkeypatch.setattr(try_command._Session, "play", fails)
    monkeypatch.delenv("TIERWISE_STATE_DIR", raising=False)
    env = {"TIERWISE_CONFIG": str(tmp_path / "none.toml")}
    told = CliRunner().invoke(app, ["try"], env=env)
    assert told.exit_code == 1
    assert f"tierwise: {REQUEST_FAILS}" in told.output
    assert "line 5 of the log" in told.output
    assert "line 4 of the log" not in told.output

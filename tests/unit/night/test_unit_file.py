"""The service that runs the worker: a unit that a parser reads, without a key in it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tierwise.work import unit_file


@pytest.mark.parametrize("folder", ["/home/me", "/home/me too", '/odd "100%" place'])
def test_the_unit_is_read_as_it_is_meant(folder: str) -> None:
    env = {
        "TIERWISE_STATE_DIR": f"{folder}/state",
        "ANTHROPIC_API_KEY": "sk-secret",
        "HOME": folder,
    }
    text = unit_file.text(Path(f"{folder}/bin/python"), env)
    found = unit_file.parsed(text)
    command = shlex.split(found["Service"]["ExecStart"].replace("%%", "%"))
    assert command == [f"{folder}/bin/python", "-m", "tierwise", "work"]
    (state,) = shlex.split(found["Service"]["Environment"].replace("%%", "%"))
    assert state == f"TIERWISE_STATE_DIR={folder}/state"
    assert found["Install"]["WantedBy"] == "default.target"
    assert "sk-secret" not in text


def test_it_lies_where_the_service_manager_looks() -> None:
    assert unit_file.path({"HOME": "/h"}) == Path("/h/.config/systemd/user/tierwise-work.service")
    assert unit_file.path({"XDG_CONFIG_HOME": "/c"}).parent == Path("/c/systemd/user")


def test_what_is_no_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="no section"):
        unit_file.parsed("ExecStart=x\n")

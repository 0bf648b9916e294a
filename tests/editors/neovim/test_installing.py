"""`:Tierwise install` of a plugin that stands alone: what was shipped, what was named, or nothing.

A Python that writes down how it is called stands where the operator's Python would.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.editors.neovim.driver import PLUGIN, Driver, Open

pytestmark = [pytest.mark.editors]

PYTHON = """#!/bin/sh
for word in "$@"; do printf '%s\\036' "$word" >> '{log}'; done
printf '%s\\037' "$PWD" >> '{log}'
case "$*" in *venv*) for last; do :; done
  mkdir -p "$last/bin" && cp "$0" "$last/bin/python";;
*pip*) printf 'Collecting one\nCollecting two\n  Using cached two\n';;
esac
"""


class Alone:
    """A plugin folder outside any checkout, and the calls of Python that it made."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "alone"
        shutil.copytree(PLUGIN, self.root, ignore=shutil.ignore_patterns("server", "tests"))
        self.log = folder / "calls"
        self.python = folder / "python3"
        self.python.write_text(PYTHON.format(log=self.log), encoding="utf-8")
        self.python.chmod(0o755)

    def settings(self, **server: str) -> str:
        wanted = json.dumps({"server": {"python": str(self.python), **server}})
        return (
            f"vim.opt.rtp:remove([[{PLUGIN}]]) vim.opt.rtp:prepend([[{self.root}]])"
            f" vim.g.tierwise = vim.json.decode([==[{wanted}]==]) vim.env.PATH = '/bin:/usr/bin'"
        )

    def calls(self) -> list[list[str]]:
        """The words of each call, the folder it was made in last."""
        if not self.log.exists():
            return []
        found = self.log.read_text(encoding="utf-8").split("\x1f")
        return [call.split("\x1e") for call in found if call]


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    return Alone(tmp_path)


def test_a_plugin_alone_installs_no_bare_name_and_says_what_to_do(
    open_nvim: Open, alone: Alone
) -> None:
    nvim: Driver = open_nvim(more=alone.settings())
    nvim.command("Tierwise install")
    nvim.note("was not shipped with this plugin")
    nvim.note("server.package")
    assert alone.calls() == []


def test_a_bare_name_that_is_configured_is_refused(open_nvim: Open, alone: Alone) -> None:
    nvim: Driver = open_nvim(more=alone.settings(package="tierwise==1.0"))
    nvim.command("Tierwise install")
    nvim.note("A bare name is not installed")
    assert alone.calls() == []


@pytest.mark.parametrize("source", ["shipped", "path", "address"])
def test_what_was_shipped_or_named_is_installed_away_from_the_workspace(
    open_nvim: Open, alone: Alone, tmp_path: Path, workspace: Path, source: str
) -> None:
    wheel = alone.root / "server" / "tierwise-1.0-py3-none-any.whl"
    if source != "address":
        wheel.parent.mkdir()
        wheel.touch()
    package = {"path": str(wheel), "address": "git+https://example.invalid/t@v1"}.get(source)
    nvim: Driver = open_nvim(more=alone.settings(**({"package": package} if package else {})))
    nvim.command("Tierwise install")
    nvim.note("the server is installed.")
    steps = [note for note in nvim.notes() if "install " in note]
    assert [step.split(":")[1] for step in steps] == [
        " install 1/3",
        " install 2/3",
        " install 3/3",
    ]
    texts = nvim.lua(
        "return vim.tbl_map(function(e) return e.data.text end, vim.tbl_filter(function(e)"
        " return e.name == 'TierwiseStatus' and e.data.kind == 'installing' end, _G.events))"
    )
    assert texts[:3] == ["Tierwise install 1/3", "Tierwise install 2/3", "Tierwise install 3/3"]
    assert texts[-1] == "Tierwise 3/3: 2 packages"
    check, venv, pip = alone.calls()
    assert pip[-2] == (package or str(wheel))
    assert pip[1:4] == ["-m", "pip", "install"]
    assert venv[1:3] == ["-m", "venv"]
    for call in (check, venv, pip):
        assert call[0] == "-I", "isolated: a pip.py of the workspace is not run"
        assert Path(call[-1]) != workspace
        assert Path(call[-1]).is_relative_to(tmp_path / "nvim-0")

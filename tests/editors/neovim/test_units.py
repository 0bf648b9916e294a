"""The plugin's own unit tests, and its help: made from the code, every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.editors.neovim.driver import PLUGIN, binary

pytestmark = [pytest.mark.editors]


def run(version: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [binary(version), "--clean", *args], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("version", ["0.11", "0.12"])
def test_pure_lua(version: str) -> None:
    done = run(version, "-l", str(PLUGIN / "tests/run.lua"))
    assert done.returncode == 0, done.stderr
    assert re.search(r"^[1-9]\d* tests, 0 failed", done.stdout)


def test_a_failing_unit_test_fails_the_runner(tmp_path: Path) -> None:
    (tmp_path / "tests/unit").mkdir(parents=True)
    (tmp_path / "tests/run.lua").write_text((PLUGIN / "tests/run.lua").read_text())
    (tmp_path / "tests/unit/bad.lua").write_text("return { no = function() eq(1, 2) end }")
    done = run("0.11", "-l", str(tmp_path / "tests/run.lua"))
    assert done.returncode == 1
    assert "FAILED bad.lua: no" in done.stderr


def test_the_help_is_what_the_code_says() -> None:
    done = run("0.11", "-l", str(PLUGIN / "scripts/doc.lua"), "--check")
    assert done.returncode == 0, done.stderr


def test_every_link_of_the_help_leads_somewhere(tmp_path: Path) -> None:
    text = (PLUGIN / "doc/tierwise.txt").read_text(encoding="utf-8")
    links = sorted(set(re.findall(r"(?<!\S)\|([^|\s]+)\|", text)))
    assert len(links) > 20
    script = tmp_path / "links.lua"
    wanted = ", ".join(f"[[{link}]]" for link in links)
    script.write_text(
        f"vim.opt.rtp:prepend([[{PLUGIN}]])\n"
        f"local doc = [[{tmp_path}]] .. '/doc' vim.fn.mkdir(doc)\n"
        f"vim.uv.fs_copyfile([[{PLUGIN}/doc/tierwise.txt]], doc .. '/tierwise.txt')\n"
        f"vim.opt.rtp:prepend([[{tmp_path}]]) vim.cmd('helptags ' .. doc)\n"
        f"local missing = {{}} for _, link in ipairs({{ {wanted} }}) do\n"
        "  local found = vim.fn.getcompletion(link, 'help')\n"
        "  if not vim.tbl_contains(found, link) then table.insert(missing, link) end\n"
        "end io.stdout:write(table.concat(missing, ' '))\n"
    )
    done = run("0.12", "-l", str(script))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_every_subcommand_has_a_place_in_the_help() -> None:
    text = (PLUGIN / "doc/tierwise.txt").read_text(encoding="utf-8")
    lua = (PLUGIN / "lua/tierwise/subcommands.lua").read_text(encoding="utf-8")
    actions = (PLUGIN / "lua/tierwise/actions.lua").read_text(encoding="utf-8")
    names = re.findall(r"^  (\w+) = \{", lua, re.MULTILINE)
    names += re.findall(r'^    name = "(\w+)"', actions, re.MULTILINE)
    assert len(names) > 30
    assert [name for name in names if f"*tierwise-{name}*" not in text] == []

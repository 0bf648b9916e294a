"""Which buffers have a server, and proposals for files that go by several names."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import Driver, Open
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

ATTACHED = """
local names = {}
for _, client in ipairs(vim.lsp.get_clients({ name = 'tierwise', _uninitialized = true })) do
  for buf in pairs(client.attached_buffers) do
    table.insert(names, vim.fs.basename(vim.api.nvim_buf_get_name(buf)))
  end
end
table.sort(names)
return names
"""
NO_FILES = (
    "help windows",
    "terminal true",
    "copen",
    "edit .",
    "enew | setfiletype python",
    "enew | file fugitive:///nowhere/.git//0/a.py | setfiletype python | setlocal buftype=nowrite",
    "enew | file oil:///nowhere/ | setfiletype oil | setlocal buftype=acwrite",
    "enew | file scp://nowhere/a.py | setfiletype python",
    "enew | file locked.py | setlocal nomodifiable | setfiletype python",
)
"""What other plugins and Neovim itself show, as they open it: the file type may come first."""


def test_only_files_that_can_be_modified_have_a_server(nvim: Driver, model: Loopback) -> None:
    for line in NO_FILES:
        nvim.command(line)
        nvim.command("Tierwise explain")
    nvim.command("edit plain.txt")
    nvim.until(lambda: len(nvim.lua(ATTACHED)) == 2)
    assert nvim.lua(ATTACHED) == ["plain.txt", "sample.py"]
    clients = "return #vim.lsp.get_clients({ name = 'tierwise', _uninitialized = true })"
    assert nvim.lua(clients) == 1, "and no second server was started for anything"
    nvim.command("Tierwise restart")
    nvim.until("return #vim.lsp.get_clients({ name = 'tierwise' }) == 1")
    nvim.until(lambda: nvim.lua(ATTACHED) == ["plain.txt", "sample.py"])
    assert model.requests() == [], "nothing was asked of a model"


EXCLUDED = {
    "kinds": "vim.lsp.config('tierwise', { filetypes = { 'python' } })",
    "root": (
        "local own = vim.lsp.config.tierwise.root_dir vim.lsp.config('tierwise',"
        " { root_dir = function(buf, on_dir)"
        " if vim.bo[buf].filetype ~= 'markdown' then own(buf, on_dir) end end })"
    ),
}
"""Ways in which an operator keeps Markdown from the server."""


@pytest.mark.parametrize("way", EXCLUDED)
def test_what_the_operators_own_configuration_leaves_out_is_left_out_when_written_too(
    nvim: Driver, way: str
) -> None:
    nvim.lua(EXCLUDED[way])
    for name in ("notes.md", "b.py"):
        nvim.command(f"edit {name}")
        nvim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
        nvim.command("write")
    nvim.until(lambda: "b.py" in nvim.lua(ATTACHED))
    assert nvim.lua(ATTACHED) == ["b.py", "sample.py"]
    nvim.command("Tierwise restart")
    nvim.until("return #vim.lsp.get_clients({ name = 'tierwise' }) == 1")
    nvim.until(lambda: nvim.lua(ATTACHED) == ["b.py", "sample.py"])


def test_what_has_no_file_is_refused_before_it_costs_until_it_is_written(
    nvim: Driver, model: Loopback
) -> None:
    nvim.command("enew")
    nvim.command("setfiletype python")
    nvim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1', '' })")
    nvim.command("Tierwise generate a constant")
    nvim.note("this buffer has no name yet. :write it to a file first")
    assert model.requests() == []
    nvim.command("write fresh.py")
    nvim.until(lambda: "fresh.py" in nvim.lua(ATTACHED))
    model.faults(default={"text": "```python\ny = 2\n```"})
    nvim.command("2Tierwise generate a constant")
    nvim.previewed()
    assert "y = 2" in nvim.drawn()


def block(name: str) -> str:
    return f"{name}\n<<<<<<< SEARCH\n    return a + b\n=======\n    return b + a\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize("name", ["a[b].py", "grün & 50%.py", "down/two.py"])
@pytest.mark.parametrize("linked", [False, True], ids=["folder", "link"])
def test_a_proposal_is_found_by_whatever_name_its_file_has(
    open_nvim: Open, workspace: Path, model: Loopback, name: str, linked: bool
) -> None:
    for path in (workspace / name, workspace / f"{name}x"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(SAMPLE, encoding="utf-8")
    link = workspace.parent / "link"
    link.symlink_to(workspace)
    nvim = open_nvim(str((link if linked else workspace) / name)).ready()
    quoted = f'@"{name}"' if " " in name else f"@{name}"
    model.faults(default={"text": block(name) + "\n" + block("sample.py")})
    nvim.command(f"%Tierwise edit swap {quoted} @sample.py")
    nvim.previewed()
    nvim.until(lambda: "return b + a" in nvim.drawn())
    nvim.command("edit " + str((workspace if linked else link) / "sample.py"))
    nvim.until(lambda: "return b + a" in nvim.drawn())
    nvim.lua("table.insert(_G.picks, 'Apply')")
    nvim.command("Tierwise apply all")
    nvim.state("applied")
    assert "return b + a" in nvim.text
    nvim.command("buffer 1")
    assert "return b + a" in nvim.text
    nvim.command("Tierwise undo")
    nvim.until(lambda: nvim.text == SAMPLE)


def test_files_outside_the_request_are_listed_in_one_question(
    open_nvim: Open, workspace: Path, model: Loopback
) -> None:
    names = ["one.py", "two.py", "three.py"]
    for name in names:
        (workspace / name).write_text(SAMPLE, encoding="utf-8")
    nvim = open_nvim("one.py").ready()
    model.faults(default={"text": "\n".join(block(name) for name in names)})
    nvim.command("4,5Tierwise edit swap")
    nvim.previewed()
    for name in names[1:]:
        nvim.command(f"edit {name}")
    nvim.command("edit one.py")
    nvim.command("Tierwise apply all")
    nvim.until("return #_G.asked == 1")
    question = nvim.lua("return _G.asked[1]")
    assert "two.py" in question["prompt"]
    assert "three.py" in question["prompt"]
    assert "one.py" not in question["prompt"], "it is what the request is about"
    assert nvim.text == SAMPLE, "nothing was answered, so nothing was applied"
    nvim.lua("table.insert(_G.picks, 'Apply')")
    nvim.command("Tierwise apply all")
    nvim.note("three.py, two.py are changed and not saved yet; :wall saves all.")
    assert len(nvim.lua("return _G.asked")) == 2, "one question for all of them"
    assert "return b + a" in nvim.text


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_changed(
    nvim: Driver, model: Loopback, workspace: Path
) -> None:
    other = workspace / "other.py"
    other.write_text("x = 1\n", encoding="utf-8")
    other.chmod(0o444)
    blocks = (
        ("sample.py", "    return a + b", "    return b + a"),
        ("other.py", "x = 1", "x = 2"),
    )
    text = "\n".join(
        f"{name}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"
        for name, old, new in blocks
    )
    model.faults(default={"text": text})
    nvim.command("4,5Tierwise edit @other.py both")
    nvim.previewed()
    nvim.command("Tierwise apply all")
    nvim.note("not applied: other.py is read-only.")
    assert nvim.text == SAMPLE
    assert nvim.task()["state"] == "proposed"
    other.chmod(0o644)
    nvim.command("Tierwise apply all")
    nvim.state("applied")
    assert other.read_text(encoding="utf-8") == "x = 2\n"
    assert not any("stack traceback" in note for note in nvim.notes())

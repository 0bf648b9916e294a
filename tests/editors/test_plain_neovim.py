"""A real Neovim with no plugin at all, only its own LSP client: 0.10, 0.11 and 0.12."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pynvim
import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import NO_PYTHON_IN_IT, VERSIONS, binary
from tests.support.loopback import Loopback

ROOT = Path(__file__).parents[2]
WAIT = 60.0
DOCUMENTED = SAMPLE.replace(
    "def add_numbers(a, b):\n",
    'def add_numbers(a, b):\n    """Add numbers. Takes `a`, `b`."""\n',
)

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]

ATTACH = """
local python, root = ...
vim.lsp.start({
  name = "tierwise",
  cmd = { python, "-m", "tierwise", "serve" },
  root_dir = root,
})
"""
ACTION = """
local wanted = ...
_G.titles, _G.ran = nil, nil
vim.ui.select = function(items, opts, choose)
  _G.titles = {}
  for _, item in ipairs(items) do
    local action = item.action or item[2]
    table.insert(_G.titles, action.title)
    if action.title:find(wanted, 1, true) then
      _G.ran = action.title
      choose(item)
      return
    end
  end
  choose(nil)
end
vim.lsp.buf.code_action()
"""

ANSWERED = """
for _, client in ipairs(vim.lsp.get_clients()) do
  for _, request in pairs(client.requests) do
    if request.method == "textDocument/codeAction" and request.type == "pending" then
      return false
    end
  end
end
return true
"""


class Neovim:
    """One headless Neovim, driven over its own RPC."""

    def __init__(self, nvim: Any) -> None:
        self.nvim = nvim

    def lua(self, code: str, *args: Any) -> Any:
        return self.nvim.exec_lua(code, *args)

    def keys(self, keys: str) -> None:
        """Press keys as the operator would, and let them take effect."""
        self.nvim.feedkeys(self.nvim.replace_termcodes(keys, True, True, True), "tx")

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait until something holds."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            value = holds()
            if value:
                return value
            self.lua("vim.wait(20)")
        raise AssertionError(f"waited in vain for {what}: {self.lua('return _G.titles')}")

    @property
    def text(self) -> str:
        return "\n".join(self.nvim.current.buffer[:]) + "\n"

    def act(self, title: str) -> str:
        """Run the code action whose title holds `title`, once it is offered.

        Nothing is asked while an answer is on its way: two answers would run the action twice.
        """

        def offered() -> Any:
            self.lua(ACTION, title)
            self.until(lambda: self.lua(ANSWERED), "an answer")
            return self.lua("return _G.ran")

        found: str = self.until(offered, f"the action {title}")
        return found


@pytest.fixture(params=sorted(VERSIONS))
def neovim(
    request: pytest.FixtureRequest, tmp_path: Path, workspace: Path, config: Path
) -> Iterator[tuple[Neovim, Loopback]]:
    """A Neovim of each version on the sample, attached to the real server."""
    version: str = request.param
    program = binary(version)
    with Loopback() as model:
        env = {
            "TIERWISE_STATE_DIR": str(tmp_path / "state"),
            "TIERWISE_CONFIG": str(config),
            "ANTHROPIC_API_KEY": "test-key-of-nobody",
            "ANTHROPIC_BASE_URL": model.base_url,
            "PYTHONPATH": str(ROOT / "server"),
            **{f"XDG_{k}_HOME": str(tmp_path / k) for k in ("STATE", "DATA", "CACHE", "CONFIG")},
        }
        argv = [
            program, "--embed", "--headless", "--clean", "-n",
            "--cmd", f"lua {NO_PYTHON_IN_IT}", "sample.py",
        ]  # fmt: skip
        old = dict(os.environ)
        os.environ.update(env)
        here = Path.cwd()
        os.chdir(workspace)
        try:
            nvim = pynvim.attach("child", argv=argv)
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(old)
        driven = Neovim(nvim)
        try:
            driven.lua(ATTACH, sys.executable, str(workspace))
            driven.until(
                lambda: driven.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "a client"
            )
            yield driven, model
        finally:
            try:
                nvim.command("qa!")
            except (OSError, EOFError):
                pass
            nvim.close()


def test_a_visual_selection_is_documented_applied_and_undone(
    neovim: tuple[Neovim, Loopback],
) -> None:
    driven, model = neovim
    driven.keys("4GVj")
    title = driven.act("Add docs")
    assert "Haiku" in title or "Sonnet" in title or "Opus" in title, "the forecast is in the title"
    driven.keys("<Esc>4G")
    driven.act("Tierwise: Show diff")
    assert driven.text == SAMPLE or driven.nvim.current.buffer.name.endswith(".diff")
    driven.lua("vim.cmd.buffer(vim.fn.bufnr('sample.py'))")
    driven.keys("4G")
    driven.act("Tierwise: Apply")
    driven.until(lambda: driven.text == DOCUMENTED, "the applied text")
    driven.nvim.command("undo")
    assert driven.text == SAMPLE, "one undo gives the buffer back byte for byte"
    assert len(model.requests()) == 1


def test_a_comment_is_an_instruction(neovim: tuple[Neovim, Loopback]) -> None:
    driven, _ = neovim
    driven.keys("3Go# tw: rename add_numbers to add<Esc>")
    driven.act("Do this comment")
    driven.act("Tierwise: Apply")
    driven.until(lambda: "def add(" in driven.text, "the renamed function")
    assert "tw:" not in driven.text


def test_discard_leaves_the_buffer_and_is_logged(
    neovim: tuple[Neovim, Loopback], tmp_path: Path
) -> None:
    driven, _ = neovim
    driven.keys("4GVj")
    driven.act("Add docs")
    driven.keys("<Esc>4G")
    driven.act("Tierwise: Discard")
    assert driven.text == SAMPLE
    answer = driven.lua(
        "local c = vim.lsp.get_clients({ name = 'tierwise' })[1];"
        "local r = c.request_sync and c.request_sync('tierwise/history/query', {}, 5000, 0)"
        " or nil; return r and r.result or vim.NIL"
    )
    assert answer["tasks"][0]["state"] == "discarded"
    assert [o["kind"] for o in answer["tasks"][0]["outcomes"]] == ["discarded"]

"""A Neovim with the plugin, driven over its own RPC against the real server."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pynvim
import pytest
from tests.support.loopback import Loopback

from tierwise.models.rehearsal.reading import ReadPrompt, read

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".tools" / "neovim"
PLUGIN = ROOT / "neovim-plugin"
VERSIONS = {
    "0.10": TOOLS / "trixie/usr/bin/nvim",
    "0.11": TOOLS / "wheel/bin/nvim",
    "0.12": TOOLS / "forky/usr/bin/nvim",
}
PLAIN = (sys.executable, "-m", "tierwise")
"""The server's command, as an operator would have it."""
WAIT = 90.0
"""Seconds to wait for what must come; a bound for failures, never a bar."""

NO_PYTHON_IN_IT = "vim.g.loaded_python3_provider = 0"
"""Neovim looks for a Python to run plugins in when it opens a Python file; that takes a second."""

INIT = (
    NO_PYTHON_IN_IT
    + """
vim.opt.rtp:prepend([[{plugin}]])
vim.g.tierwise = {{ server = {{ cmd = {{ {cmd} }} }} }}
_G.notes, _G.events, _G.asked, _G.picks, _G.typed = {{}}, {{}}, {{}}, {{}}, {{}}
vim.notify = function(text, level)
  table.insert(_G.notes, {{ text = text, level = level }})
end
vim.ui.input = function(opts, done)
  table.insert(_G.asked, opts.prompt)
  done(table.remove(_G.typed, 1))
end
vim.ui.select = function(items, opts, done)
  local shown = vim.tbl_map(opts.format_item or tostring, items)
  table.insert(_G.asked, {{ prompt = opts.prompt, items = shown }})
  local wanted = table.remove(_G.picks, 1)
  for i, text in ipairs(shown) do
    if wanted and text:find(wanted, 1, true) then
      return done(items[i], i)
    end
  end
  done(nil)
end
vim.api.nvim_create_autocmd("User", {{
  pattern = "Tierwise*",
  callback = function(event)
    table.insert(_G.events, {{ name = event.match, data = event.data }})
  end,
}})
{more}
"""
)


def binary(version: str) -> str:
    """The path of a Neovim; skips the test where it is not installed."""
    path = VERSIONS[version]
    if not path.exists():
        if os.environ.get("CI") == "true":
            raise AssertionError(f"Neovim {version} is not installed")
        pytest.skip(f"Neovim {version} is not installed: run make editors")
    return str(path)


class Driver:
    """One headless Neovim."""

    def __init__(
        self, version: str, home: Path, project: Path, env: Mapping[str, str], *files: str,
        more: str = 'vim.lsp.enable("tierwise")', server: Sequence[str] = PLAIN,
    ) -> None:  # fmt: skip
        home.mkdir(exist_ok=True)
        self.home, self.project, self.version = home, project, version
        self.gone = False
        init = home / "init.lua"
        cmd = ", ".join(f"[[{word}]]" for word in server)
        text = INIT.format(plugin=PLUGIN, cmd=cmd, more=more)
        init.write_text(text, encoding="utf-8")
        xdg = {f"XDG_{k}_HOME": str(home / k) for k in ("STATE", "DATA", "CACHE", "CONFIG")}
        argv = ["--embed", "--headless", "--clean", "-n", "-u", str(init), *files]
        before, here = dict(os.environ), Path.cwd()
        os.environ.update({**env, **xdg, "LANG": "C.UTF-8"})
        os.chdir(project)
        try:
            self.nvim: Any = pynvim.attach("child", argv=[binary(version), *argv])
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)

    def lua(self, code: str, *args: Any) -> Any:
        return self.nvim.exec_lua(code, *args)

    def command(self, line: str) -> None:
        self.nvim.command(line)

    def keys(self, keys: str) -> None:
        """Press keys as the operator would, and let them take effect."""
        self.nvim.feedkeys(self.nvim.replace_termcodes(keys, True, True, True), "tx")

    def until(self, holds: str | Callable[[], Any], *args: Any) -> Any:
        """Wait until some Lua, or a function of the test's, gives something true."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            value = self.lua(holds, *args) if isinstance(holds, str) else holds()
            if value:
                return value
            self.lua("vim.wait(15)")
        raise AssertionError(f"waited in vain for: {holds}\n{self.notes()}\n{self.messages()}")

    def ready(self) -> Driver:
        """Wait for the server to be attached to the current buffer and to answer."""
        self.until(
            "return #vim.lsp.get_clients({ name = 'tierwise', bufnr = 0 }) > 0"
            " and not vim.tbl_contains({ 'starting', 'stopped' },"
            " (require('tierwise.status').last or { kind = 'stopped' }).kind)"
        )
        return self

    def previewed(self, after: str = "") -> str:
        """Wait for the proposal of the latest task to be on screen, another than `after`; its id.

        An edit that is undone comes back on screen, and a new task is the latest once it begins.
        """
        found: str = self.until(
            "local t = require('tierwise.tasks').where(function() return true end)[1]"
            " local shown = t and t.editId and require('tierwise.preview').open[t.editId]"
            " return shown and shown.announced and t.editId ~= ... and t.editId or nil",
            after,
        )
        return found

    def redone(self, tier: str) -> None:
        """Wait for the proposal of a tier that redid the latest task to be on screen."""
        self.until(lambda: self.task()["answering"] == tier and self.task()["state"] == "proposed")
        self.previewed()

    def state(self, wanted: str) -> None:
        """Wait for the latest task to be in a state."""
        self.until(
            "local t = require('tierwise.tasks').where(function() return true end)[1]"
            " return t ~= nil and t.state == ...",
            wanted,
        )

    def task(self) -> dict[str, Any]:
        """The latest task."""
        found: dict[str, Any] = self.lua(
            "local t = require('tierwise.tasks').where(function() return true end)[1]"
            " return { state = t.state, id = t.taskId, answering = t.decision.answering,"
            " routed = t.decision.routed, edit = t.editId, cause = t.decision.cause }"
        )
        return found

    def notes(self) -> list[str]:
        found: list[str] = self.lua("return vim.tbl_map(function(n) return n.text end, _G.notes)")
        return found

    def messages(self) -> str:
        found: str = self.nvim.command_output("messages")
        return found

    def note(self, part: str) -> None:
        """Wait for a notification that holds some words."""
        self.until(
            "local part = ... return vim.iter(_G.notes):any(function(n)"
            " return n.text:find(part, 1, true) ~= nil end)",
            part,
        )

    def events(self) -> list[str]:
        found: list[str] = self.lua("return vim.tbl_map(function(e) return e.name end, _G.events)")
        return found

    @property
    def text(self) -> str:
        return "\n".join(self.nvim.current.buffer[:]) + "\n"

    def drawn(self) -> str:
        """The virtual lines in the current buffer, as text, in order."""
        found: str = self.lua(
            "local lines = {} for _, m in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1,"
            " { details = true })) do for _, line in ipairs(m[4].virt_lines or {}) do"
            " lines[#lines + 1] = table.concat(vim.tbl_map(function(c) return c[1] end, line))"
            " end end return table.concat(lines, '\\n')"
        )
        return found

    def screen(self) -> list[str]:
        """The rows of the screen as the operator sees them."""
        found: list[str] = self.lua(
            "vim.cmd.redraw() local rows = {} for row = 1, vim.o.lines do local cells = {}"
            " for col = 1, vim.o.columns do cells[col] = vim.fn.screenstring(row, col) end"
            " rows[row] = table.concat(cells) end return rows"
        )
        return found

    def float(self) -> str:
        """The text of the current window, which must be a float; closes it."""
        self.until("return vim.api.nvim_win_get_config(0).relative ~= ''")
        found = "\n".join(self.nvim.current.buffer[:])
        self.keys("q")
        return found

    def chat(self) -> str:
        """The text of the latest chat."""
        found: str = self.lua(
            "local c = require('tierwise.chat').latest()"
            " return table.concat(vim.api.nvim_buf_get_lines(c.buf, 0, -1, false), '\\n')"
        )
        return found

    def below(self, name: str) -> list[str]:
        """The rows below the composer of the latest chat that tell of `focus` or `project`."""
        found: list[str] = self.lua(
            "local buf, rows = require('tierwise.chat').latest().buf, {}"
            " local ns = vim.api.nvim_create_namespace('tierwise.chat.' .. ...)"
            " for _, m in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true }))"
            " do for _, line in ipairs(m[4].virt_lines or {}) do rows[#rows + 1] ="
            " table.concat(vim.tbl_map(function(c) return c[1] end, line)) end end return rows",
            name,
        )
        return found

    def answered(self, turns: int = 1) -> None:
        """Wait for the latest chat to have so many finished turns."""
        self.until(
            "local c = require('tierwise.chat').latest() local n = ..."
            " return c ~= nil and #c.turns == n and c.turns[n].over",
            turns,
        )

    def written(self) -> bytes:
        """The bytes the current buffer would have on disk."""
        path = self.home / "written"
        self.command("setlocal nofixendofline")
        self.command(f"silent keepalt write! {path}")
        return path.read_bytes()

    def quit(self) -> None:
        if self.gone:
            return
        self.gone = True
        try:
            self.nvim.command("qa!", async_=True)
        except (OSError, EOFError):
            pass
        self.nvim.close()


def asked(model: Loopback, number: int = -1) -> ReadPrompt:
    """What the model was asked."""
    content = model.requests()[number]["messages"][-1]["content"]
    text = content if isinstance(content, str) else "".join(b.get("text", "") for b in content)
    return read(text)


Open = Callable[..., Driver]
"""Opens a Neovim on files of the workspace; what it takes stands at the fixture `open_nvim`."""

"""What the Neovim plugin costs: start-up, drawing a large proposal, typing under it, a long answer.

`python -m tests.bench.bench_neovim [RUNS]` prints medians over the runs, for each Neovim. A
proposal is drawn when all that the window shows is on screen; hunks out of sight follow in slices,
and the time until the last of them is the second figure.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.editors.neovim.driver import PLUGIN, ROOT, VERSIONS, Driver
from tests.support.loopback import Loopback

LINES = 2000
ANSWER = "".join(
    f"{n}. A sentence of an answer with `code`, **words** and a [link](x).\n"
    + ("```python\ndef f(x):\n    return x\n```\n" if n % 20 == 0 else "")
    for n in range(1600)
)[:100_000]

DRAW = """
local count, size = ...
vim.cmd('enew!')
vim.bo.buftype = ''
vim.api.nvim_buf_set_name(0, ('/nowhere/bench-%d.py'):format(size))
local lines, hunks = {}, {}
for i = 1, count do lines[i] = ('    value_%d = compute(%d, "text")'):format(i, i) end
vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
vim.bo.filetype = 'python'
local uri = vim.uri_from_bufnr(0)
for first = 0, count - 1, size do
  local new = {}
  for i = first + 1, math.min(first + size, count) do
    new[#new + 1] = ('    value_%d = computed(%d, "other")'):format(i, i)
  end
  hunks[#hunks + 1] = { id = '1.' .. first, kind = 'text', state = 'pending', uri = uri,
    newText = table.concat(new, '\\n') .. '\\n', range = {
      start = { line = first, character = 0 },
      ['end'] = { line = first + #new, character = 0 } } }
end
local decision = { headline = 'Haiku 93 %', because = 'short', answering = 'haiku' }
require('tierwise.tasks').all.b = { taskId = 'b', at = 1, state = 'proposed', editId = 'e',
  uri = uri, action = 'edit', decision = decision, costUsd = 0.01 }
local preview = require('tierwise.preview')
preview.open.e = { edit_id = 'e', task_id = 'b', hunks = hunks, note = '', diff = '',
  announced = true }
vim.cmd.redraw()
local function cpu()
  local used = vim.uv.getrusage()
  return used.utime.sec * 1e3 + used.utime.usec / 1e3 + used.stime.sec * 1e3 + used.stime.usec / 1e3
end
local began, worked = vim.uv.hrtime(), cpu()
preview.draw(vim.api.nvim_get_current_buf())
vim.cmd.redraw()
local took = (vim.uv.hrtime() - began) / 1e6
worked = cpu() - worked
local ns = require('tierwise.preview.render').ns
local function whole()
  return #vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { type = 'virt_lines' }) == #hunks + 1
end
assert(vim.wait(20000, whole, 1), 'not all was drawn')
local all = (vim.uv.hrtime() - began) / 1e6
preview.close('e')
return { took, worked, all }
"""
WATCH = """
_G.gaps, _G.last = {}, vim.uv.hrtime()
_G.watch = vim.uv.new_timer()
_G.watch:start(2, 2, function()
  local now = vim.uv.hrtime()
  _G.gaps[#_G.gaps + 1] = (now - _G.last) / 1e6
  _G.last = now
end)
"""


def startup(version: str, runs: int) -> tuple[float, float]:
    """Milliseconds: sourcing the plugin's file, and a start with it enabled against one with
    another server enabled."""
    sourced: list[float] = []
    totals: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        init = Path(folder) / "init.lua"
        for _ in range(runs):
            for with_plugin in (True, False):
                log.unlink(missing_ok=True)
                init.write_text(
                    f"vim.opt.rtp:prepend([[{PLUGIN}]])\nvim.lsp.enable('tierwise')\n"
                    if with_plugin
                    else "vim.lsp.config('other', { cmd = { 'other' } })\nvim.lsp.enable('other')\n"
                )
                subprocess.run(
                    [str(VERSIONS[version]), "--headless", "--clean", "-u", str(init),
                     "--startuptime", str(log), "+qa"],
                    check=True, capture_output=True,
                )  # fmt: skip
                text = log.read_text()
                totals[with_plugin].append(float(re.findall(r"^(\d+\.\d+)", text, re.M)[-1]))
                if with_plugin:
                    line = next(x for x in text.splitlines() if "plugin/tierwise.lua" in x)
                    sourced.append(float(line.split()[1]))
    whole = statistics.median(totals[True]) - statistics.median(totals[False])
    return statistics.median(sourced), whole


def attached(version: str, home: Path, model: Loopback) -> Driver:
    project = home / "project"
    project.mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "sample.py").write_text("def f(x):\n    return x\n")
    (home / "config.toml").write_text(
        "".join(
            f'[[tiers]]\nname = "{name}"\nmodel = "claude-{name}-5-5"\nmax_tokens = 64000\n'
            for name in ("haiku", "sonnet", "opus")
        )
    )
    env = {
        "TIERWISE_STATE_DIR": str(home / "state"),
        "TIERWISE_CONFIG": str(home / "config.toml"),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": model.base_url,
        "PYTHONPATH": str(ROOT / "server"),
    }
    nvim = Driver(version, home / "nvim", project, env, "sample.py")
    nvim.nvim.ui_attach(120, 40, rgb=True)
    return nvim.ready()


def blocks(nvim: Driver, model: Loopback) -> float:
    """p95 of the main loop's blocks (ms) while 100 KB stream into a chat on screen.

    A timer of two milliseconds runs in that loop; a block is the time between two of its calls.
    """
    model.faults(queue=[{"text": ANSWER, "delay": 0.0005}])
    nvim.command("Tierwise chat!")
    nvim.lua(WATCH)
    nvim.command("Tierwise ask everything")
    while not nvim.lua(
        "local c = require('tierwise.chat').latest() local t = c.turns[#c.turns]"
        " return t ~= nil and t.over"
    ):
        time.sleep(0.2)
    gaps = sorted(nvim.lua("_G.watch:close() return _G.gaps"))
    written = nvim.lua(
        "return #table.concat(vim.api.nvim_buf_get_lines("
        "require('tierwise.chat').latest().buf, 0, -1, false), '\\n')"
    )
    assert written > 95_000, nvim.chat()[-500:]
    found: float = gaps[int(len(gaps) * 0.95)]
    return found


TYPED = 100
"""Keys of one measurement; what a key costs is their mean."""
BIG = 10_000


def keystroke(nvim: Driver, model: Loopback, home: Path) -> tuple[float, float]:
    """Processor time (ms) a key costs in the main loop of a file of 10,000 lines: without a
    proposal, and under one of a hundred hunks."""
    text = "".join(f"value_{n} = compute({n}, 'text')\n" for n in range(BIG))
    (home / "project" / "big.py").write_text(text)
    nvim.command("edit big.py")
    nvim.ready()
    bare = typed(nvim)
    blocks = (
        f"big.py\n<<<<<<< SEARCH\nvalue_{n} = compute({n}, 'text')\n=======\n"
        f"value_{n} = computed({n}, 'text')\n>>>>>>> REPLACE\n"
        for n in range(0, 3000, 30)
    )
    model.faults(queue=[{"text": "\n".join(blocks)}])
    nvim.command("1,3000Tierwise edit call it computed")
    nvim.previewed()
    under = typed(nvim)
    nvim.command("Tierwise discard all")
    nvim.command("edit! sample.py")
    return bare, under


def typed(nvim: Driver) -> float:
    """Mean processor time (ms) of a key that is typed into the middle of the file."""
    used = (
        "local u = vim.uv.getrusage()"
        " return (u.utime.sec + u.stime.sec) * 1e3 + (u.utime.usec + u.stime.usec) / 1e3"
    )
    nvim.nvim.input("1500Go# ")
    time.sleep(1)
    before = nvim.lua(used)
    for _ in range(TYPED):
        nvim.nvim.input("x")
        time.sleep(0.03)
    time.sleep(0.5)
    after = nvim.lua(used)
    nvim.nvim.input("<Esc>u")
    time.sleep(0.5)
    found: float = (after - before) / TYPED
    return found


def main() -> None:
    """Print the figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(
        "neovim  start-up: plugin file / whole   draw: in sight (cpu), all; 1 hunk / 500 hunks"
        "   blocks: p95   a key in 10,000 lines: bare / under a proposal"
    )
    for version in ("0.11", "0.12"):
        sourced, whole = startup(version, max(runs, 7))
        drawn: dict[int, list[list[float]]] = {LINES: [], 4: []}
        p95, keys = [], []
        for _ in range(runs):
            home = Path(tempfile.mkdtemp(prefix="tierwise-bench-"))
            with Loopback() as model:
                nvim = attached(version, home, model)
                try:
                    for size, found in drawn.items():
                        found.append(nvim.lua(DRAW, LINES, size))
                    nvim.command("edit! sample.py")
                    p95.append(blocks(nvim, model))
                    nvim.command("only")
                    keys.append(keystroke(nvim, model, home))
                finally:
                    nvim.quit()
                    shutil.rmtree(home, ignore_errors=True)
        texts = []
        for found in drawn.values():
            wall, cpu, last = (statistics.median(column) for column in zip(*found, strict=True))
            texts.append(f"{wall:.1f} ({cpu:.1f}), {last:.1f}")
        bare, under = (statistics.median(column) for column in zip(*keys, strict=True))
        print(
            f"{version:7} {sourced:.2f} / {whole:.2f} ms   {' / '.join(texts)} ms"
            f"   {statistics.median(p95):.1f} ms   {bare:.1f} / {under:.1f} ms"
        )


if __name__ == "__main__":
    main()

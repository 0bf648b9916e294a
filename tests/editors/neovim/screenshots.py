"""Pictures of the plugin for the docs: a real terminal, captured and drawn.

`make pictures` takes those of the docs anew, and
`python -m tests.editors.neovim.screenshots [FOLDER] [NAME ...]` any: a PNG per moment. Each moment
runs a Neovim in tmux against the real server and the loopback model, waits for what it
shows, and takes the screen as a person would see it. Needs tmux, the font DejaVu Sans Mono and the
extra `pictures`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pynvim
import pyte
from PIL import Image, ImageDraw, ImageFont
from tests.support.loopback import Loopback

ROOT = Path(__file__).parents[3]
NVIM = ROOT / ".tools/neovim/forky/usr/bin/nvim"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf"
SIZE = 15
COLUMNS, ROWS = 110, 30
PALETTE = {
    "black": "000000", "red": "cd3131", "green": "0dbc79", "brown": "e5e510", "blue": "2472c8",
    "magenta": "bc3fbc", "cyan": "11a8cd", "white": "e5e5e5", "brightblack": "666666",
}  # fmt: skip
BACK, FRONT = "14161b", "e0e2ea"

SERVICE = '''\
"""Orders of a small shop."""

import json
import os
from dataclasses import dataclass


@dataclass
class Order:
    id: int
    lines: list[tuple[str, int, float]]


def total(order):
    sum = 0
    for name, count, price in order.lines:
        sum = sum + count * price
    return sum


def describe(order):
    return f"order {order.id}: {total(order):.2f}"


def load(path):
    with open(path) as file:
        data = json.load(file)
    return [Order(item["id"], item["lines"]) for item in data]
'''
REFACTORED = '''\
```python
def total(order):
    """Total of the order's lines."""
    return sum(count * price for _, count, price in order.lines)


def describe(order):
    return f"order {order.id}: {total(order):.2f} EUR"
```
'''
SPREAD = """\
service.py
<<<<<<< SEARCH
def total(order):
    sum = 0
=======
def total_price(order):
    sum = 0
>>>>>>> REPLACE

service.py
<<<<<<< SEARCH
    return f"order {order.id}: {total(order):.2f}"
=======
    return f"order {order.id}: {total_price(order):.2f}"
>>>>>>> REPLACE

report.py
<<<<<<< SEARCH
from service import total

print(total)
=======
from service import total_price

print(total_price)
>>>>>>> REPLACE
"""
ANSWER = """\
`total` adds up the lines of an order, price times count. The name `sum` shadows the built-in \
function, so it cannot be used below.

```python
def total(order):
    return sum(count * price for _, count, price in order.lines)
```

With the comprehension the loop variable and the running sum are gone.
"""


@dataclass
class Terminal:
    """A Neovim in a terminal: keys go in by tmux, questions by its own RPC."""

    folder: Path
    model: Loopback
    session: str
    nvim: Any = None
    env: dict[str, str] = field(default_factory=dict)

    def start(self, init: str, *files: str) -> None:
        socket = self.folder / "nvim.sock"
        (self.folder / "init.lua").write_text(init, encoding="utf-8")
        command = [
            "env", *(f"{k}={v}" for k, v in self.env.items()), str(NVIM), "--clean", "-n",
            "--listen", str(socket), "-u", str(self.folder / "init.lua"), *files,
        ]  # fmt: skip
        subprocess.run(
            ["tmux", "-L", self.session, "-f", "/dev/null", "new-session", "-d",
             "-x", str(COLUMNS), "-y", str(ROWS), "-c", str(self.folder / "shop"),
             shlex.join(command)],
            check=True,
        )  # fmt: skip
        subprocess.run(["tmux", "-L", self.session, "set", "-g", "status", "off"], check=True)
        self.until(socket.exists, "the socket")
        self.nvim = pynvim.attach("socket", path=str(socket))
        self.wait(
            "local ok, own = pcall(require, 'tierwise.client') return ok and own.get(0) ~= nil"
        )

    def until(self, holds: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}")
            time.sleep(0.03)

    def wait(self, lua: str) -> None:
        self.until(lambda: self.nvim.exec_lua(lua), lua)

    def state(self, wanted: str) -> None:
        self.wait(
            "return #require('tierwise.tasks').where(function(t)"
            f" return t.state == '{wanted}' end) > 0"
        )

    def keys(self, text: str) -> None:
        self.nvim.input(text)

    def shot(self, path: Path) -> None:
        """Draw the screen, once it has come to rest."""
        before = ""
        for _ in range(40):
            time.sleep(0.1)
            out = subprocess.run(
                ["tmux", "-L", self.session, "capture-pane", "-p", "-e", "-N"],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
            if out == before:
                break
            before = out
        draw(out, path)

    def stop(self) -> None:
        if self.nvim is not None:
            try:
                self.nvim.command("qa!", async_=True)
            except OSError:
                pass
        subprocess.run(["tmux", "-L", self.session, "kill-server"], check=False)


def draw(captured: str, path: Path) -> None:
    """The captured screen as a picture."""
    screen = pyte.Screen(COLUMNS, ROWS)
    # Curly underlines are drawn as plain ones; their colour is left out.
    captured = re.sub(r"\x1b\[58[:;][\d:;]*m|\x1b\[59m", "", captured).replace("4:3m", "4m")
    captured = re.sub(r"4:\dm", "4m", captured)
    pyte.Stream(screen).feed(captured.rstrip("\n").replace("\n", "\r\n"))
    fonts = {
        bold: ImageFont.truetype(FONT.format("-Bold" if bold else ""), SIZE) for bold in (0, 1)
    }
    width = int(fonts[0].getlength("m"))
    height = SIZE + 5
    image = Image.new("RGB", (COLUMNS * width + 12, ROWS * height + 12), f"#{BACK}")
    pen = ImageDraw.Draw(image)
    for y in range(ROWS):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            front, back = colour(cell.fg, FRONT), colour(cell.bg, BACK)
            if cell.reverse:
                front, back = back, front
            left, top = 6 + x * width, 6 + y * height
            pen.rectangle((left, top, left + width - 1, top + height - 1), fill=f"#{back}")
            pen.text((left, top + 1), cell.data, font=fonts[int(cell.bold)], fill=f"#{front}")
            if cell.underscore:
                line = top + height - 3
                pen.line((left, line, left + width - 1, line), fill=f"#{front}")
    image.quantize(64).save(path, optimize=True)


def colour(name: str, default: str) -> str:
    return default if name == "default" else PALETTE.get(name, name)


INIT = """
vim.opt.rtp:prepend({plugin})
vim.g.tierwise = {{ server = {{ cmd = {{ {python}, "-m", "tierwise" }} }} }}
vim.lsp.enable("tierwise")
vim.o.number = true
vim.o.laststatus = 2
vim.o.showmode = false
vim.o.ruler = false
vim.g.python_indent = {{}}
vim.o.statusline = " %f %m%=%{{v:lua.require'tierwise'.status()}} "
{more}
"""


def preview(at: Terminal) -> None:
    at.model.faults(queue=[{"text": REFACTORED}])
    at.keys("14GV22G:Tierwise refactor no loop, say EUR<CR>")
    at.wait("return next(require('tierwise.preview').open) ~= nil")
    at.keys("14G")


def several(at: Terminal) -> None:
    at.model.faults(queue=[{"text": SPREAD}])
    at.keys("14GV22G:Tierwise edit rename total to total_price @report.py<CR>")
    at.wait("return next(require('tierwise.preview').open) ~= nil")
    at.keys(":Tierwise list<CR>")


def side(at: Terminal) -> None:
    preview(at)
    at.keys(":Tierwise diff<CR>")
    at.wait("return #vim.api.nvim_list_tabpages() == 2")


def chat(at: Terminal) -> None:
    at.model.faults(queue=[{"text": ANSWER}])
    at.keys("14GV18G:Tierwise ask what is wrong with this?<CR>")
    at.wait(
        "local c = require('tierwise.chat').latest(); return c and c.turns[1] and c.turns[1].over"
    )
    at.keys(":Tierwise chat<CR>ishorter? @ser")


def streaming(at: Terminal) -> None:
    at.model.faults(queue=[{"text": REFACTORED, "delay": 0.5}])
    at.keys("14GV18G:Tierwise refactor no loop<CR>")
    at.state("running")


def why(at: Terminal) -> None:
    preview(at)
    at.keys(":Tierwise why<CR>")


def paused(at: Terminal) -> None:
    at.keys("14GV18G:Tierwise refactor no loop<CR>")
    at.state("paused")


def report(at: Terminal) -> None:
    preview(at)
    at.keys(":Tierwise apply all<CR>")
    at.wait("return next(require('tierwise.preview').open) == nil")
    at.keys(":Tierwise report<CR>")


def menu(at: Terminal) -> None:
    at.keys(":Tierwise <C-d>")


MOMENTS: dict[str, Callable[[Terminal], None]] = {
    "preview": preview, "several": several, "side": side, "chat": chat, "streaming": streaming,
    "why": why, "paused": paused, "report": report, "menu": menu,
}  # fmt: skip


def take(name: str, folder: Path) -> None:
    """Take the picture of one moment."""
    here = Path(tempfile.mkdtemp(prefix="tierwise-shot-"))
    shop = here / "shop"
    (shop / ".git").mkdir(parents=True)
    (shop / "service.py").write_text(SERVICE, encoding="utf-8")
    (shop / "report.py").write_text("from service import total\n\nprint(total)\n", encoding="utf-8")
    config = "[budget]\nday_usd = 0.0001\n" if name == "paused" else "[budget]\nday_usd = 5.00\n"
    (here / "config.toml").write_text(config, encoding="utf-8")
    with Loopback() as model:
        at = Terminal(here, model, f"shot-{name}")
        at.env = {
            "TIERWISE_STATE_DIR": str(here / "state"),
            "TIERWISE_CONFIG": str(here / "config.toml"),
            "ANTHROPIC_API_KEY": "test-key-of-nobody",
            "ANTHROPIC_BASE_URL": model.base_url,
            "PYTHONPATH": str(ROOT / "server"),
            "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TERM": "tmux-256color",
            **{f"XDG_{k}_HOME": str(here / k) for k in ("STATE", "DATA", "CACHE", "CONFIG")},
        }  # fmt: skip
        try:
            more = "vim.o.termguicolors = true"
            init = INIT.format(
                plugin=f"[[{ROOT / 'neovim-plugin'}]]", python=f"[[{sys.executable}]]", more=more
            )
            at.start(init, "service.py")
            MOMENTS[name](at)
            at.shot(folder / f"neovim-{name}.png")
        finally:
            at.stop()
            shutil.rmtree(here, ignore_errors=True)


def main() -> None:
    """Take the pictures that are asked for, else all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[2:] or MOMENTS:
        take(name, folder)
        print(folder / f"neovim-{name}.png", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o077)
    main()

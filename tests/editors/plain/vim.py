"""Vim 9 with ALE, both as Debian packages them."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.editors.plain.terminal import WAIT, Terminal, until

INIT = """
set nocompatible nomore hidden nobackup nowritebackup noswapfile updatetime=100 shortmess+=A
set viminfo= undolevels=1000
filetype plugin indent on
let g:wire = ch_open('127.0.0.1:{port}', {{'mode': 'json', 'waittime': 30000}})
let g:ale_linters = {{'python': ['tierwise']}}
let g:ale_fixers = {{}}
let g:ale_echo_cursor = 0
let g:ale_lsp_show_message_severity = 'information'
packadd ale
call ale#linter#Define('python', {{'name': 'tierwise', 'lsp': 'stdio',
  \\ 'executable': {program}, 'command': '%e ' . {rest}, 'project_root': {{b -> {root}}}}})
"""
ANSWER = -7
"""The number that an answer on the channel carries."""


class Ale:
    """One Vim in a terminal with `sample.py` open; ALE's menu is a numbered list.

    Keys go in by the terminal, questions by a channel that Vim opens.
    """

    name = "ALE"

    def __init__(
        self, folder: Path, project: Path, env: Mapping[str, str], server: Sequence[str]
    ) -> None:
        folder.mkdir(mode=0o700)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(WAIT)
            vimrc = INIT.format(
                port=listener.getsockname()[1],
                program=json.dumps(server[0]),
                rest=json.dumps(" ".join((*server[1:], "serve"))),
                root=json.dumps(str(project)),
            )
            init = folder / "vimrc"
            init.write_text(vimrc, encoding="utf-8")
            own = {**env, "HOME": str(folder)}
            self.terminal = Terminal(["vim", "-N", "-u", str(init), "sample.py"], project, own)
            self.wire, _ = listener.accept()
        self.wire.settimeout(WAIT)
        self._heard = b""

    def eval(self, expression: str) -> Any:
        """The value of an expression."""
        self.wire.sendall(json.dumps(["expr", expression, ANSWER]).encode() + b"\n")
        while True:
            try:
                text = self._heard.decode()
                found, end = json.JSONDecoder().raw_decode(text)
            except ValueError:
                piece = self.wire.recv(65536)
                assert piece, self.terminal.last()
                self._heard += piece
                continue
            self._heard = text[end:].lstrip().encode()
            if found[0] == ANSWER:
                return found[1]

    @property
    def text(self) -> str:
        return "\n".join(self.eval("getbufline('sample.py', 1, '$')")) + "\n"

    def said(self) -> str:
        """What is on the command line, and in the window that ALE opens for longer messages."""
        shown = (
            "filter(range(1, bufnr('$')), {_, b -> getbufvar(b, '&filetype') =~# '^ale-preview'})"
        )
        below = self.eval(f"join(map({shown}, {{_, b -> join(getbufline(b, 1, '$'), ' ')}}), ' ')")
        return f"{self.terminal.last()} {below}"

    def comment(self, line: int, text: str) -> None:
        self.keys(f"\x1b{line}GO{text}\x1b")

    def undo(self) -> None:
        self.keys("\x1bu")

    def revive(self) -> None:
        """ALE starts a server anew with the next command, once it saw the end of the old one."""
        until(lambda: self.eval("len(ale#lsp#GetConnections())") == 0, self.terminal.last)

    def keys(self, text: str) -> None:
        self.terminal.keys(text)

    def act(self, title: str, lines: tuple[int, int]) -> None:
        """Take the code action whose title begins like this, for some lines."""
        first, last = lines
        wanted = re.compile(rf"(\d+)\) {re.escape(title)}")

        def offered() -> re.Match[str] | None:
            self.terminal.forget()
            self.keys(f"\x1b\x1b:{first}\rV{last}G:ALECodeAction\r")
            until(lambda: "empty cancels" in self.terminal.last(), self.terminal.last)
            found = wanted.search(self.terminal.last())
            if found is None:
                self.keys("\r")
            return found

        found = until(offered, self.terminal.last)
        self.keys(f"{found[1]}\r")
        until(lambda: self.eval("mode()") == "n", self.terminal.last)

    def quit(self) -> None:
        self.wire.close()
        self.terminal.quit()

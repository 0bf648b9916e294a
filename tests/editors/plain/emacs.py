"""Emacs with eglot, both as Debian packages them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.editors.plain.terminal import Terminal, until

INIT = """
(setq native-comp-deferred-compilation nil native-comp-async-report-warnings-errors nil
      inhibit-startup-screen t initial-scratch-message nil message-log-max t
      make-backup-files nil auto-save-default nil create-lockfiles nil
      server-socket-dir "{folder}" server-name "emacs"
      eglot-autoreconnect 0 eglot-connect-timeout 60)
(server-start)
(package-initialize)
(require 'eglot)
(add-to-list 'eglot-server-programs '(python-mode . ({command})))
(add-hook 'python-mode-hook 'eglot-ensure)
(define-key minibuffer-local-completion-map " " 'self-insert-command)
(define-key minibuffer-local-must-match-map " " 'self-insert-command)
"""


class Emacs:
    """One Emacs in a terminal, with `sample.py` open and its server attached."""

    name = "eglot"

    def __init__(
        self, folder: Path, project: Path, env: Mapping[str, str], server: Sequence[str]
    ) -> None:
        folder.mkdir(mode=0o700)
        command = " ".join(json.dumps(word) for word in (*server, "serve"))
        init = folder / "init.el"
        init.write_text(INIT.format(folder=folder, command=command), encoding="utf-8")
        self.out = folder / "out.json"
        self.socket = folder / "emacs"
        own = {**env, "HOME": str(folder)}
        self.terminal = Terminal(["emacs", "-nw", "-q", "-l", str(init), "sample.py"], project, own)
        until(self.socket.exists, self.terminal.last)
        self.attached()

    def eval(self, lisp: str) -> Any:
        """The value of an expression in the buffer on screen; None where C-g came between."""
        wanted = (
            f"(with-current-buffer (window-buffer (selected-window)) (let ((found {lisp}))"
            f' (with-temp-file "{self.out}" (insert (json-encode found)))))'
        )
        done = subprocess.run(
            ["emacsclient", "-s", str(self.socket), "--eval", wanted],
            check=False, capture_output=True, timeout=60,
        )  # fmt: skip
        if done.returncode != 0:
            return None
        return json.loads(self.out.read_text(encoding="utf-8"))

    def attached(self) -> None:
        until(lambda: self.eval("(and (eglot-current-server) t)"), self.terminal.last)

    @property
    def text(self) -> str:
        return str(self.eval("(buffer-substring-no-properties (point-min) (point-max))"))

    def said(self) -> str:
        """What was said in the echo area."""
        return str(self.eval('(with-current-buffer "*Messages*" (buffer-string))'))

    def act(self, title: str, lines: tuple[int, int]) -> None:
        """Take the code action whose title begins like this, on some lines, once it is offered."""
        first, last = lines
        region = "\x00" + "\x0e" * (last - first) + "\x05" if last > first else ""
        matches = f'(all-completions "{title}" minibuffer-completion-table)'

        def offered() -> bool:
            self.keys(f"\x1bxgoto-line\r{first}\r{region}\x1bxeglot-code-actions\r")
            prompt = '(string-search "Pick an action" (or (minibuffer-prompt) ""))'
            until(lambda: self.eval(f"(and {prompt} t)"), self.terminal.last)
            found = bool(self.eval(f"(and {matches} t)"))
            self.keys(f"{title}\r" if found else "\x07")
            return found

        until(offered, self.terminal.last)
        if title == "Tierwise: Apply":
            # eglot asks before it lets a server edit.
            asks = '(and (> (minibuffer-depth) 0) (string-search "Proceed" (minibuffer-prompt)) t)'
            until(lambda: self.eval(asks), self.terminal.last)
            self.keys("y")
        until(lambda: self.eval("(= (minibuffer-depth) 0)"), self.terminal.last)

    def comment(self, line: int, text: str) -> None:
        """Type a comment above a line."""
        self.keys(f"\x1bxgoto-line\r{line}\r{text}\n")

    def undo(self) -> None:
        # With a region undo would be held to it. C-g could end a request of ours instead of it.
        self.eval("(deactivate-mark)")
        until(lambda: self.eval("(not (region-active-p))"), self.terminal.last)
        self.keys("\x1f")

    def revive(self) -> None:
        """eglot starts a server that ended again by itself, and says so."""
        until(lambda: self.said().count("] Connected!") > 1, self.said)

    def keys(self, text: str) -> None:
        self.terminal.keys(text)

    def quit(self) -> None:
        self.terminal.quit()

"""Editors that only speak LSP, real ones, used by their keys from a code action to its end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import ROOT
from tests.editors.plain.emacs import Emacs
from tests.editors.plain.terminal import until
from tests.editors.plain.vim import Ale
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(400)]

NEEDS = {
    Emacs: ("emacs", Path("/usr/share/emacs/site-lisp/elpa-src/eglot-1.9")),
    Ale: ("vim", Path("/usr/share/vim-ale")),
}
DOCUMENTED = SAMPLE.replace(
    "def add_numbers(a, b):\n",
    'def add_numbers(a, b):\n    """Add numbers. Takes `a`, `b`."""\n',
)
PLACE = (4, 5)


@pytest.fixture
def model() -> Iterator[Loopback]:
    with Loopback() as found:
        yield found


@pytest.fixture(params=list(NEEDS), ids=lambda kind: kind.name)
def editor(
    request: pytest.FixtureRequest, tmp_path: Path, workspace: Path, config: Path, model: Loopback
) -> Iterator[Emacs | Ale]:
    program, package = NEEDS[request.param]
    if not shutil.which(program) or not package.exists():
        missing = f"{program} with {package.name} is not installed: run make editors"
        if os.environ.get("CI") == "true":
            raise AssertionError(missing)
        pytest.skip(missing)
    (workspace / ".git").mkdir()
    env = {
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": model.base_url,
        "PYTHONPATH": str(ROOT / "server"),
    }
    found = request.param(tmp_path / "home", workspace, env, (sys.executable, "-m", "tierwise"))
    yield found
    found.quit()


def reads(editor: Emacs | Ale, text: str) -> None:
    """Wait until the buffer reads like this."""
    until(lambda: editor.text == text, lambda: editor.text + editor.said())


def says(editor: Emacs | Ale, part: str) -> None:
    """Wait until the editor said this."""
    until(lambda: part in editor.said(), editor.said)


def test_a_session_by_keyboard(editor: Emacs | Ale, model: Loopback) -> None:
    editor.act("Tierwise: Add docs", PLACE)
    says(editor, "is ready at sample.py:4")
    assert editor.text == SAMPLE, "nothing changes before it was seen"
    editor.act("Tierwise: Apply", PLACE)
    reads(editor, DOCUMENTED)
    editor.undo()
    reads(editor, SAMPLE)
    editor.act("Tierwise: Discard", PLACE)
    assert editor.text == SAMPLE

    model.faults(queue=[{"text": "It adds two numbers."}])
    editor.act("Tierwise: Explain", PLACE)
    says(editor, "It adds two numbers.")

    editor.comment(4, "# tw: rename add_numbers to add")
    editor.act("Tierwise: Do this comment", (4, 4))
    editor.act("Tierwise: Apply", (4, 4))
    until(lambda: "def add(a, b)" in editor.text, lambda: editor.text + editor.said())
    assert "tw:" not in editor.text

    before = editor.text
    editor.act("Tierwise: Add docs", PLACE)
    editor.act("Tierwise: Show diff", PLACE)
    dead = editor.terminal.server()
    os.kill(dead, signal.SIGKILL)
    editor.revive()
    editor.act("Tierwise: Apply", PLACE)
    until(lambda: '"""Add' in editor.text, lambda: editor.text + editor.said())
    assert editor.text.replace(editor.text.split("\n")[4] + "\n", "", 1) == before
    assert len(model.requests()) == 4, "what the killed server had proposed was not asked for again"

"""Where else an edit begins: a cell of a notebook, the hover of a problem, source control."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.support.loopback import Loopback

from .rig import tools
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model
from .rig.workbench import Workbench

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]
CELL = "def add_numbers(a, b):\n    return a + b\n"
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "one",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": CELL.splitlines(keepends=True),
        }
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
DOCUMENTED = '''```python
def add_numbers(a, b):
    """Add two numbers."""
    return a + b
```'''


def in_explorer(window: Workbench, name: str) -> None:
    """Open a file as a person does: its own editor is chosen by the workbench."""
    rows = window.page.locator(".explorer-folders-view .monaco-list-row")
    rows.filter(has_text=name).dblclick()


def test_a_cell_of_a_notebook_is_edited_and_the_edit_lands_in_it(desk: Desk) -> None:
    (desk.workspace / "notes.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    desk.model.answers(DOCUMENTED)
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    in_explorer(window, "notes.ipynb")
    cell = window.page.locator(".notebookOverlay .view-lines").first
    cell.locator(".view-line").first.click()
    window.press("Control+a")
    window.command("Tierwise: Add Docs")
    expect(window.diff_tab).to_be_visible()
    expect(window.page.locator(".squiggly-error")).to_have_count(0)
    assert "Add two numbers" not in (desk.workspace / "notes.ipynb").read_text(encoding="utf-8")
    window.press("Control+Alt+t", "a")
    expect(cell).to_contain_text("Add two numbers")
    # The diff goes by itself, and the notebook learns of its cell a moment after the cell.
    expect(window.diff_tab).to_have_count(0)
    expect(window.page.locator('.tab.dirty[data-resource-name="notes.ipynb"]')).to_be_visible()
    window.press("Control+s")
    notebook = desk.workspace / "notes.ipynb"
    window.until(lambda: "Add two numbers" in notebook.read_text(encoding="utf-8"), "the save")
    assert json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["cell_type"] == "code"


def test_a_cell_of_an_ignored_notebook_is_not_sent(desk: Desk) -> None:
    (desk.workspace / "notes.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    (desk.workspace / ".tierwiseignore").write_text("*.ipynb\n", encoding="utf-8")
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    in_explorer(window, "notes.ipynb")
    window.page.locator(".notebookOverlay .view-line").first.click()
    window.press("Control+a")
    window.command("Tierwise: Add Docs")
    expect(window.toasts.filter(has_text="notes.ipynb").first).to_be_visible()
    assert desk.model.requests() == []


def test_a_problem_is_fixed_from_its_hover(desk: Desk) -> None:
    (desk.workspace / "bad.json").write_text('{\n  "a": 1,\n  "b": oops\n}\n', encoding="utf-8")
    desk.model.answers('```json\n  "b": 2\n```')
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    in_explorer(window, "bad.json")
    window.page.locator(".squiggly-error").first.wait_for()
    window.page.locator(".view-line").filter(has_text="oops").locator("span span").last.hover()
    hover = window.page.locator(".monaco-hover a").filter(has_text="Fix with Tierwise")
    hover.click()
    expect(window.diff_tab).to_be_visible()
    assert "Value expected" in str(desk.model.requests()[-1]["messages"]), "the problem goes along"


@pytest.fixture
def repository(
    browser: Browser, loopback: Loopback, workspace: Path, config: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk whose workbench has git on, in a repository with one commit."""
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        own = ["-c", "user.email=a@example.org", "-c", "user.name=a"]
        subprocess.run(["git", *own, *args], cwd=workspace, check=True)
    settings: dict[str, Any] = {"git.enabled": True}
    with CodeServer(tools.LATEST, **settings) as code:
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        desk.environment()
        yield desk
        desk.check()
        desk.close()


def test_a_message_is_written_into_the_box_of_source_control(repository: Desk) -> None:
    repository.model.answers("Say hello twice")
    window = repository.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    window.press("Control+Shift+g")
    write = window.page.locator('.sidebar [aria-label*="Generate Message"]').first
    write.click()
    expect(window.toasts.filter(has_text="nothing to commit").first).to_be_visible()
    assert repository.model.requests() == []
    with (repository.workspace / "sample.py").open("a", encoding="utf-8") as file:
        file.write("# MARK_OF_THE_CHANGE\n")
    row = window.page.locator(".scm-view .monaco-list-row").filter(has_text="sample.py")
    expect(row.first).to_be_visible()
    write.click()
    box = window.page.locator(".scm-view .scm-editor .view-lines").first
    expect(box).to_contain_text("Say hello twice")
    assert "MARK_OF_THE_CHANGE" in str(repository.model.requests()[-1]["messages"])

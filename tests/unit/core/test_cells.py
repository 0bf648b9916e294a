"""Which file's rules hold for a document: its own, or the notebook that a cell is of."""

from __future__ import annotations

import pytest

from tierwise.core.document import Snapshot


@pytest.mark.parametrize(
    ("uri", "path", "file"),
    [
        ("file:///w/a.py", "/w/a.py", "/w/a.py"),
        ("vscode-notebook-cell:/w/my%20notes.ipynb#W0sZmlsZQ%3D%3D", None, "/w/my notes.ipynb"),
        ("vscode-notebook-cell://remote/w/n.ipynb#ch01", None, "/w/n.ipynb"),
        ("vscode-notebook-cell:/c%3A/w/n.ipynb#ch01", None, "c:/w/n.ipynb"),
        ("untitled:Untitled-1", None, None),
    ],
)
def test_the_file_of_a_document(uri: str, path: str | None, file: str | None) -> None:
    assert Snapshot(uri, path, 1, "python", "").file == file

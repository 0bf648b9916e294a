"""Output on terminals that lack the signs we write."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("utf-8", "12¢ · a", "12¢ · a"),
        ("latin-1", "12¢ · a", "12¢ · a"),
        ("ascii", "0.04¢", "0.04c"),
        ("ascii", "Haiku → Opus · 12¢", "Haiku -> Opus - 12c"),
        ("ascii", "<0.0001¢", "<0.0001c"),
        ("ascii", "größe", "gr??e"),
        ("cp1251", "12¢ · ж", "12c · ж"),
        ("koi8-r", "12¢", "12c"),
        ("cp437", "12¢ …", "12¢ ..."),
        ("iso8859-5", "12¢", "12c"),
    ],
)
def test_a_sign_that_an_encoding_lacks_is_written_in_letters(
    encoding: str, text: str, shown: str
) -> None:
    code = f"from tierwise.cli import terminal; terminal.prepare(); print({text!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": encoding},
    )
    assert done.stdout.decode(encoding).strip() == shown

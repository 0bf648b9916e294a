"""What `tierwise try` does to the operator's own file: the edit, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierwise.cli import files


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_keeps_its_encoding_and_line_ends(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("é😀 one\r\ntwo\nthree".encode(encoding))
    edit = {"range": {"start": at(0, 3), "end": at(0, 6)}, "newText": "1"}
    change = {"textDocument": {"uri": path.as_uri(), "version": 1}, "edits": [edit]}
    assert list(files.apply({"documentChanges": [change]})) == [
        (path.as_uri(), "é😀 1\r\ntwo\nthree")
    ]
    assert path.read_bytes() == "é😀 1\r\ntwo\nthree".encode(encoding)


def test_files_are_made_renamed_and_deleted(tmp_path: Path) -> None:
    old, new, gone = (tmp_path / name for name in ("old", "sub/new", "gone"))
    old.write_text("text")
    gone.write_text("")
    changes = [
        {"kind": "rename", "oldUri": old.as_uri(), "newUri": new.as_uri()},
        {"kind": "delete", "uri": gone.as_uri()},
        {"kind": "create", "uri": old.as_uri()},
    ]
    assert list(files.apply({"documentChanges": changes})) == [
        (old.as_uri(), None), (new.as_uri(), "text"), (gone.as_uri(), None)
    ]  # fmt: skip
    assert new.read_text() == "text"
    assert old.read_text() == ""
    assert not gone.exists()

"""Files on disk: read for sure, or left alone with a sentence that says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.sentences import refused

from tierwise.core.errors import BadRequest
from tierwise.lsp.documents.store import DocumentStore
from tierwise.syntax import encoding

TEXT = "naïve = '😀'\r\nnext\n"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (b"", "utf-8"),
    ],
)
def test_a_text_is_read_as_an_editor_reads_it(raw: bytes, name: str) -> None:
    text, found = encoding.decode(raw)
    assert (text, found) == (TEXT if raw else "", name)
    assert encoding.encode(text, raw) == raw


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("naïve".encode("latin-1"), "open it in the editor"),
        ("日本".encode("shift-jis"), "open it in the editor"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (b"\x7fELF\x02\x01\0\0\xff\xfe", "not a text file"),
        (b"a\0b", "not a text file"),
    ],
)
def test_what_is_not_sure_is_refused(raw: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(encoding.NotText):
        encoding.decode(raw)
    path = tmp_path / "old.txt"
    path.write_bytes(raw)
    with refused(BadRequest, match=rf"^old\.txt .*{why}"):
        DocumentStore().snapshot(path.as_uri())
    assert path.read_bytes() == raw

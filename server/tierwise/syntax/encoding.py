"""The encoding of a file on disk. If it is not certain, the file is left alone.

An editor decodes a file by its byte order mark, else as UTF-8. Whoever guesses another encoding
counts other characters than the editor does and edits the wrong place, or writes a damaged file.
So nothing is guessed.
"""

from __future__ import annotations

import codecs
from typing import Final, Literal

from tierwise.core.error_reason import ErrorCode

FileEncoding = Literal["utf-8", "utf-8-sig", "utf-16"]

_MARKS: Final[tuple[tuple[bytes, FileEncoding], ...]] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NotText(ValueError):
    """Bytes that are no text, or text of an encoding that is not known; `code` says which."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.code: ErrorCode = code


def decode(raw: bytes) -> tuple[str, FileEncoding]:
    """The text of a file without its byte order mark, and its encoding. Raises `NotText`.

    UTF-16 is known by its mark alone. Anything that is not valid UTF-8 may be one of a
    hundred older encodings, which no byte tells apart, so it is refused.
    """
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise NotText("utf_32")
    encoding: FileEncoding = "utf-8"
    for mark, name in _MARKS:
        if raw.startswith(mark):
            encoding = name
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if b"\0" in raw[:8_192]:
            raise NotText("not_text") from None
        raise NotText("unknown_encoding") from None
    if "\0" in text:
        raise NotText("not_text")
    return text, encoding


def encode(text: str, like: bytes) -> bytes:
    """Encode a text in the encoding of an existing file, whose bytes are `like`.

    A byte order mark is kept.
    """
    codec = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    mark = next((mark for mark, _ in _MARKS if like.startswith(mark)), b"")
    return mark + text.encode(codec.get(mark, "utf-8"))

"""What all messages share: base classes, ids and texts of limited length, places in a document.

Names are camelCase on the wire. Unknown keys are ignored, so that clients and servers of different
versions understand each other. A field without a value is left out and never null.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from lsprotocol import types
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tierwise.core.document import Range
from tierwise.lsp.documents.store import DocumentStore

Text = Annotated[str, Field(max_length=2_000_000)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class Message(BaseModel):
    """The base class of the JSON objects of our own that client and server exchange."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        defer_build=True,
    )

    def wire(self) -> dict[str, Any]:
        """The message as plain data for the wire, without the fields that are None."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Push(Message):
    """Base of our notifications to the client.

    `method` is the name on the wire, `flag` the field of `ClientFlags` by which a client asks
    for the notification.
    """

    method: ClassVar[str]
    flag: ClassVar[str]


class WirePosition(Message):
    """A position in a document: a line from 0, and a column in the negotiated encoding."""

    line: Annotated[int, Field(ge=0, le=2**31 - 1)]
    character: Annotated[int, Field(ge=0, le=2**31 - 1)]


class WireRange(Message):
    """A range; its end is not part of it."""

    start: WirePosition
    end: WirePosition

    @classmethod
    def of(cls, docs: DocumentStore, uri: str | None, span: Range | None) -> WireRange | None:
        """Convert a range in code points to the units of the wire. None if there is no range."""
        if uri is None or span is None:
            return None
        found = docs.to_wire(uri, span)
        start, end = found.start, found.end
        return cls(
            start=WirePosition(line=start.line, character=start.character),
            end=WirePosition(line=end.line, character=end.character),
        )


class WireLocation(Message):
    """A range in a document. Without a range it is the whole document."""

    uri: Text
    range: WireRange | None = None


class TextDocument(Message):
    """Names, by its URI, the document that a message is about."""

    uri: Text


def code_points(docs: DocumentStore, uri: str | None, given: WireRange | None) -> Range | None:
    """Convert a range of the wire to code points. None if there is no range.

    Raises `BadRequest` if the range starts past the end of the document.
    """
    if uri is None or given is None:
        return None
    start, end = given.start, given.end
    return docs.from_wire(
        uri,
        types.Range(
            types.Position(start.line, start.character), types.Position(end.line, end.character)
        ),
    )

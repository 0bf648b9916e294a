"""The edit on the wire makes the same text as the change it was made from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from tierwise.core.document import Range
from tierwise.core.views import FileChange, TextChange
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.messages.workspace_edit import workspace_edit
from tierwise.syntax.positions import LineIndex

URI = "file:///a.py"
TEXTS = st.lists(st.sampled_from(["a\n", "b\r\n", "\n", "🎉\n", "\r\n", "c"]), max_size=6).map(
    "".join
)


def on_the_wire(text: str, change: TextChange) -> types.TextEdit:
    """The one edit of one change of a document."""
    docs = DocumentStore()
    docs.did_open(types.TextDocumentItem(URI, "python", 1, text))
    made = workspace_edit(docs, [FileChange(URI, "text", 1, (change,))])
    assert made.document_changes is not None
    (document,) = made.document_changes
    assert isinstance(document, types.TextDocumentEdit)
    (edit,) = document.edits
    assert isinstance(edit, types.TextEdit)
    return edit


@settings(max_examples=500, deadline=None)
@given(TEXTS, TEXTS, st.floats(0, 1), st.floats(0, 1))
def test_any_change_makes_the_text_that_was_meant(
    text: str, new: str, first: float, last: float
) -> None:
    index = LineIndex(text)
    places = (index.position(round(share * len(text))) for share in (first, last))
    a, b = sorted(index.offset(place) for place in places)
    change = TextChange(Range(index.position(a), index.position(b)), new)
    edit = on_the_wire(text, change)
    start, end = (
        index.offset(index.from_wire(p.line, p.character, "utf-16"))
        for p in (edit.range.start, edit.range.end)
    )
    assert text[:start] + edit.new_text + text[end:] == text[:a] + new + text[b:]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["a{}", "a{}b{}", "{}", "a{}{}"])
@pytest.mark.parametrize("new", ["x{}", "x{}y{}", "{}"])
def test_lines_behind_the_last_end_are_put_before_it(before: str, new: str, end: str) -> None:
    """Neovim's client leaves an empty line where an edit begins behind its last line."""
    text, added = before.replace("{}", end), new.replace("{}", end)
    last = LineIndex(text).position(len(text))
    edit = on_the_wire(text, TextChange(Range(last, last), added))
    assert edit.range.start.line < last.line
    assert edit.range.start == edit.range.end
    assert edit.new_text == end + added.removesuffix(end)

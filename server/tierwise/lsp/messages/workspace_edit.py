"""Makes the protocol's `WorkspaceEdit` from the changes of a proposal."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from tierwise.core.document import Range
from tierwise.core.views import FileChange, TextChange
from tierwise.lsp.documents.store import DocumentStore
from tierwise.syntax.positions import LineIndex


def workspace_edit(
    docs: DocumentStore, changes: Sequence[FileChange], *, annotate: bool = False
) -> types.WorkspaceEdit:
    """Make one edit from some changes. It names the document versions it was made for.

    With `annotate`, the editor asks the operator before it makes a change that needs consent,
    such as one of a protected file.
    """
    operations: list[
        types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile
    ] = []
    notes: dict[str, types.ChangeAnnotation] = {}
    for number, change in enumerate(changes):
        if change.kind == "delete":
            operations.append(types.DeleteFile(uri=change.uri))
            continue
        if change.kind == "rename" and change.to_uri is not None:
            operations.append(types.RenameFile(old_uri=change.uri, new_uri=change.to_uri))
            continue
        if change.kind == "create":
            operations.append(types.CreateFile(uri=change.uri))
        note = None
        if annotate and change.confirm is not None:
            note = f"tierwise-{number}"
            notes[note] = types.ChangeAnnotation(
                label=change.confirm[:100], needs_confirmation=True
            )
        edits: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit] = []
        for edit in change.edits:
            if change.kind == "text":
                edit = _before_last_end(docs.index(change.uri), edit)
            where = docs.to_wire(change.uri, edit.range)
            edits.append(
                types.AnnotatedTextEdit(annotation_id=note, range=where, new_text=edit.new_text)
                if note is not None
                else types.TextEdit(where, edit.new_text)
            )
        operations.append(
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(
                    uri=change.uri, version=change.version
                ),
                edits,
            )
        )
    return types.WorkspaceEdit(document_changes=operations, change_annotations=notes or None)


def _before_last_end(index: LineIndex, edit: TextChange) -> TextChange:
    """Move an insertion behind the last line end of a text to the place before that line end.

    The resulting text is the same. But Neovim's buffer has no line behind the last line end, and
    an insertion there would leave an empty line. An insertion whose own last line end differs from
    that of the document cannot be moved and stays as it is.
    """
    end = len(index.text)
    if edit.range.start != edit.range.end or index.offset(edit.range.start) < end:
        return edit
    last = index.line_count - 2
    if last < 0 or index.line(last + 1):
        return edit
    above = index.position(index.starts[last] + len(index.line(last)))
    line_end = index.text[index.offset(above) :]
    rest = edit.new_text.removesuffix(line_end)
    if rest == edit.new_text or (line_end == "\n" and rest.endswith("\r")):
        return edit
    return TextChange(Range(above, above), line_end + rest)

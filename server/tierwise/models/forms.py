"""The forms that a model is asked to answer in, for each action; the same words for every model.

They are the forms that `edits` can read and place. What a model must know about one request (a
part of a line, the mark at the cursor, the file that tests go to) comes after the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.actions import KINDS, Action, ActionKind, Answer
from tierwise.core.context import ContextItem

_BLOCKS: Final = """\
path/of/file
<<<<<<< SEARCH
lines of the file as they are, one after the other
=======
the lines as they should be
>>>>>>> REPLACE
An empty SEARCH makes a file."""
_FILES: Final = """\
A file is renamed by its path, <<<<<<< RENAME, the new path and >>>>>>> RENAME, and deleted by \
its path, <<<<<<< DELETE and >>>>>>> DELETE."""

_SELECTION: Final = f"""\
Answer with one fenced code block and nothing else: the complete new text of the selection, \
indented as in the file, in a fence longer than any inside it, nothing left out. \
If anything outside it must change too (an import, another function, another file), answer with \
search/replace blocks alone, for the selection as well:
{_BLOCKS}
If nothing should change, say why, without a code block."""

_CURSOR: Final = f"""\
Answer with one fenced code block and nothing else: the new code, indented as it belongs there. \
It takes the place of the marked line and brings the blank lines it needs; where there is a \
selection, it takes its place. If anything else must change too (an import, another file), \
answer with search/replace blocks alone, for the new code as well:
{_BLOCKS}"""

_TESTS: Final = """\
Answer with one fenced code block and nothing else: the tests to add, written as the project's \
tests are. They go below the last line of the test file: use its imports, fixtures and helpers \
and repeat none of it. If the file is new, the block is all of it."""

_FORMS: Final[Mapping[Answer, str]] = {
    "replacement": _SELECTION,
    "insertion": _CURSOR,
    "tests": _TESTS,
}


def form(kind: ActionKind) -> str:
    """The words that ask for the form of the answer to an action."""
    if kind.answer == "text":
        return f"{kind.form}\n{_BLOCKS}" if kind.may_edit else kind.form
    moves = kind.replaces and not kind.documentation_only and not kind.takes_diagnostics
    return f"{_FORMS[kind.answer]}\n{_FILES}" if moves else _FORMS[kind.answer]


def of_this(action: Action, items: Sequence[ContextItem]) -> str:
    """Sentences that a model needs for this one request, in our own words; "" if it needs none."""
    tests = [item for item in items if item.kind == "tests"][1:]
    told = [item for item in items if item not in tests]
    said = [sentence for item in told if (sentence := _of_item(action, item))]
    return "\n".join(said)


def _of_item(action: Action, item: ContextItem) -> str:
    line = f"line {item.start_line}"
    if item.kind == "selection" and item.part and KINDS[action].edits:
        where = line if item.start_line == item.end_line else f"lines {item.start_line} to"
        where += "" if item.start_line == item.end_line else f" {item.end_line}"
        return f"The selection is part of {where}; answer with that part only."
    if item.kind == "cursor" and item.part:
        return f"The mark is inside {line}; answer with what takes its place on that line only."
    if item.kind == "cursor":
        return f"The mark stands in {line}."
    if item.kind == "tests":
        run = f"; its tests are {item.why}" if item.why.startswith("run with ") else ""
        return f"The test file {'is there' if item.end_line else 'is new'}{run}."
    return ""

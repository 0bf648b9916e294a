"""What a block of a text answer replaces: a definition, with what stands above it or without."""

from __future__ import annotations

import pytest

from tierwise.syntax.positions import index_of
from tierwise.syntax.symbols import Symbol, definitions
from tierwise.tasks.proposing.blocks import _replaced

HEADS = ("", "# about f\n", "@cached\n", "# about f\n@cached\n", "@cached\n@other\n")


def only(text: str) -> Symbol:
    (found,) = definitions(text, "python")
    return found


@pytest.mark.parametrize("old", HEADS)
@pytest.mark.parametrize("new", HEADS)
def test_what_the_new_definition_lacks_above_it_stays(old: str, new: str) -> None:
    text = f"x = 1\n\n{old}def f():\n    return 1\n\ny = 2\n"
    code = f"{new}def f():\n    return 2\n"
    span = _replaced(text, only(text), code, only(code))
    index = index_of(text)
    after = text[: index.offset(span.start)] + code.rstrip() + text[index.offset(span.end) :]
    comments = "# about f\n" if "#" in old or "#" in new else ""
    decorators = (new if "@" in new else old).replace("# about f\n", "")
    if "#" in new:
        decorators = new.replace("# about f\n", "")
    assert after == f"x = 1\n\n{comments}{decorators}def f():\n    return 2\n\ny = 2\n"

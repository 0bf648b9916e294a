"""Whether a rename did what it says, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tierwise.syntax.symbols import definitions
from tierwise.syntax.tokens import code

_NAME: Final = r"[`'\"“]?([A-Za-z_$][\w$]*)(?:\(\))?[`'\"”]?"
_KIND: Final = (
    r"(?:(?:the|this|its)\s+)?(?:(?:local|private|public|static|class|instance|loop|type)\s+)*"
    r"(?:(?:variable|function|method|class|parameter|argument|param|arg|field|constant|struct|enum"
    r"|interface|type|module|symbol|property|attribute|identifier|trait)\s+)?"
)
_TO: Final = r"\s*(?:\bto\b|\binto\b|\bas\b|->|→|=>)\s*"
_FORMS: Final = (
    re.compile(rf"\brename\s+{_KIND}{_NAME}{_TO}{_NAME}", re.IGNORECASE),
    re.compile(rf"\bchange\s+the\s+name\s+of\s+{_KIND}{_NAME}{_TO}{_NAME}", re.IGNORECASE),
)
_CALL: Final = re.compile(
    rf"\bcall\s+(?:it|this)\s+{_NAME}\s+instead\s+of\s+{_NAME}", re.IGNORECASE
)
_REST: Final = re.compile(
    r"^[\s.,!]*(?:please|everywhere|throughout|in (?:this|the) (?:file|function|class|module)"
    r"|in all (?:files|places)|and (?:all )?(?:its |the )?(?:usages|uses|callers|references)"
    r"|consistently|[\s.,!])*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RenameWish:
    """A rename that was asked for; `only` where nothing else was."""

    old: str
    new: str
    only: bool


def wish(instruction: str) -> RenameWish | None:
    """The rename an instruction asks for, None where it asks for none."""
    for form in _FORMS:
        if (found := form.search(instruction)) is not None:
            rest = instruction[: found.start()] + " " + instruction[found.end() :]
            return RenameWish(found.group(1), found.group(2), _REST.match(rest) is not None)
    if (found := _CALL.search(instruction)) is not None:
        return RenameWish(found.group(2), found.group(1), False)
    return None


def still_there(
    asked: RenameWish, before: str, after: str, language: str | None, lines: tuple[int, int] | None
) -> bool:
    """Whether the old name is left where it should be gone.

    That is the whole file where the name is defined once and for all of it, else the lines
    [first, last] of the selection. Comments and strings may go on mentioning it.
    """
    if asked.old == asked.new or not count(asked.old, before, language):
        return False
    if lines is None or is_public(asked.old, before, language):
        return bool(count(asked.old, after, language))
    first, last = lines
    grown = after.count("\n") - before.count("\n")
    part = "\n".join(after.split("\n")[first : last + 1 + grown])
    return re.search(rf"(?<![\w$]){re.escape(asked.old)}(?![\w$])", _bare(part)) is not None


def is_public(name: str, text: str, language: str | None) -> bool:
    """Whether a text defines a name once, at its top, so that it means one thing everywhere."""
    defined = [s for s in definitions(text, language) if s.name == name]
    return len(defined) == 1 and defined[0].depth == 0


def missing(asked: RenameWish, texts: Mapping[str, str]) -> bool:
    """Whether the new name stands in none of the new texts."""
    return not any(re.search(rf"(?<![\w$]){re.escape(asked.new)}(?![\w$])", t)
                   for t in texts.values())  # fmt: skip


def more_than_names(asked: RenameWish, before: str, after: str, language: str | None) -> bool:
    """Whether a change that should be a rename alone changes other code too."""
    old, new = code(before, language), code(after, language)
    if not asked.only or old is None or new is None:
        return False
    word = re.compile(rf"(?<![\w$]){re.escape(asked.old)}(?![\w$])")
    return [word.sub(asked.new, t) for t in old] != [word.sub(asked.new, t) for t in new]


def count(name: str, text: str, language: str | None) -> int:
    """How often code names something; what comments and strings say does not count."""
    tokens = code(text, language)
    if tokens is None:
        return len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", _bare(text)))
    return sum(1 for token in tokens if token == name)


def _bare(text: str) -> str:
    """A text without what looks like comments and strings."""
    without = re.sub(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", "''", text)
    return re.sub(r"(?m)(?:#|//|--\s).*$", "", without)

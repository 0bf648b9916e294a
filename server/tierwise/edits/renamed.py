"""Whether a rename did what was asked, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.syntax.mentions import Mention, mentions
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
    r"|in all (?:files|places)|(?:in|across) (?:the|this) (?:whole |entire )?"
    r"(?:project|code ?base|repo|repository|workspace)"
    r"|and (?:all )?(?:its |the )?(?:usages|uses|callers|references)"
    r"|consistently|[\s.,!])*$",
    re.IGNORECASE,
)

_IMPORTING: Final = frozenset(
    ("python", "javascript", "javascriptreact", "typescript", "typescriptreact")
)
"""Languages in which a file can use only those names of another file that it imports."""


@dataclass(frozen=True, slots=True)
class RenameWish:
    """A rename that was asked for. `only` says that nothing else was."""

    old: str
    new: str
    only: bool


def wish(instruction: str) -> RenameWish | None:
    """The rename that an instruction asks for, with the old and the new name. None if it asks for
    none.
    """
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
    """Whether the old name is still somewhere where it should be gone.

    For a name that the file defines at its top this is everywhere, for a method its type, else
    the lines [first, last] of the selection. Only mentions of the renamed thing
    count: `json.load` is another `load`, and so is a variable of another function.
    """
    if asked.old == asked.new or not count(asked.old, before, language):
        return False
    was, now = mentions(asked.old, before, language), mentions(asked.old, after, language)
    if was is None or now is None:
        return _still_said(asked, before, after, language, lines)
    first, last = lines or (0, len(before))
    chosen = [m for m in was if first <= m.line <= last]
    of_type = next((m.type for m in chosen if m.meaning == "method"), None)
    if of_type is not None:
        return any(m.type == of_type and m.meaning in ("method", "own") for m in now)
    if lines is None or is_public(asked.old, before, language) or _is_global(chosen):
        return any(m.meaning in ("plain", "defines") and not m.local for m in now)
    grown = after.count("\n") - before.count("\n")
    return any(
        first <= m.line <= last + grown and m.meaning in ("plain", "defines", "own") for m in now
    )


def _is_global(chosen: Sequence[Mention]) -> bool:
    """Whether the selection gives the name its value outside of any function."""
    return any(m.binds and not m.local and m.meaning in ("plain", "defines") for m in chosen)


def _still_said(
    asked: RenameWish, before: str, after: str, language: str | None, lines: tuple[int, int] | None
) -> bool:
    """Whether the old name is still written where it should be gone.

    It compares words alone, for languages without a grammar.
    """
    if lines is None or is_public(asked.old, before, language):
        return bool(count(asked.old, after, language))
    first, last = lines
    grown = after.count("\n") - before.count("\n")
    part = "\n".join(after.split("\n")[first : last + 1 + grown])
    return bool(_said(asked.old, part))


def uses_elsewhere(name: str, text: str, language: str | None, module: str) -> bool:
    """Whether a text uses `name` as another file defines it. `module` is the name of that file
    without its suffix.
    """
    found = mentions(name, text, language)
    if found is None:
        return bool(_said(name, text))
    if any(m.meaning == "defines" or (m.binds and not m.local and m.meaning == "plain")
           for m in found):  # fmt: skip
        return False
    imported = [m for m in found if m.meaning == "import"]
    word = re.compile(rf"(?<!\w){re.escape(module)}(?!\w)")
    if any(word.search(m.owner) for m in imported):
        return True
    if any(m.meaning == "member" and word.search(m.owner) for m in found):
        return True
    if imported or language in _IMPORTING:
        return False
    return any(m.meaning == "plain" and not m.local for m in found)


def is_public(name: str, text: str, language: str | None) -> bool:
    """Whether a text defines a name once, at its top, so that it has one meaning everywhere."""
    defined = [s for s in definitions(text, language) if s.name == name]
    return len(defined) == 1 and defined[0].depth == 0


def missing(asked: RenameWish, texts: Mapping[str, str]) -> bool:
    """Whether the new name is in none of the new texts."""
    return not any(re.search(rf"(?<![\w$]){re.escape(asked.new)}(?![\w$])", t)
                   for t in texts.values())  # fmt: skip


def more_than_names(asked: RenameWish, before: str, after: str, language: str | None) -> bool:
    """Whether a change that should only be a rename changes other code too. False if the texts
    cannot be parsed.
    """
    old, new = code(before, language), code(after, language)
    if not asked.only or old is None or new is None:
        return False
    word = re.compile(rf"(?<![\w$]){re.escape(asked.old)}(?![\w$])")
    return [word.sub(asked.new, t) for t in old] != [word.sub(asked.new, t) for t in new]


def count(name: str, text: str, language: str | None) -> int:
    """How often the code of a text means this very name.

    Comments, strings, imports, keys and members of other things are left out.
    """
    found = mentions(name, text, language)
    if found is None:
        return len(_said(name, text))
    return sum(1 for m in found if m.meaning not in ("member", "key", "import"))


def _said(name: str, text: str) -> list[str]:
    """The occurrences of a name as a word, not as a member, for languages without a grammar."""
    word = rf"(?<![\w$.])(?:(?:self|this|cls)\.)?{re.escape(name)}(?![\w$])"
    return re.findall(word, _bare(text))


def _bare(text: str) -> str:
    """A text without what looks like comments and strings."""
    without = re.sub(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", "''", text)
    return re.sub(r"(?m)(?:#|//|--\s).*$", "", without)

"""Whether an answer leaves code out and says so in a remark: "rest unchanged" and its kin.

A remark is judged by its words and by what happened around it. Where code went away in the
same change, any wording that points at code which should be there counts; where nothing
went, only wording that can mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_OPENING: Final = re.compile(
    r"^\s*(?:#+|//+!?|/\*+|\{/\*|\*+(?!/)|--+\[*|<!--|;+|%+|\"{3}|'{3}|REM\b|\(\*)\s*"
)
_CLOSING: Final = re.compile(r"\s*(?:\*/\}?|-->|\]\]|\"{3}|'{3}|\*\))\s*$")
_TRAILING: Final = re.compile(r"(?:^|\s)(?:#|//|--|/\*|<!--)\s*(\S.*)$")
_DOTS: Final = re.compile(r"\.{3,}|…|\[\s*\.\.\s*\]|<\s*snip(?:ped)?\s*>", re.IGNORECASE)
_WHAT: Final = re.compile(
    r"\b(?:rest|remainder|remaining|others?|existing|previous(?:ly)?|original|everything|same"
    r"|above|below|code|logic|implementation|body|methods?|functions?|fields?|imports?|lines?|cases?"
    r"|branches|part|parts|content|contents|class|file|definitions?|statements?|tests?|handlers?"
    r"|props|members|variants?|arms|entries|unmodified)\b"
)
_KEPT: Final = re.compile(
    r"\b(?:unchanged|untouched|unmodified|unaltered|omitted|elided|truncated|skipped|snipped"
    r"|abbreviated|brevity|identical|as[ -]is|as before|as above|as it was|as they were"
    r"|like before|stays?|stay|remains?|keep|kept|leave|left|retain(?:ed)?|preserved?"
    r"|same|not (?:shown|changed|modified|repeated)|no (?:other |further )?changes?|continues?"
    r"|goes here|go here|here|follows?|etc|doesn'?t change|does not change|do not change"
    r"|hidden|collapsed|copied|still (?:here|there))\b"
)
_SURE: Final = re.compile(
    r"\b(?:rest|remainder|remaining \w+|other \w+|everything else|existing \w+|previous \w+"
    r"|original \w+|(?:the )?(?:code|body|logic|implementation|methods?|functions?))\b.{0,40}"
    r"\b(?:unchanged|untouched|omitted|elided|as (?:is|before|above)|stays? (?:the )?same"
    r"|remains? (?:the )?same|same as before|not shown|for brevity|goes? here)\b"
    r"|^(?:unchanged|same as before|omitted for brevity|snip(?:ped)?"
    r"|(?:code )?(?:omitted|unchanged)"
    r"|no (?:other |further )?changes?(?: (?:here|below|above|needed))?)$"
    r"|\b(?:your|actual|real) (?:code|logic|implementation) (?:goes )?here\b"
    r"|\b(?:similar(?:ly)?|repeat|likewise) for (?:the )?(?:other|rest|remaining)\b"
    r"|\b(?:add|put|write) (?:the |your )?(?:rest|remaining|other|more) .{0,30}\bhere\b"
)
_LONGEST: Final = 18
"""Words of a remark that stands for code; a longer one explains something."""


def elided(before: str, added: Sequence[str], removed: Sequence[str]) -> bool:
    """Whether some added line stands for code that is not there.

    `before` is the whole old text; a remark that stood in it already says nothing. `added`
    and `removed` are the lines of one change.
    """
    known = {line.strip() for line in before.split("\n")}
    lost = _lost(added, removed)
    for line in added:
        if line.strip() in known:
            continue
        if any(_stands_for_code(remark, lost) for remark in _remarks(line)):
            return True
        if lost >= 1 and line.strip() in ("...", "…", "pass", "todo!()", "unimplemented!()"):
            return True
    return False


def _lost(added: Sequence[str], removed: Sequence[str]) -> int:
    """How many lines of code went away and came back nowhere in the change."""
    there = {" ".join(line.split()) for line in added}
    gone = [text for line in removed if (text := " ".join(line.split())) and text not in there]
    fresh = [line for line in added if line.strip() and not _OPENING.match(line)]
    return len(gone) - max(0, len(fresh) - (len(removed) - len(gone)))


def _remarks(line: str) -> list[str]:
    """The remarks of a line: all of it behind a comment sign, or its end."""
    opening = _OPENING.match(line)
    if opening is not None:
        return [_CLOSING.sub("", line[opening.end() :])]
    if _DOTS.match(line.strip()) and not line.strip().endswith((",", ")", "}", "]", ";")):
        return [line.strip()]
    trailing = _TRAILING.search(line)
    return [_CLOSING.sub("", trailing.group(1))] if trailing is not None else []


def _stands_for_code(remark: str, lost: int) -> bool:
    dots = _DOTS.search(remark) is not None
    said = " ".join(re.sub(r"[^a-z' -]", " ", _DOTS.sub(" ", remark).lower()).split())
    if not said:
        return dots and lost >= 1
    if len(said.split()) > _LONGEST:
        return False
    if _SURE.search(said):
        return True
    what, kept = _WHAT.search(said), _KEPT.search(said)
    if dots and (what or kept):
        return lost >= 1 or bool(what and kept) or remark.strip().startswith(("...", "…"))
    return lost >= 2 and bool(what and kept)

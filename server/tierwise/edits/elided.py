"""Whether an answer leaves code out and says so in a comment, such as "rest unchanged".

A comment is judged by its words and by the change around it. If the same change removed code, any
wording counts that refers to code which should be there. If it removed none, only a wording counts
that can mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tierwise.edits.align import Pair, align

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
_STAYS: Final = re.compile(
    r"\b(?:unchanged|untouched|unmodified|omitted|elided|identical|as is|as before|as above|same"
    r"|stays?|remains?|continues?|no changes?|not (?:shown|changed)|do(?:es)? not change|here)\b"
)
_ABOUT: Final = re.compile(
    rf"{_WHAT.pattern}|{_KEPT.pattern}|\b(?:the|a|an|is|are|was|were|be|of|to|in|on|it|its|this|that"
    r"|these|those|all|from|and|with|for|up|down|exactly|just|simply|still|loop|block|below|down"
    r"|further|needed|lines?|no|not|do|does|change|changes|them|they|everything|else|as|like)\b"
)
"""Words of comments that only say that there was something here."""
_NOTHING: Final = frozenset(("...", "…", "pass", "todo!()", "unimplemented!()", "nil", "{}"))
"""Statements that are only placeholders."""
_SHORT: Final = 4
"""The most words of a comment that replaces code, in whatever language it is written."""
_LONGEST: Final = 18
"""The most words of a comment that can replace code. A longer one explains something."""


Change = tuple[Sequence[str], Sequence[str]]
"""The lines that one hunk adds, and those it removes."""


def elided(before: str, changes: Sequence[Change], instruction: str = "") -> bool:
    """Whether some added line replaces code that is missing.

    `before` is the whole old text; a comment that was in it already does not count. A comment with
    the words of the `instruction` was asked for and does not count either.
    """
    known = _known(before, [line.strip() for add, _ in changes for line in add])
    lost = _lost([x for add, _ in changes for x in add], [x for _, rem in changes for x in rem])
    for added, removed in changes:
        fresh = [line for line in added if line.strip() and line.strip() not in known]
        unasked = [line for line in added if not _is_asked(line, instruction)]
        if _only_a_remark([x for x in unasked if x in fresh], removed) and unasked == [*added]:
            return True
        if _remark_in_a_gap(unasked, removed):
            return True
        for line in fresh:
            if any(_stands_for_code(remark, lost) for remark in _remarks(line)):
                return True
            if lost >= 1 and line.strip() in _NOTHING:
                return True
    return False


def _known(before: str, fresh: Sequence[str]) -> set[str]:
    """Those of the lines `fresh` that the text `before` has, without blanks at their ends."""
    if not any(line in before for line in fresh if line):
        return set()
    return {line.strip() for line in before.split("\n")} & set(fresh)


def _is_asked(line: str, instruction: str) -> bool:
    """Whether a line is a comment that consists mostly of words of the instruction."""
    said = {word.lower() for word in re.findall(r"\w{3,}", line)}
    asked = {word.lower() for word in re.findall(r"\w{3,}", instruction)}
    return _OPENING.match(line) is not None and len(said & asked) * 2 > len(said)


def _only_a_remark(added: Sequence[str], removed: Sequence[str]) -> bool:
    """Whether one short comment replaced several lines of code."""
    gone = [line for line in removed if line.strip() and not _OPENING.match(line)]
    if len(gone) < 2 or len(added) != 1:
        return False
    line = re.sub(r"^\s*pass\s+(?=#)", "", added[0])
    return _OPENING.match(line) is not None and len(line.split()) <= _LONGEST


def _remark_in_a_gap(added: Sequence[str], removed: Sequence[str]) -> bool:
    """Whether only a short new comment replaced several lines of code between unchanged lines."""
    gone = [line for line in removed if line.strip()]
    fresh = [line for line in added if line.strip()]
    pairs = [Pair(-1, -1, True), *align(gone, fresh), Pair(len(gone), len(fresh), True)]
    for before, after in pairwise(pairs):
        lost = [x for x in gone[before.old + 1 : after.old] if not _OPENING.match(x)]
        put = fresh[before.new + 1 : after.new]
        remarks = [x for x in put if _OPENING.match(x) and len(re.findall(r"\w+", x)) <= _SHORT]
        known = {word for x in gone[before.old + 1 : after.old] if _OPENING.match(x)
                 for word in x.split()}  # fmt: skip
        if len(lost) > 1 and put and put == remarks and not known:
            return True
    return False


def _lost(added: Sequence[str], removed: Sequence[str]) -> int:
    """How many of the removed lines the change neither keeps nor replaces by added code. Added
    comments and placeholders replace nothing. The number may be negative.
    """
    there = {" ".join(line.split()) for line in added}
    gone = [text for line in removed if (text := " ".join(line.split())) and text not in there]
    fresh = [
        line
        for line in added
        if line.strip() and line.strip() not in _NOTHING and not _OPENING.match(line)
    ]
    return len(gone) - max(0, len(fresh) - (len(removed) - len(gone)))


def _remarks(line: str) -> list[str]:
    """The comments in a line: all of it after a comment sign, or a comment at its end."""
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
        return dots
    if len(said.split()) > _LONGEST:
        return False
    if _SURE.search(said) or (_STAYS.search(said) and not _ABOUT.sub(" ", said).strip()):
        return True
    what, kept = _WHAT.search(said), _KEPT.search(said)
    if dots and (what or kept):
        return lost >= 1 or bool(what and kept) or remark.strip().startswith(("...", "…"))
    return lost >= 2 and bool(what and kept)

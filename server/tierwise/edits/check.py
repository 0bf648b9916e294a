"""Free checks on a proposal before it is shown: nothing is run, nothing is asked."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.syntax.parse import errors

_ELIDED: Final = re.compile(
    r"(?im)^[ \t]*(?:#|//|--|/\*|<!--|;|%|\.\.\.|…)[ \t]*(?:\.\.\.|…)?[ \t]*"
    r"(?:(?:the )?(?:rest|remainder|remaining|other|existing|previous|same)\b.{0,60}"
    r"\b(?:unchanged|same|code|before|above|stays|remains|here|omitted|methods?|functions?)"
    r"|unchanged\b|(?:\.\.\.|…).{0,40}(?:unchanged|existing|omitted|same).{0,30})"
)
_RENAME: Final = re.compile(
    r"\brename\s+(?:\w+\s+)?[`'\"]?(\w+)[`'\"]?\s+(?:to|into|as)\s+[`'\"]?(\w+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that failed. `sentence` completes "Sonnet ← Haiku: ..."."""

    key: str
    sentence: str


def check(
    proposal: Proposal, *, instruction: str, scope: Collection[str], problem: str | None
) -> tuple[Failed, ...]:
    """Every failed check of a proposal. `scope` holds the URIs that may be edited unasked."""
    if problem == "cut off":
        return (Failed("cut", "the answer was cut off"),)
    if problem is not None:
        return (Failed("garbled", f"the answer could not be read ({problem})"),)
    if not proposal.files:
        return (Failed("empty", "the answer changes nothing"),)
    failed = [f for file in proposal.files for f in _of_file(file)]
    failed += _rename(proposal, instruction, scope)
    return tuple(dict.fromkeys(failed))


def _of_file(file: FileEdit) -> list[Failed]:
    failed = []
    added = "".join(line for hunk in file.hunks for line in hunk.lines)
    if file.kind == "text" and not file.after.strip():
        failed.append(Failed("empty", "the edit would empty the file"))
    marks = {m.strip() for m in _ELIDED.findall(added)}
    if marks and not marks <= {m.strip() for m in _ELIDED.findall(file.before)}:
        failed.append(Failed("elided", "the edit leaves code out"))
    broken = errors(file.after, file.language)
    if broken:
        before = errors(file.before, file.language) if file.kind == "text" else 0
        if before is not None and broken > before:
            failed.append(Failed("parse", "the edit did not parse"))
    return failed


def _rename(proposal: Proposal, instruction: str, scope: Collection[str]) -> list[Failed]:
    found = _RENAME.search(instruction)
    if found is None:
        return []
    old = re.compile(rf"\b{re.escape(found.group(1))}\b")
    for file in proposal.files:
        touched = "".join(line for hunk in file.hunks for line in hunk.lines)
        if old.search(touched) and not re.search(rf"\b{re.escape(found.group(2))}\b", touched):
            return [Failed("rename", f"{found.group(1)} is still there")]
    return []

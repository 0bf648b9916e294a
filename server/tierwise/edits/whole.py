"""Putting one fenced block where a selection stood, with the file's indentation and line ends."""

from __future__ import annotations

from difflib import SequenceMatcher

from tierwise.core.document import Range
from tierwise.syntax.positions import LineIndex, index_of, replace_range


def replaced(text: str, span: Range, answer: str) -> str:
    """The text with a range replaced by an answer."""
    index = index_of(text)
    old = index.slice(span)
    new = _shifted(answer.replace("\r\n", "\n"), old, index, span)
    if old.endswith(("\n", "\r")) and not new.endswith("\n"):
        new += "\n"
    if old.startswith("\ufeff") and not new.startswith("\ufeff"):
        new = "\ufeff" + new
    return replace_range(text, span, new.replace("\n", line_end(text)))


def grown(old: str, answer: str) -> str:
    """An answer that is being written, with the part of the old text it has not come to.

    How far it has come is told by the last lines both have; lines past those stand for as
    many old ones.
    """
    was, now = old.splitlines(), answer.splitlines()
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    last = next((b for b in reversed(blocks) if b.size), None)
    come = len(now) if last is None else last.a + last.size + len(now) - (last.b + last.size)
    return "\n".join([*now, *was[come:]])


def joined(text: str, answer: str) -> str:
    """The text with an answer added below it, two empty lines between."""
    end = line_end(text)
    added = answer.replace("\r\n", "\n").strip("\n").replace("\n", end) + end
    return f"{text.rstrip()}{end * 3}{added}" if text.strip() else added


def line_end(text: str) -> str:
    """The line end a text uses most; LF for one that has none."""
    crlf = text.count("\r\n")
    lf, cr = text.count("\n") - crlf, text.count("\r") - crlf
    most = max(crlf, lf, cr)
    if not most or most == lf:
        return "\n"
    return "\r\n" if most == crlf else "\r"


def _shifted(answer: str, old: str, index: LineIndex, span: Range) -> str:
    """The answer with the indentation of what it replaces, where the model lost it.

    A selection that starts inside its line's indentation has its first line bare, so the
    answer's first line must be bare too and the others shifted by what is missing.
    """
    lead = index.line(span.start.line)[: span.start.character]
    lines = answer.split("\n")
    first = next((line for line in lines if line.strip()), "")
    have = len(first) - len(first.lstrip())
    if not lead.strip() and lead:
        if have:
            lines[0] = lines[0].lstrip()
        else:
            lines = [lines[0], *(lead + line if line.strip() else line for line in lines[1:])]
        return "\n".join(lines)
    own = next((line for line in old.splitlines() if line.strip()), "")
    want = own[: len(own) - len(own.lstrip())]
    if want and not have:
        lines = [want + line if line.strip() else line for line in lines]
    return "\n".join(lines)

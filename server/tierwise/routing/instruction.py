"""Separates the instruction from what was pasted into it.

The operator shows logs, traces, code and diffs; they are no wishes. They are counted and
set aside, so that the word "architecture" in a stack trace changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from tierwise.core.dataclass import dataclass

HEAD: Final = 800
"""Characters kept at each end of a long wish, since what is asked is at one of the ends."""

LONGEST: Final = 20_000
"""Characters of an instruction that are read from its start, in addition to its end."""

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_PROSE_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_CODE_MARK: Final = re.compile(r"[{}();=<>\[\]_$]")
_PATH_RUN: Final = re.compile(r"[\w/.-]+")
_ENDING: Final = re.compile(r"\.[a-z]{1,4}\b")
_NUMBER: Final = re.compile(r"\d+")
_BOUND: Final = re.compile(
    r"[<>]=|[\u2264\u2265]|\\(?:le|ge|leq|geq)\b|\b(?:at (?:most|least)|exactly|must|between|"
    r"no (?:more|less|fewer) than)\b",
    re.IGNORECASE,
)
_FENCE: Final = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)", re.DOTALL)
_CODE_LINE: Final = re.compile(
    r"^\s*(?:[{}\[\]();]+\s*$|(?:def|class|import|from|return|if|for|while|else|elif|try|except|"
    r"func|fn|let|const|var|public|private|static|#include|package|using|namespace|SELECT|INSERT|"
    r"UPDATE|CREATE)\b.*[:;{()=]\s*$|.*[;{}]\s*$|\s{4,}\S.*|[+-]{1,3}\s?\S.*[;{}()=].*|"
    r"@@ .*|<\/?\w+[^>]*>.*$|\$ .*)"
)
_LOG_LINE: Final = re.compile(
    r"^\s*(?:\d{4}-\d\d-\d\d[T ]|\[\d|\d\d:\d\d:\d\d|Traceback|File \"|at \S+\(|\S+Error\b|"
    r"\S+Exception\b|(?:ERROR|WARN|INFO|DEBUG)\b|E\s{3}|>>> |npm ERR|error\[|  --> )"
)

_PROMPT: Final = re.compile(r"^\s*(?:\$|>>>|PS \S*>|\w:\\\S*>|[\w.-]+@[\w.-]+[:~ ]\S*[$#]) \S")
"""A shell prompt with a command after it."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction without what was pasted into it.

    `wish` is what is asked, normalised and shortened. The other fields are counts.
    """

    wish: str
    pasted_lines: int
    log_lines: int
    chars: int


def read(text: str) -> Instruction:
    """Set pasted matter aside. Of a wish that is too long its beginning and its end are kept."""
    fenced = sum(m.group(0).count("\n") for m in _FENCE.finditer(text[:LONGEST]))
    bare = _FENCE.sub(" ", text[:LONGEST]) + text[-HEAD:] * (len(text) > LONGEST)
    lines = bare.splitlines()
    kept, code, logs = _sorted_out(lines, _shown(lines))
    if not any(kept):
        kept, code, logs = _sorted_out(lines, set())
    wish = unicodedata.normalize("NFKC", " ".join(" ".join(kept).split()))
    if len(wish) > 2 * HEAD:
        wish = wish[:HEAD] + " " + wish[-HEAD:]
    return Instruction(wish, fenced + code + logs, logs, len(wish))


def _sorted_out(lines: list[str], shown: set[int]) -> tuple[list[str], int, int]:
    """The lines of a wish, and how many lines of code and of logs are beside them.

    `shown` are the numbers of lines that a command printed. They count as code.
    """
    kept, code, logs = [], 0, 0
    single = len(lines) == 1
    for number, line in enumerate(lines):
        if not single and _LOG_LINE.match(line):
            logs += 1
        elif number in shown or (not single and _CODE_LINE.match(line) and not _is_prose(line)):
            code += 1
        else:
            kept.append(line.strip())
    return kept, code, logs


def _shown(lines: list[str]) -> set[int]:
    """The numbers of the lines from a shell prompt to the next empty line: what the command
    printed.
    """
    found: set[int] = set()
    inside = False
    for number, line in enumerate(lines):
        inside = bool(line.strip()) and (inside or bool(_PROMPT.match(line)))
        if inside:
            found.add(number)
    return found


def _is_prose(line: str) -> bool:
    """Whether a line is words rather than code, so that it is part of the wish even if indented."""
    words = len(_PROSE_WORD.findall(line))
    return words >= 4 and len(_CODE_MARK.findall(line)) * 3 <= words


def _is_path(run: str) -> bool:
    """Whether a run of path characters contains a file name with an ending."""
    bare = run.lstrip("/.-")
    return _ENDING.search(bare, 1) is not None


def shape(text: str) -> dict[str, int]:
    """Counts of the form of an instruction as a whole, pasted matter included."""
    text = text[:LONGEST]
    words = _LETTERS.findall(text)
    return {
        "lines": text.count("\n") + 1,
        "fences": text.count("```") // 2,
        "formulas": text.count("$") // 2 + text.count("\\"),
        "links": text.count("://"),
        "unique": len({word.lower() for word in words}),
        "first_line": len(_LETTERS.findall(text.partition("\n")[0])),
        "paths": sum(_is_path(run) for run in _PATH_RUN.findall(text) if "." in run),
        "numbers": len(_NUMBER.findall(text)),
        "bounds": len(_BOUND.findall(text)),
    }

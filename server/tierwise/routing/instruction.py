"""The instruction apart from what was pasted into it.

Logs, traces, code and diffs are matter the operator shows, not wishes: they are counted and
set aside, so that the word "architecture" in a stack trace moves nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

HEAD: Final = 800
"""Characters read at each end of an instruction; what is asked stands at the ends."""

LONGEST: Final = 20_000
"""Characters of an instruction looked at, beside its end."""

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_PATH: Final = re.compile(r"\b[\w/.-]+\.[a-z]{1,4}\b")
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


@dataclass(frozen=True, slots=True)
class Instruction:
    """`wish` is what is asked, normalised and capped; the rest are counts of lines set aside."""

    wish: str
    pasted_lines: int
    log_lines: int
    chars: int


def read(text: str) -> Instruction:
    """Set pasted matter apart and keep the ends of what is left."""
    fenced = sum(m.group(0).count("\n") for m in _FENCE.finditer(text[:LONGEST]))
    bare = _FENCE.sub(" ", text[:LONGEST]) + text[-HEAD:] * (len(text) > LONGEST)
    lines = bare.splitlines()
    kept, code, logs = [], 0, 0
    single = len(lines) == 1
    for line in lines:
        if not single and _LOG_LINE.match(line):
            logs += 1
        elif not single and _CODE_LINE.match(line) and not _is_prose(line):
            code += 1
        else:
            kept.append(line.strip())
    wish = unicodedata.normalize("NFKC", " ".join(" ".join(kept).split()))
    if len(wish) > 2 * HEAD:
        wish = wish[:HEAD] + " " + wish[-HEAD:]
    return Instruction(wish, fenced + code + logs, logs, len(wish))


def _is_prose(line: str) -> bool:
    """A line of words with an indent or a bullet is still a wish."""
    words = re.findall(r"[^\W\d_]{2,}", line)
    marks = len(re.findall(r"[{}();=<>\[\]_$]", line))
    return len(words) >= 4 and marks * 3 <= len(words)


def shape(text: str) -> dict[str, int]:
    """Counts of an instruction as a whole, pasted matter included: its form, not its words."""
    text = text[:LONGEST]
    words = _LETTERS.findall(text)
    return {
        "lines": text.count("\n") + 1,
        "fences": text.count("```") // 2,
        "formulas": text.count("$") // 2 + text.count("\\"),
        "links": text.count("://"),
        "unique": len({word.lower() for word in words}),
        "first_line": len(_LETTERS.findall(text.partition("\n")[0])),
        "paths": len(_PATH.findall(text)),
        "numbers": len(_NUMBER.findall(text)),
        "bounds": len(_BOUND.findall(text)),
    }

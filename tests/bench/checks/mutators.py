"""Bad answers made from good ones, the ways models really go wrong.

Written from what bad answers look like, without a look at the checks: nothing here imports
them, and no wording is taken from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.bench.checks.edit_tasks import EditTask

_COMMENT: Final = {"python": "#", "typescript": "//", "go": "//", "rust": "//", "java": "//",
                   "lua": "--"}  # fmt: skip
_BLOCK: Final = {"typescript": ("/*", "*/"), "go": ("/*", "*/"), "rust": ("/*", "*/"),
                 "java": ("/*", "*/"), "lua": ("--[[", "]]")}  # fmt: skip
REMARKS: Final = (
    "... rest of the code unchanged",
    "rest of the function remains the same",
    "... existing code ...",
    "... (same as before)",
    "the remaining code stays as it is",
    "existing implementation here",
    "... other methods omitted for brevity",
    "[rest unchanged]",
    "...",
    "... keep existing logic ...",
    "unchanged",
    "(unchanged)",
    "same as original",
    "previous code continues here",
    "Rest of the body as before",
    "the rest is identical to the original",
    "… unchanged …",
    "code omitted",
    "no changes below this line",
    "remainder of function unchanged",
    "... everything else stays the same ...",
    "original code here",
    "(the loop stays as is)",
    "snip",
    "<snip>",
    "other lines not shown",
    "implementation remains unchanged from here on",
    "as above",
    "... remaining lines kept as they were",
    "leave the rest untouched",
    "the other branches do not change",
    "lines 10-20 are the same",
)

HELD_OUT: Final = (
    "all other code is left alone",
    "... (omitted)",
    "remaining implementation goes here",
    "the function continues as it did",
    "[... truncated ...]",
    "body stays",
    "... lines omitted ...",
    "everything below is the same",
    "keep the original body",
    "your existing logic",
    "rest as is",
    "(no change)",
    "... snipped for length ...",
    "code identical to the version above",
    "etc.",
    "rest is the same as in the current file",
    "existing body preserved",
    "... the loop from before ...",
    "other statements remain",
    "nothing else changes",
    "unchanged from here",
    "the same logic as in the original function",
    "further code not repeated",
    "copy the rest from the old version",
)
"""Wordings written after the checks and never used to better them."""
ALIKE: Final = (
    "keep the remaining items in order",
    "the rest of the list is handled by the caller",
    "other methods rely on this order",
    "existing callers pass nothing here",
    "same as above, but for the other side",
    "everything else is an error",
    "skip the rest of the line",
    "this leaves the original untouched",
    "code below assumes that it is locked",
    "the previous value is kept for the next call",
    "unchanged values are not written again",
    "see the existing implementation in the parser",
)
"""Remarks of good answers that sound like elisions."""


@dataclass(frozen=True)
class Bad:
    """A bad answer: its class, how it was made, its text, and how the model said it ended."""

    kind: str
    how: str
    answer: str
    stop_reason: str = "end_turn"


def bad_answers(task: EditTask, seed: int) -> Iterator[Bad]:
    """Bad answers of every class for one task."""
    chance = random.Random(f"{seed}:{task.language}:{task.name}")
    yield from _broken(task, chance)
    yield from _elided(task, chance)
    yield from _beyond(task, chance)
    yield from _cut(task, chance)
    yield from _empty(task)


def _with_code(task: EditTask, change: Callable[[str], str | None]) -> str | None:
    """The answer with its code changed: the fence's, or that of the last block."""
    if not task.blocks:
        code = change(task.good)
        return None if code is None else task.answer(code)
    head, _, tail = task.good.rpartition("=======\n")
    code, end, rest = tail.partition(">>>>>>> REPLACE")
    changed = change(code.rstrip("\n"))
    return None if changed is None else f"{head}=======\n{changed}\n{end}{rest}"


def _broken(task: EditTask, chance: random.Random) -> Iterator[Bad]:
    ways: dict[str, Callable[[str], str | None]] = {
        "a closing bracket is missing": lambda c: _without(c, ")]}", chance),
        "an opening bracket is missing": lambda c: _without(c, "([{", chance),
        "prose between the lines": lambda c: _inserted(c, chance, "Now the updated part follows:"),
        "signs of a diff are left in": lambda c: "\n".join(f"+{line}" for line in c.split("\n")),
        "a conflict mark is left in": lambda c: _inserted(c, chance, "<<<<<<< HEAD"),
        "a line ends in the middle": lambda c: _halved(c, chance),
        "the end of a block is missing": lambda c: _unended(c, task.language),
        "escaped for a web page": lambda c: _escaped(c),
    }
    for how, change in ways.items():
        text = _with_code(task, change)
        if text is not None and text != task.answer():
            yield Bad("broken", how, text)


def _plain_lines(code: str) -> list[int]:
    """Lines without quotes and comments, in which a bracket is a bracket."""
    return [
        n for n, line in enumerate(code.split("\n")) if not re.search(r"[\"'`#]|//|--|\*", line)
    ]


def _without(code: str, signs: str, chance: random.Random) -> str | None:
    lines = code.split("\n")
    spots = [(n, i) for n in _plain_lines(code) for i, c in enumerate(lines[n]) if c in signs]
    if not spots:
        return None
    n, i = chance.choice(spots)
    lines[n] = lines[n][:i] + lines[n][i + 1 :]
    return "\n".join(lines)


def _inserted(code: str, chance: random.Random, line: str) -> str:
    lines = code.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def _halved(code: str, chance: random.Random) -> str | None:
    lines = code.split("\n")
    spots = [n for n in _plain_lines(code) if re.search(r"[([{].*\w.*[)\]}]", lines[n])]
    if not spots:
        return None
    n = chance.choice(spots)
    open_at = next(i for i, c in enumerate(lines[n]) if c in "([{")
    lines[n] = lines[n][: open_at + 2]
    return "\n".join(lines)


def _unended(code: str, language: str) -> str | None:
    lines = code.split("\n")
    if language == "python":
        spots = [n for n, line in enumerate(lines) if re.match(r"\s*(?:def|if|for)\b.*:$", line)]
        if not spots:
            return None
        lines[spots[0]] = lines[spots[0]][:-1]
        return "\n".join(lines)
    if lines[-1].strip() not in ("}", "end", "};", "});"):
        return None
    return "\n".join(lines[:-1])


def _escaped(code: str) -> str | None:
    changed = code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    bare = re.sub(r"(\"|'|`).*?\1|//.*|/\*.*|\*.*|#.*|--.*", "", changed)
    return changed if "&lt;" in bare or "&gt;" in bare or "&amp;" in bare else None


def _elided(task: EditTask, chance: random.Random) -> Iterator[Bad]:
    remarks = [("elided", r) for r in chance.sample(REMARKS, 6)]
    remarks += [("elided, held-out wordings", r) for r in chance.sample(HELD_OUT, 3)]
    for kind, remark in remarks:
        style = chance.choice(("line", "line", "line", "block", "trailing"))

        def change(code: str, remark: str = remark, style: str = style) -> str | None:
            lines = code.split("\n")
            if len(lines) < 4:
                return None
            first = chance.randrange(1, len(lines) - 2)
            last = chance.randrange(first + 2, len(lines) + 1)
            last = min(last, len(lines) - 1) if task.language != "python" else last
            gone = [line for line in lines[first:last] if line.strip()]
            if len(gone) < 2:
                return None
            pad = re.match(r"\s*", gone[0]).group(0)  # type: ignore[union-attr]
            stand = _remark(task.language, remark, style)
            if task.language == "python" and style == "trailing":
                stand = f"pass  {stand}"
            return "\n".join([*lines[:first], pad + stand, *lines[last:]])

        text = _with_code(task, change)
        if text is not None:
            yield Bad(kind, f"{style}: {remark}", text)


def _remark(language: str, remark: str, style: str) -> str:
    if style == "block" and language in _BLOCK:
        opening, closing = _BLOCK[language]
        return f"{opening} {remark} {closing}"
    return f"{_COMMENT[language]} {remark}"


def _beyond(task: EditTask, chance: random.Random) -> Iterator[Bad]:
    lines = task.source.split("\n")
    others = [
        n
        for n, line in enumerate(lines)
        if not task.first - 1 <= n <= task.last
        and lines.count(line) == 1
        and re.search(r"\b[a-z]\w*\b", line)
        and re.match(r"\s+\S", line)
    ]
    good = task.good if task.blocks else _as_block(task)
    if others:
        n = chance.choice(others)
        changed = _other(lines[n], chance)
        yield Bad("out of scope", "a line elsewhere is changed too",
                  f"{good}\n\n{_block(task.path, lines[n], changed)}")  # fmt: skip
    yield Bad("out of scope", "a file nobody spoke of is changed",
              f"{good}\n\n{_block('docs/notes.md', 'Nothing to see.', 'See code.')}")  # fmt: skip
    yield Bad("out of scope", "a file nobody asked for is made",
              f"{good}\n\n{_block('SUMMARY.md', '', 'What I did.')}")  # fmt: skip
    yield Bad("out of scope", "a file goes",
              f"{good}\n\ndocs/notes.md\n<<<<<<< DELETE\n>>>>>>> DELETE")  # fmt: skip
    if not task.blocks:
        whole = [*lines[: task.first], *task.good.split("\n"), *lines[task.last :]]
        yield Bad("out of scope", "the whole file stands for the selection",
                  task.answer("\n".join(whole).rstrip("\n")))  # fmt: skip
        below = lines[task.last : task.last + 8]
        if len([line for line in below if line.strip()]) >= 4:
            text = "\n".join([task.good, *below]).rstrip("\n")
            yield Bad("out of scope", "what stands below is repeated", task.answer(text))


def _as_block(task: EditTask) -> str:
    lines = task.source.split("\n")
    return _block(task.path, "\n".join(lines[task.first : task.last]), task.good)


def _block(path: str, old: str, new: str) -> str:
    middle = f"{old}\n" if old else ""
    return f"{path}\n<<<<<<< SEARCH\n{middle}=======\n{new}\n>>>>>>> REPLACE"


def _other(line: str, chance: random.Random) -> str:
    """A line changed as if somebody had ideas of their own about it."""
    found = list(re.finditer(r"\b[a-z]\w*\b", line))
    spot = chance.choice(found)
    return f"{line[: spot.start()]}{spot.group(0)}_2{line[spot.end() :]}"


def _cut(task: EditTask, chance: random.Random) -> Iterator[Bad]:
    text = task.answer()
    for _ in range(3):
        at = int(len(text) * chance.uniform(0.15, 0.97))
        yield Bad("cut off", "and said so", text[:at], "max_tokens")
        yield Bad("cut off", "without saying so", text[:at])


def _empty(task: EditTask) -> Iterator[Bad]:
    lines = task.source.split("\n")
    old = "\n".join(lines[task.first : task.last])
    fence = f"```{task.language}\n"
    yield Bad("empty", "nothing", "")
    yield Bad("empty", "blank lines", "\n \n")
    yield Bad("empty", "an empty fence", f"{fence}```")
    yield Bad("empty", "the same code", f"{fence}{old}\n```")
    yield Bad("empty", "a block that changes nothing", _block(task.path, old, old))
    spaced = "\n".join(f"{line}  " for line in old.split("\n"))
    yield Bad("empty", "blanks alone", f"{fence}{spaced}\n```")


def good_answers(task: EditTask) -> Iterator[tuple[str, str]]:
    """The good answer in the ways models write it: (how, text)."""
    text = task.answer()
    yield "as it is", text
    yield "with a sentence around it", f"Here is the change:\n\n{text}\n\nThat should do."
    yield "with other line ends", text.replace("\n", "\r\n")
    if not task.blocks:
        yield "as a block", _as_block(task)
    else:
        yield "blocks in a fence", f"```\n{text}\n```"


def alike_answers(task: EditTask, seed: int) -> Iterator[tuple[str, str]]:
    """The good answer with a remark in it that sounds like an elision: (how, text)."""
    chance = random.Random(f"{seed}:{task.language}:{task.name}:alike")
    for remark in chance.sample(ALIKE, 2):

        def change(code: str, remark: str = remark) -> str:
            lines = code.split("\n")
            at = chance.randrange(1, len(lines)) if len(lines) > 1 else 0
            pad = re.match(r"\s*", lines[at]).group(0)  # type: ignore[union-attr]
            lines.insert(at, f"{pad}{_COMMENT[task.language]} {remark}")
            return "\n".join(lines)

        text = _with_code(task, change)
        if text is not None:
            yield remark, text


def wrong_answers(task: EditTask, seed: int) -> Iterator[tuple[str, str]]:
    """Answers that read well and do the wrong thing: (how, text)."""
    chance = random.Random(f"{seed}:{task.language}:{task.name}:wrong")
    ways: dict[str, tuple[str, Callable[[re.Match[str]], str]]] = {
        "another comparison": (r" (<=|>=|<|>|==|!=|~=) ", lambda m: f" {_FLIPPED[m[1]]} "),
        "another operator": (r" ([+-]) (?=\w)", lambda m: " - " if m[1] == "+" else " + "),
        "another number": (r"\b(\d+)\b", lambda m: str(int(m[1]) + 1)),
        "the other truth": (r"\b([Tt]rue|[Ff]alse)\b",
                            lambda m: _FLIPPED[m[1].lower()].capitalize()
                            if m[1][0].isupper() else _FLIPPED[m[1]]),
        "turned around": (r"\b(if|while) (not |!)?", lambda m: f"{m[1]} " if m[2] else m[0]),
        "another name": (r"\b(value|item|text|key|word|cell|change|amount|job|line)\b(?!\s*[=:(])",
                         lambda m: f"{m[1]}s"),
    }  # fmt: skip
    for how, (pattern, change) in ways.items():
        text = _with_code(task, lambda c, p=pattern, f=change: _once(c, p, f, chance))  # type: ignore[misc]
        if text is not None and text != task.answer():
            yield how, text
    text = _with_code(task, lambda c: _line_lost(c, chance))
    if text is not None:
        yield "a line is missing", text


_FLIPPED: Final = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
                   "~=": "==", "true": "false", "false": "true"}  # fmt: skip


def _once(
    code: str, pattern: str, change: Callable[[re.Match[str]], str], chance: random.Random
) -> str | None:
    found = [m for m in re.finditer(pattern, code) if not _said(code, m.start())]
    if not found:
        return None
    spot = chance.choice(found)
    return code[: spot.start()] + change(spot) + code[spot.end() :]


def _said(code: str, at: int) -> bool:
    """Whether a place lies in a comment or a string, where it changes no behaviour."""
    line = code[code.rfind("\n", 0, at) + 1 : at]
    return bool(re.search(r"//|#|--|^\s*\*|/\*", line)) or line.count('"') % 2 == 1


def _line_lost(code: str, chance: random.Random) -> str | None:
    lines = code.split("\n")
    spots = [
        n
        for n, line in enumerate(lines)
        if 0 < n < len(lines) - 1
        and re.match(r"\s+[\w.:\[\]]+(?:\s*[-+]?=[^=]|\(|\+\+)", line)
        and not re.search(r"[{(\[:]$|then$|do$", line)
    ]
    if not spots:
        return None
    del lines[chance.choice(spots)]
    return "\n".join(lines)

"""The same edit in every way a model may write it, in generated files full of like lines.

Each unit of a file (a function, a section, a rule) holds a marker of its own, so that an edit
that lands in another unit is seen whatever stands there.
"""

from __future__ import annotations

import random
import textwrap
from pathlib import Path

import pytest
from tests.support.desk import Desk

from tierwise.core.document import Position, Range
from tierwise.present.checks import sentence

LIKE = ("log(x)", "check(x)", "log(x)", "x.run()")
UNITS = {
    "python": (
        "class A:\n", "    def f{n}(self, x):\n{body}        return mark_{n}\n",
        "        {s}\n", "",
    ),
    "javascript": (
        "class A {\n", "  f{n}(x) {\n{body}    return mark_{n};\n  }\n", "    {s};\n", "}\n",
    ),
    "go": ("package a\n", "func f{n}(x T) T {\n{body}\treturn mark_{n}\n}\n", "\t{s}\n", ""),
    "lua": (
        "local M = {}\n", "function M.f{n}(x)\n{body}  return mark_{n}\nend\n", "  {s}\n",
        "return M\n",
    ),
    "ruby": ("class A\n", "  def f{n}(x)\n{body}    mark_{n}\n  end\n", "    {s}\n", "end\n"),
    "kotlin": (
        "class A {\n", "    fun f{n}(x: T): T {\n{body}        return mark_{n}\n    }\n",
        "        {s}\n", "}\n",
    ),
    "yaml": ("top: 1\n", "s{n}:\n{body}  last: mark_{n}\n", "  - {s}\n", ""),
    "css": ("@charset 'u';\n", ".s{n} {\n{body}  last: mark_{n};\n}\n", "  a: {s};\n", ""),
    "toml": ("top = 1\n", "[s{n}]\n{body}last = 'mark_{n}'\n", "{s}\n", ""),
}  # fmt: skip


def made(language: str, chance: random.Random) -> tuple[list[str], int, int, int]:
    """A file as lines, the number of a unit in it, and the lines [first, last) of that."""
    head, unit, line, tail = UNITS[language]
    count, chosen = chance.randint(3, 6), 0
    gap = chance.choice(("\n", "\n", "")) if language != "toml" else "\n"
    chosen = chance.randrange(count)
    lines, first, last = head.splitlines(True), 0, 0
    for n in range(count):
        body = "".join(
            line.replace("{s}", chance.choice(LIKE) if language != "toml" else f"k{k} = 1")
            for k in range(chance.randint(1, 4))
        )
        text = unit.replace("{n}", str(n)).replace("{body}", body)
        lines += [gap] if gap and n else []
        if n == chosen:
            first, last = len(lines), len(lines) + text.count("\n")
        lines += text.splitlines(True)
    return [*lines, *tail.splitlines(True)], chosen, first, last


def answers(
    language: str, name: str, lines: list[str], new: list[str], first: int, last: int
) -> dict[str, str]:
    """The ways to write that `new` takes the place of the lines [first, last)."""
    code, old = "".join(new), "".join(lines[first:last])
    bare = textwrap.dedent(code)
    whole = "".join([*lines[:first], *new, *lines[last:]])
    around = "".join([*lines[max(0, first - 3) : first], *new, *lines[last : last + 3]])
    at = next(n for n, (a, b) in enumerate(zip(lines[first:last], new, strict=True)) if a != b)
    diff = "".join(
        f" {a}" if a == b else f"-{a}+{b}" for a, b in zip(lines[first:last], new, strict=True)
    )
    block = f"{name}\n<<<<<<< SEARCH\n{{old}}=======\n{{new}}>>>>>>> REPLACE\n"
    return {
        "exact": f"```{language}\n{code}```\n",
        "chatty": f"Here is it:\n\n```{language}\n{code}```\n\nIt says more now.",
        "dedented": f"```\n{bare}```",
        "shown": f"```\n{code.lstrip()}```",
        "whole file": f"The whole file:\n\n```{language}\n{whole}```\n",
        "around": f"```{language}\n{around}```",
        "thought": f"<think>\n```\n{old}```\n</think>\n```\n{code}```",
        "block": block.format(old=old, new=code),
        "dedented block": block.format(old=textwrap.dedent(old), new=bare),
        "short block": block.format(old=lines[first + at], new=new[at]),
        "block in a fence": f"```\n{block.format(old=old, new=code)}```",
        "diff": f"```diff\n--- a/{name}\n+++ b/{name}\n@@ -1,9 +1,9 @@\n{diff}```",
    }


SEEDS = 8


@pytest.mark.parametrize("language", UNITS)
def test_however_it_is_written_it_lands_in_its_place(language: str, tmp_path: Path) -> None:
    desk, name = Desk(tmp_path), f"src/a.{language}"
    right = count = 0
    missed = []
    for seed in range(SEEDS):
        lines, chosen, first, last = made(language, random.Random(f"{language}:{seed}"))
        marker, changed = f"mark_{chosen}", f"mark_{chosen} + more"
        new = [line.replace(marker, changed) for line in lines[first:last]]
        wanted = "".join([*lines[:first], *new, *lines[last:]])
        desk.write({name: "".join(lines)})
        span = Range(Position(first, 0), Position(last, 0))
        for how, text in answers(language, name, lines, new, first, last).items():
            draft = desk.draft(name, span, text, language=language)
            found = desk.result(draft, name)
            assert found in (wanted, "".join(lines)) or draft.failed, (seed, how, found)
            right += found == wanted and not draft.failed
            count += 1
            if found != wanted or draft.failed:
                missed.append((seed, how, [sentence(f) for f in draft.failed]))
    assert right >= 0.98 * count, missed

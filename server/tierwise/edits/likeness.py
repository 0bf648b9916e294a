"""How similar a piece of code is to a selection, and which part of the file it may replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range
from tierwise.edits.align import ALIKE, align, alike, squeezed
from tierwise.edits.conflicts import settled
from tierwise.edits.forms import Whole
from tierwise.edits.imports import IMPORT
from tierwise.edits.region import is_whole_file, own_part
from tierwise.edits.whole import line_in, lines_of
from tierwise.syntax.bound import bound
from tierwise.syntax.positions import index_of, split_lines
from tierwise.syntax.symbols import Symbol, definitions

_HALF: Final = 0.5
_QUARTER: Final = 0.25
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_FENCED: Final = re.compile(r"^\s*(?:`{3,}|~{3,})")
_NEAR: Final = 0.7
"""Share of words and signs that an edit of a line must have in common with the line."""
_ASSIGNS: Final = re.compile(
    r"^\s*(?:(?:const|let|var|local|val|auto|final|mut|int|long|float|double|char|bool)\s+)*"
    r"(\w+)\s*(?::[^=]*)?(?::=|=(?!=))"
)
_KEY: Final = re.compile(r"^\s*-?\s*[\"']?([\w. -]+?)[\"']?\s*[:=]\s*(.*)$")
_KEYED: Final = frozenset(
    ("json", "jsonc", "yaml", "toml", "ini", "properties", "dotenv", "css", "scss", "less")
)
"""Languages whose lines consist of keys and values."""
_CLOSE: Final = 0.6
"""Share of words and signs that a line of an excerpt must have in common with its original."""
_STEM: Final = 4
"""Letters in which two words must agree to count as the same word with different endings."""
_REMARK: Final = re.compile(r"^(?:#|//|--|/\*|\*|<!--|%|;|\.\.\.|…)")
_PROSE: Final = frozenset(
    ("", "md", "markdown", "mdx", "rst", "restructuredtext", "asciidoc", "quarto")
)
"""Info strings of fences that may contain other fences."""
SHOWN: Final = frozenset(
    ("text", "txt", "console", "output", "shell-session", "plaintext", "bash", "sh", "shell", "log")
)
"""Info strings of fences that show a command or its output."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The selection that an answer is compared with, and the text of its file. `renames` says
    whether an old name may have become a new one.
    """

    text: str
    language: str | None
    span: Range
    renames: Callable[[str, str], bool] = lambda old, new: True


def _keys(lines: Sequence[str]) -> set[str]:
    """The keys of lines of data."""
    return {found.group(1) for line in lines if (found := _KEY.match(line)) is not None}


class SelectionLikeness:
    """Compares the fenced blocks of an answer with the selected code, to find out which of them is
    meant to replace it.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.here = lines_of(asked.text, asked.span)
        lines = index_of(asked.text)
        self.lines = [
            line
            for n in range(self.here.first, min(self.here.last, lines.line_count))
            if (line := lines.line(n)).strip()
        ]
        if self.here.part:
            self.lines = [x for x in lines.slice(asked.span).splitlines() if x.strip()]
        every = definitions(asked.text, asked.language)
        first, last = self.here.first, self.here.last
        within = [s for s in every if first <= s.range.start.line < last and not self.here.part]
        least = min((s.depth for s in within), default=0)
        self.defined = [s for s in within if s.depth == least]
        self.inner = [s for s in within if s.depth > least]
        self.names = () if self.here.part else bound("\n".join(self.lines), asked.language)
        self.around = sorted(
            (
                s for s in every
                if s not in within and s.range.start.line <= first and s.range.end.line >= last - 1
            ),
            key=lambda s: -s.depth,
        )  # fmt: skip

    def fits_better(self, outer: Whole, fences: Sequence[Whole]) -> bool:
        """Whether everything between the first and the last fence line is meant as one block, as
        when a Markdown file that shows fences was selected.
        """
        shows = any(_FENCED.match(line) for line in self.lines)
        marked = outer.language.lower().split(" ")[0] in _PROSE
        if not fences or not marked or not (shows or (self.asked.language or "") in _PROSE):
            return False
        kept = self._kept(outer.text)
        best = max((self._kept(fence.text) for fence in fences), default=0)
        empty = any(not fence.text.strip() for fence in fences)
        return kept > best or (empty and kept >= best) or (shows and kept >= best and kept > 0)

    def is_same(self, fence: Whole, span: Range) -> bool:
        """Whether a fence only repeats the lines that are there already."""
        now = [squeezed(x) for x in fence.text.split("\n") if x.strip()]
        was = index_of(self.asked.text).slice(span).split("\n")
        return now == [squeezed(x) for x in was if x.strip()]

    def judge(self, fence: Whole, alone: bool) -> tuple[int, Range] | None:
        """What a fenced block replaces: the selection, or a symbol around or in it. Before the
        range stands how sure that is, from 1 (a guess) to 5 (the block is the whole file).

        None if the block is not similar enough. `alone` says that the answer is nothing but the
        block.
        """
        text, asked = fence.text, self.asked
        now = [line for line in text.split("\n") if line.strip()]
        if not now or not self.lines:
            return (1, asked.span) if alone else None
        names = bound(text, asked.language)
        if is_whole_file(split_lines(asked.text), text.split("\n")):
            return 5, asked.span
        if self.defined and self.defined[0].range == asked.span and self.defined[0].name in names:
            return 4, self.lines_of(self.defined[0], now)
        if self.names and self.names[0] in (*names, *self._own_names(text)):
            return 4, asked.span
        if self.here.part and line_in(self.here, text.split("\n"), self.lines[0]) is not None:
            return 4, asked.span
        if self.defined:
            if self.defined[0].name in names:
                return 4, asked.span
            if (outer := self._one_of(self.around, names, text)) is not None:
                own = self._inside(text)
                return (4, asked.span) if own is not None else (3, self.lines_of(outer, now))
            for others in (self.inner, self.defined[1:]):
                if (other := self._one_of(others, names, text)) is not None:
                    return 2, self.lines_of(other, now)
            same = not names or asked.renames(self.defined[0].name, names[0])
            return (3, asked.span) if same and self._half(now, alone) else None
        if (outer := self._one_of(self.around, names, text)) is not None:
            return 4, self.lines_of(outer, now)
        if asked.language in _KEYED and len(self.lines) == 1 and self._other_key(now):
            return None
        if self._half(now, alone):
            return 3, asked.span
        return (1, asked.span) if self._like_a_rewrite(now, names, alone) else None

    def _one_of(self, symbols: Sequence[Symbol], names: Sequence[str], text: str) -> Symbol | None:
        """The one of some symbols whose name a text defines first (`names` are those it defines).

        None if several symbols have that name, or if the text's line with the name is not like the
        symbol's first line.
        """
        top = names[:1]
        found = [s for s in symbols if s.name in top]
        if len(found) != 1:
            return None
        head = index_of(self.asked.text).line(found[0].range.start.line).strip()
        begins = [line.strip() for line in text.split("\n") if found[0].name in line]
        return found[0] if begins and alike(head, begins[0]) >= ALIKE else None

    def _own_names(self, text: str) -> tuple[str, ...]:
        """The names that an answer defines when the lines around the selection are
        taken out of it.
        """
        lines = split_lines(self.asked.text)
        last = min(self.here.last, len(lines))
        own = own_part(lines, self.here.first, last, text.split("\n"), self.asked.language)
        return bound("\n".join(own), self.asked.language)

    def only_wanted(self, fence: Whole) -> Whole:
        """Cut the selected definition out of an answer that abbreviates what is around it.

        Any other answer is returned unchanged.
        """
        own = self._inside(fence.text)
        return fence if own is None else Whole(own, fence.language, fence.path)

    def _inside(self, text: str) -> str | None:
        """The selected definition, if the answer shows it inside an enclosing one whose other lines
        are comments and lines of the file, with at least one comment. Else None.
        """
        if not self.defined or not self.around:
            return None
        name = self.defined[0].name
        found = [s for s in definitions(text, self.asked.language) if s.name == name and s.depth]
        if len(found) != 1 or len(self.defined) != 1:
            return None
        lines = text.split("\n")
        first, last = found[0].range.start.line, found[0].range.end.line
        known = {squeezed(x) for x in self.asked.text.split("\n")}
        rest = [*lines[:first], *lines[last + 1 :]]
        full = [squeezed(x) for x in rest if x.strip()]
        if not any(_REMARK.match(x) for x in full):
            return None
        if all(x in known or _REMARK.match(x) for x in full):
            return "\n".join(lines[first : last + 1])
        return None

    def begins_like(self, line: str) -> bool:
        """Whether a line is similar to the first one of the selection."""
        return bool(self.lines) and alike(line, self.lines[0]) >= ALIKE

    def is_edit(self, fence: Whole) -> bool:
        """Whether a fence looks like a change of the file, and not like an example of use."""
        if fence.language.split(" ")[0].lower() in SHOWN:
            return False
        now = [squeezed(line) for line in fence.text.split("\n") if line.strip()]
        if not now or self._is_shown(now):
            return False
        if any(IMPORT.match(line) for line in now) or bound(fence.text, self.asked.language):
            return True
        every = self.asked.text.split("\n")
        outside = every[: self.here.first] + every[self.here.last :]
        others = {squeezed(x) for x in outside if len(x.strip()) > 3}
        return any(alike(line, other) >= _NEAR for line in now for other in others)

    def _is_shown(self, now: Sequence[str]) -> bool:
        """Whether lines quote the file as it is."""
        text = [squeezed(x) for x in self.asked.text.split("\n") if x.strip()]
        return any(text[n : n + len(now)] == list(now) for n in range(len(text) - len(now) + 1))

    def lines_of(self, symbol: Symbol, now: Sequence[str]) -> Range:
        """The lines of a definition, without comments and decorators above it that the answer does
        not have.
        """
        lines = index_of(self.asked.text)
        span = symbol.range
        for number in range(span.start.line, span.end.line + 1):
            if alike(lines.line(number), now[0]) >= ALIKE:
                return Range(Position(number, 0), span.end)
        return Range(Position(span.start.line, 0), span.end)

    def drops(self, fence: Whole, said: str) -> bool:
        """Whether an answer is the selection without some lines that neither wish nor answer
        mentions.

        If a word of such a line is in the request or beside the answer, the line was meant to go.
        If the answer resolves a conflict, the side that it did not keep was meant to go.
        """
        now = [line for line in fence.text.split("\n") if line.strip()]
        lines = settled(self.lines, now) or self.lines
        if self.asked.language in _KEYED:
            keys = _keys(lines) - _keys(now)
            words = {word.lower() for word in re.findall(r"\w+", said)}
            return any(not {w.lower() for w in re.findall(r"\w+", key)} & words for key in keys)
        pairs = align(lines, now)
        if len(pairs) < len(now) or not all(pair.same for pair in pairs):
            return False
        kept = {pair.old for pair in pairs}
        gone = [line for n, line in enumerate(lines) if n not in kept and not _REMARK.match(line)]
        stays = {w.lower()[:_STEM] for x in now for w in re.findall(r"[^\W_]{3,}", x)}
        spoken = {word.lower()[:_STEM] for word in re.findall(r"\w{3,}", said)} - stays
        unsaid = [
            line for line in gone
            if not spoken & {w.lower()[:_STEM] for w in re.findall(r"[^\W_]{3,}", line)}
            and sum(c.isalnum() for c in line) > 2
        ]  # fmt: skip
        return len(unsaid) > 1

    def _half(self, now: Sequence[str], alone: bool) -> bool:
        """Whether at least half of the selection's lines come back, some changed a little.

        If one of two lines comes back and there is text beside it, the answer may only show that
        line. Without other text, the other line was removed. In a conflict only the sides that come
        back count.
        """
        like = _CLOSE if self.defined else ALIKE
        lines = settled(self.lines, now) or self.lines
        pairs = align(lines, now)
        close = [p for p in pairs if p.same or alike(lines[p.old], now[p.new]) >= like]
        one_of_two = len(lines) == 2 and len(close) == 1
        if one_of_two and self._excerpt(now) and not (alone and close[0].same):
            return False
        return len(close) >= _HALF * len(lines)

    def _kept(self, text: str) -> int:
        return sum(
            pair.same for pair in align(self.lines, [x for x in text.split("\n") if x.strip()])
        )

    def _excerpt(self, now: Sequence[str]) -> bool:
        """Whether the fence changes only a part of the selection and leaves out the rest."""
        if len(now) >= len(self.lines):
            return False
        pairs = align(self.lines, now)
        return len(pairs) == len(now) and all(
            p.same or alike(self.lines[p.old], now[p.new]) >= _CLOSE for p in pairs
        )

    def _like_a_rewrite(self, now: Sequence[str], names: Sequence[str], alone: bool) -> bool:
        """Whether lines with other words may be the new text of the selection."""
        count, old = len(now), len(self.lines)
        if old > 1 and self._excerpt(now):
            return False
        if names and self.around and not (set(names) & {s.name for s in self.around}):
            begins = re.match(
                r"\s*(?:def|class|function|func|fn|fun|public|private|export)\b", now[0]
            )
            if begins is not None:
                return False
        if self.asked.language in _KEYED and self._other_key(now):
            return False
        begins_alike = _TOKEN.findall(now[0])[:2] == _TOKEN.findall(self.lines[0])[:2]
        if begins_alike and count >= _QUARTER * old:
            return True
        if not alone:
            return old == 1 and count <= 3 and alike(now[0], self.lines[0]) >= 0.3
        if self._assigned(self.lines) & self._used_below() - self._assigned(now):
            return False
        if count >= _HALF * old:
            return True
        said = {x for line in now for x in re.findall(r"\w+", line)}
        known = {x for line in self.lines for x in re.findall(r"\w+", line)}
        return len(said & known) >= _HALF * len(said)

    def _other_key(self, now: Sequence[str]) -> bool:
        """Whether a line of data has another key and another value than the selected one."""
        was, new = _KEY.match(self.lines[0]), _KEY.match(now[0])
        if was is None or new is None or was.group(1) in _keys(now):
            return False
        return len(now) != len(self.lines) or was.group(2).strip(" ,") != new.group(2).strip(" ,")

    def _used_below(self) -> set[str]:
        """The words of the lines that follow the selection inside its definition."""
        lines = index_of(self.asked.text)
        end = self.around[0].range.end.line if self.around else self.here.last - 1
        return {
            x for n in range(self.here.last, end + 1) for x in re.findall(r"\w+", lines.line(n))
        }

    @staticmethod
    def _assigned(lines: Sequence[str]) -> set[str]:
        return {found.group(1) for line in lines if (found := _ASSIGNS.match(line)) is not None}

"""Answers from their short form: texts quoted from results, and what models do to them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.corpus.answers.quote import span

_QUOTED: Final = re.compile(r"^([ \t]*)@@ ([\w-]+)(?:: (.+?))? @@$", re.MULTILINE)
_FENCE: Final = re.compile(r"^(`{3,})[^`\n]*$")


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer may quote: the file before, its results by name, the selected part."""

    original: str
    results: Mapping[str, str]
    start: int
    end: int

    def text(self, name: str) -> str:
        """The whole text under a name."""
        return self.original if name == "original" else self.results[name]

    def selection(self, name: str, whole_lines: bool) -> str:
        """What became of the selection. Raises `ValueError` if the change reaches beyond it."""
        text = self.text(name)
        start, end = self.start, len(text) - (len(self.original) - self.end)
        beyond = text[:start] != self.original[:start] or text[end:] != self.original[self.end :]
        if beyond or end < start:
            raise ValueError(f"'{name}' changes more than the selection: quote its ends instead")
        if whole_lines:
            start = text.rfind("\n", 0, start) + 1
        return text[start:end]


def written(raw: Mapping[str, Any], sources: Sources, base: str) -> str:
    """The text of an answer. `base` is the answer that it is like, else empty."""
    text = base or str(raw["text"]).removesuffix("\n")
    text = _QUOTED.sub(lambda match: _quoted(match, sources), text)
    if "drop" in raw:
        text = text.replace(raw["drop"], "")
    for name, change in _CHANGES.items():
        if raw.get(name):
            text = change(text, raw[name])
    return text


def _quoted(match: re.Match[str], sources: Sources) -> str:
    indent, name, what = match.groups()
    if what == "whole":
        text = sources.text(name)
    elif what is None or what == "lines":
        text = sources.selection(name, whole_lines=what == "lines")
    else:
        first, _, last = what.partition(" ... ")
        whole = sources.text(name)
        start, end = span(whole, first, last or None)
        text = whole[start:end]
    return textwrap.indent(text.strip("\n"), indent)


def _in_fences(change: Callable[[str], str]) -> Callable[[str, Any], str]:
    def changed(text: str, _: Any) -> str:
        done: list[str] = []
        inside: list[str] | None = None
        mark = ""
        for line in text.split("\n"):
            fence = _FENCE.match(line)
            if fence and inside is None:
                inside, mark = [], fence[1]
                done.append(line)
            elif fence and inside is not None and line.strip() == mark:
                done += [*change("\n".join(inside)).split("\n"), line]
                inside = None
            else:
                (done if inside is None else inside).append(line)
        return "\n".join(done + (inside or []))

    return changed


def _tabs_to_blanks(text: str, width: int) -> str:
    return re.sub(r"^\t+", lambda m: " " * width * len(m[0]), text, flags=re.MULTILINE)


def _blanks_to_tabs(text: str, width: int) -> str:
    blanks = re.compile(f"^(?: {{{width}}})+", re.MULTILINE)
    return blanks.sub(lambda m: "\t" * (len(m[0]) // width), text)


def _cut(text: str, after: str) -> str:
    return text[: span(text, after, None)[1]]


_CHANGES: Final[dict[str, Callable[[str, Any], str]]] = {
    "dedent": _in_fences(textwrap.dedent),
    "indent": lambda text, blanks: _in_fences(lambda t: textwrap.indent(t, blanks))(text, None),
    "blanks": _tabs_to_blanks,
    "tabs": _blanks_to_tabs,
    "bare": lambda text, _: "\n".join(x for x in text.split("\n") if not _FENCE.match(x)),
    "twice": lambda text, _: f"{text}\n\n{text}",
    "think": lambda text, thought: f"<think>\n{thought.strip()}\n</think>\n\n{text}",
    "before": lambda text, prose: f"{prose.strip()}\n\n{text}",
    "after": lambda text, prose: f"{text}\n\n{prose.strip()}",
    "cut": _cut,
    "crlf": lambda text, _: text.replace("\n", "\r\n"),
}
"""Applied in this order; each takes the text and the value of its key."""

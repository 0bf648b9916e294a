"""Makes foreign markdown safe to render: no image is loaded, and no code block can be closed early.

A file that a model read can steer its answer. An image in the answer would be loaded as soon as an
editor shows it, and its address could carry what the model read.
"""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})(.*)$")
_RUN: Final = re.compile(r"`+")
_STRONG: Final = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ESCAPE: Final = re.compile(r"\\([!\[\]*_`#<>])")


def without_images(text: str) -> str:
    """The text with every image outside of code turned into a link, which is not loaded."""
    shown, fence = [], ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            fence = match[1]
        else:
            line = line.replace("![", "!\\[" if line.startswith(("    ", "\t")) else "\\!\\[")
        shown.append(line)
    return "\n".join(shown)


def plain(text: str) -> str:
    """Markdown as plain text: without fences, and outside of code without stars and escapes."""
    shown, fence = [], ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
                continue
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            fence = match[1]
            continue
        else:
            line = _ESCAPE.sub(r"\1", _STRONG.sub(r"\1", line))
        shown.append(line)
    return "\n".join(shown)


def fenced(text: str, language: str) -> str:
    """A text as a code block that nothing in the text can close."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"

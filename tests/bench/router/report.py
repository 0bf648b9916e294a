"""Tables between the markers of `docs/routing.md`; what stands around them is written by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

DOC = Path("docs/routing.md")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _filled(found: re.Match[str], body: str) -> str:
    return f"{found[1]}\n{body}\n\n{found[2]}"


def write(sections: dict[str, str]) -> None:
    """Replace each marked section of the page."""
    text = DOC.read_text(encoding="utf-8")
    for name, body in sections.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{DOC} has no section '{name}'")
        text = pattern.sub(partial(_filled, body=body), text)
    DOC.write_text(text, encoding="utf-8")

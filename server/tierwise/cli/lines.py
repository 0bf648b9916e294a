"""Sentences of the command line, within the terminal's width.

A line that is too long is broken between words, and each further line has the indentation of the
first. A word that is longer than the line, such as a path, stays whole so that it can be copied.
Output into a file or a pipe has no width: there a sentence stays one line.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from rich.cells import cell_len

from tierwise.cli.table import console, has_width


def say(text: str = "", *, err: bool = False) -> None:
    """Print sentences, one or more lines of them."""
    if has_width(sys.stderr if err else sys.stdout):
        width = console().width
        text = "\n".join(part for line in text.split("\n") for part in broken(line, width))
    typer.echo(text, err=err)


def broken(line: str, width: int) -> Sequence[str]:
    """Break a line between words into parts of at most `width` columns. Each part has the
    indentation of the line. A word that is longer stays whole. Pure.
    """
    words = line.lstrip(" ")
    left = " " * (len(line) - len(words))
    parts = [left]
    for word in words.split(" "):
        if parts[-1] == left:
            parts[-1] += word
        elif cell_len(parts[-1]) + 1 + cell_len(word) <= width:
            parts[-1] += f" {word}"
        else:
            parts.append(left + word)
    return parts

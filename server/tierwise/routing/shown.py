"""What signals are called on the screen."""

from __future__ import annotations

import math
from typing import Final

_COUNTED: Final = {
    "words": "{n} words",
    "steps": "{n} steps",
    "sentences": "{n} sentences",
    "questions": "{n} questions",
    "identifiers": "{n} names given",
    "numbers": "{n} numbers",
    "scale": "{n} amounts",
    "form.lines": "{n} lines written",
    "form.fences": "{n} fenced blocks",
    "form.formulas": "{n} formulas",
    "form.links": "{n} links",
    "form.unique": "{n} different words",
    "form.first_line": "{n} words in the first line",
    "form.paths": "{n} files named",
    "hard": "{n} words of hard work",
    "easy": "{n} words of light work",
    "chars": "{n} characters",
    "pasted": "{n} pasted lines",
    "logs": "{n} log lines",
    "sel.lines": "{n} lines selected",
    "sel.branches": "{n} branches",
    "sel.definitions": "{n} definitions selected",
    "sel.calls": "{n} calls",
    "file.lines": "a file of {n} lines",
    "usages": "{n} usages",
    "usage.files": "used in {n} files",
    "reach.usages": "touches {n} usages",
    "reach.files": "touches {n} other files",
    "files.attached": "{n} files attached",
    "files.open": "{n} files open",
    "files.lines": "{n} lines attached",
    "files.open_lines": "{n} lines open",
    "files.kinds": "{n} languages",
    "files.folders": "{n} folders",
    "files.docs": "{n} text files",
    "files.config": "{n} configuration files",
    "diag.errors": "{n} errors",
    "diag.others": "{n} warnings",
    "diag.spread": "problems in {n} files",
    "tools": "{n} tools",
    "turn": "turn {n}",
}
_FLAGS: Final = {
    "terse": ("a terse wish", "a longer wish"),
    "empty": ("no instruction", "an instruction"),
    "foreign": ("not in English", "in English"),
    "sel.whole": ("a whole symbol", "not a whole symbol"),
    "sel.none": ("no selection", "a selection"),
    "sel.one": ("a single line", "more than a line"),
    "sel.share": ("much of its file", "little of its file"),
    "sel.config": ("a configuration file", "no configuration file"),
    "sel.docs": ("a text file", "no text file"),
    "sel.style": ("a style sheet", "no style sheet"),
    "sel.sql": ("a query", "no query"),
    "sel.diff": ("a diff", "no diff"),
    "sel.log": ("a log", "no log"),
    "sel.notebook": ("a notebook", "no notebook"),
    "sel.shell": ("a script", "no script"),
    "files.any": ("files at hand", "no files"),
    "files.own": ("its file attached", "its file not attached"),
    "tools.write": ("tools that edit", "no tools that edit"),
    "tools.run": ("tools that run things", "no tools that run things"),
    "tools.read": ("tools that only read", "no tools that only read"),
    "diag.none": ("no problems reported", "problems reported"),
    "sel.density": ("dense code", "sparse code"),
    "novel": ("words never seen", "known words"),
    "later": ("a later turn", "a first turn"),
    "thread.reasks": ("asked again", "asked once"),
    "thread.rejected": ("rejected before", "nothing rejected"),
    "text": ("the wording", "other wording"),
}
_FAMILIES: Final = {
    "choose": "a choice to make",
    "diagnose": "a cause to find",
    "sporadic": "something that happens now and then",
    "breadth": "words like everywhere",
    "stakes": "words like production",
    "group": "we and our",
    "keep": "something that must not break",
    "uncertain": "words of doubt",
    "lookup": "something to look up",
    "howto": "a how-to question",
    "rename": "words of small edits",
    "small": "something small to write",
    "brief": "words like just",
    "number_theory": "words of contests",
    "followup": "words that point back",
}


def say(name: str, value: float) -> str:
    """A signal with its value in words fit for the screen."""
    group, _, rest = name.partition(".")
    if group == "action":
        return f"action {rest}"
    if group == "says":
        told = _FAMILIES.get(rest, f"{rest} words")
        return told if value else f"no {told.removeprefix('a ')}"
    if name in _FLAGS:
        return _FLAGS[name][0 if value else 1]
    if name == "sel.depth":
        return f"nested {round(value)} deep"
    count = round(math.expm1(value))
    said = _COUNTED.get(name, f"{{n}} {name}").format(n=count)
    return _singular(said) if count == 1 else said


def _singular(text: str) -> str:
    first, _, rest = text.partition(" ")
    if first != "1":
        return text.replace(" 1 files", " 1 file").replace(" 1 lines", " 1 line")
    noun, _, more = rest.partition(" ")
    noun = noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
    return f"1 {noun} {more}".strip()

"""The names of signals on the screen."""

from __future__ import annotations

import math
from typing import Final

from tierwise.core.actions import TABLE

_COUNTED: Final = {
    "words": "{n} word{s}",
    "steps": "{n} step{s}",
    "sentences": "{n} sentence{s}",
    "questions": "{n} question mark{s}",
    "identifiers": "{n} name{s} given",
    "numbers": "{n} number{s}",
    "scale": "{n} amount{s}",
    "form.lines": "{n} line{s} written",
    "form.fences": "{n} code block{s} in what you wrote",
    "form.formulas": "{n} formula mark{s}",
    "form.links": "{n} link{s}",
    "form.unique": "{n} different word{s}",
    "form.first_line": "{n} word{s} in the first line",
    "form.numbers": "{n} number{s} in all",
    "form.bounds": "{n} bound{s} set",
    "form.paths": "{n} file{s} named",
    "hard": "{n} word{s} that point{to} to hard work",
    "easy": "{n} word{s} that point{to} to light work",
    "chars": "{n} character{s} written",
    "pasted": "{n} pasted line{s}",
    "logs": "{n} log line{s}",
    "sel.lines": "{n} line{s} selected",
    "sel.branches": "{n} branch{es} selected",
    "sel.definitions": "{n} definition{s} selected",
    "sel.calls": "{n} call{s} selected",
    "file.lines": "a file of {n} line{s}",
    "usages": "{n} usage{s}",
    "usage.files": "used in {n} file{s}",
    "reach.usages": "touches {n} other usage{s}",
    "reach.files": "touches {n} other file{s}",
    "files.attached": "{n} other file{s} attached",
    "files.open": "{n} other open file{s}",
    "files.lines": "{n} line{s} attached",
    "files.open_lines": "{n} line{s} of open files",
    "files.kinds": "files in {n} language{s}",
    "files.folders": "files of {n} folder{s}",
    "files.docs": "{n} text file{s}",
    "files.config": "{n} configuration file{s}",
    "files.evidence": "{n} log{s} or measurement{s}",
    "code.kinds": "{n} kind{s} of delicate code",
    "prose": "{n} word{s} of text to work on",
    "hard.edit": "{n} word{s} that point{to} to hard work in an edit",
    "diag.errors": "{n} error{s}",
    "diag.others": "{n} warning{s} or hint{s}",
    "diag.spread": "problems in {n} file{s}",
    "tools": "{n} tool{s}",
    "turn": "turn {n}",
    "thread.reasks": "asked again {n} time{s}",
    "thread.rejected": "{n} answer{s} rejected before",
}
"""Counts that are stored as log(1 + n)."""
_SHARES: Final = {
    "sel.share": "{part} of the file is selected",
    "sel.density": "{part} of the code is signs such as ( or =",
    "foreign": "{part} of the letters are other than a to z",
    "novel": "{part} of the words are new to the router",
}
"""Shares in [0, 1], shown as a part of a whole, because nobody counts selected lines in percent."""
_PARTS: Final = (
    (0.0, "none"), (0.05, "a small part"), (0.1, "about a tenth"), (0.2, "about a fifth"),
    (0.25, "about a quarter"), (1 / 3, "about a third"), (0.5, "about half"),
    (2 / 3, "about two thirds"), (0.75, "about three quarters"), (0.95, "nearly all"), (1.0, "all"),
)  # fmt: skip
_PLAIN: Final = frozenset({"thread.reasks", "thread.rejected"})
"""Counts that are stored as they are."""
_FLAGS: Final = {
    "terse": ("a short instruction", "a longer instruction"),
    "empty": ("the action alone, without an instruction", "an instruction beside the action"),
    "novel.words": ("a language that was never taught", "a language that was taught"),
    "sel.whole": ("a whole function or class selected", "no whole function or class selected"),
    "sel.none": ("no selection", "a selection"),
    "sel.one": ("a single line", "more than a line"),
    "sel.config": ("a configuration file", "no configuration file"),
    "sel.docs": ("a text file", "no text file"),
    "sel.style": ("a style sheet", "no style sheet"),
    "sel.sql": ("an SQL file", "no SQL file"),
    "sel.diff": ("a diff or commit", "no diff"),
    "sel.log": ("a log", "no log"),
    "sel.notebook": ("a notebook", "no notebook"),
    "sel.shell": ("a script", "no script"),
    "lang.shell": ("shell work", "no shell work"),
    "lang.query": ("a query language", "no query language"),
    "lang.style": ("markup or styles", "no markup or styles"),
    "lang.low": ("a language close to the machine", "no language close to the machine"),
    "files.any": ("files go along", "no files go along"),
    "files.own": ("its file attached", "its file not attached"),
    "tools.write": ("tools that edit", "no tools that edit"),
    "tools.run": ("tools that run things", "no tools that run things"),
    "tools.read": ("tools that only read", "no tools that only read"),
    "diag.none": ("no problems reported", "problems reported"),
    "thread.low": ("earlier turns that needed more", "no earlier turns that needed more"),
    "thread.mid": ("earlier turns that needed the most", "no earlier turns that needed the most"),
    "later": ("a later turn", "a first turn"),
    "goal": ("a goal instead of steps", "no goal"),
    "goal.edit": ("an edit toward a goal", "no edit toward a goal"),
    "mechanical": ("plain substitution", "more than substitution"),
    "ask.closed": ("a closed question", "no closed question"),
    "ask.open": ("an open question", "no open question"),
    "ask.choice": ("a choice between ways", "no choice between ways"),
    "ask.line": ("a choice between things of a line", "no choice between things of a line"),
    "code.sync": ("locks or threads selected", "no locks or threads selected"),
    "code.await": ("asynchronous code selected", "no asynchronous code selected"),
    "code.unsafe": ("memory by hand selected", "no memory by hand selected"),
    "code.crypto": ("secrets or chance selected", "no secrets or chance selected"),
    "code.clock": ("dates or clocks selected", "no dates or clocks selected"),
    "code.float": ("floating point selected", "no floating point selected"),
    "code.effects": ("effects selected", "no effects selected"),
    "code.types": ("computed types selected", "no computed types selected"),
    "code.sql": ("delicate SQL selected", "no delicate SQL selected"),
}
_FAMILIES: Final = {
    "design": "about design",
    "plan": "about plans",
    "choose": "about a choice",
    "diagnose": "about a cause",
    "sporadic": "about what happens now and then",
    "concurrency": "about concurrency",
    "distributed": "about distributed systems",
    "security": "about security",
    "performance": "about performance",
    "migration": "about migration",
    "breadth": "like “everywhere”",
    "stakes": "like “production”",
    "group": "like “we” and “our”",
    "keep": "about what must not break",
    "uncertain": "of doubt",
    "improve": "about improving",
    "build": "about building",
    "explain": "about explaining",
    "lookup": "about something to look up",
    "howto": "of a how-to question",
    "rename": "of small edits",
    "small": "about something small",
    "brief": "like “just”",
    "fix": "about fixing",
    "test": "about tests",
    "number_theory": "of contests",
    "science": "about science",
    "negation": "like “not”",
    "dataloss": "about lost data",
    "condition": "like “if”",
    "followup": "that point back",
}
"""Families of words (`says.*`); a count of 3 reads "3 words about tests"."""
WORDING: Final = "what you wrote, as a whole"
"""The text as a whole. It has scores and no value."""


def say(name: str, value: float) -> str:
    """A signal with its value, in words: a fact about the request.

    A signal that only an older version measured is shown by its name.
    """
    group, _, rest = name.partition(".")
    if group == "action":
        kind = next((kind.title for kind in TABLE if kind.name == rest), rest)
        return f"the action {kind}" if value else f"another action than {kind}"
    if name == "text":
        return WORDING
    if name in _FLAGS:
        return _FLAGS[name][0 if value else 1]
    if name in _SHARES:
        return _SHARES[name].format(part=_part(value))
    if name == "sel.depth":
        return f"nested {round(value)} deep"
    count = round(value if name in _PLAIN else math.expm1(value))
    told = _COUNTED.get(name, f"{name} {{n}}")
    if group == "says":
        told = f"{{n}} word{{s}} {_FAMILIES.get(rest, rest)}"
    one = count == 1
    said = told.format(n=count, s="" if one else "s", es="" if one else "es", to="s" if one else "")
    return said if count else said.replace("0 ", "no ", 1)


def _part(share: float) -> str:
    """A share in [0, 1] in words. A small share is never called none, and a large one never all."""
    if 0.0 < share < 1.0:
        return min(_PARTS[1:-1], key=lambda part: abs(part[0] - share))[1]
    return _PARTS[-1 if share else 0][1]


def now(name: str, value: float) -> str:
    """The present value of a signal, after another value of it was shown: "2", "none",
    "a script".
    """
    said = say(name, value)
    if said.startswith("no "):
        return "none"
    if name in _FLAGS or name in _SHARES:
        return said
    return next((word for word in said.split() if word.isdigit()), said)

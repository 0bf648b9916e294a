"""Signals of what comes with an instruction: selection, files, diagnostics, tools, conversation.

They are numbers only. A count n enters as log(1 + n), so that the step from one file to three
weighs as much as the one from three to seven. What a request did not say is named as unknown and
has value zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core import actions
from tierwise.core.request import FileRef, Request
from tierwise.core.structure import Structure
from tierwise.routing.instruction import LONGEST
from tierwise.routing.scale import log
from tierwise.syntax import structure as syntax
from tierwise.syntax import usages
from tierwise.syntax.constructs import CONSTRUCTS

LINES: Final = ("haiku", "sonnet", "opus")
"""The lines of models, cheapest first."""

KINDS: Final = {
    "config": "yaml yml json toml ini properties xml env conf cfg lock gradle kts tf hcl",
    "docs": "md txt rst tex adoc",
    "style": "css scss less html svg sass",
    "sql": "sql",
    "diff": "diff patch",
    "log": "log out trace",
    "notebook": "ipynb",
    "shell": "sh bash ps1 mk",
}
"""Kinds of file by suffix. Everything else is code."""
_KIND: Final = {suffix: kind for kind, listed in KINDS.items() for suffix in listed.split()}

LANGUAGES: Final = {
    "shell": "shell bash sh zsh fish powershell shellscript",
    "query": "sql plsql tsql mysql pgsql dax kql cypher sparql",
    "style": "css scss less html sass",
    "low": "c cpp rust zig asm cuda verilog vhdl",
}
"""Groups of languages in which models make other errors than elsewhere, since little text does
much. All other languages are alike."""
_GROUP: Final = {name: group for group, listed in LANGUAGES.items() for name in listed.split()}
_NAMED: Final = {
    "shell": (
        ("bash", "zsh", "powershell", "shell script", ".sh"),
        re.compile(r"(?i)\b(?:bash|zsh|powershell|shell script)\b|\w\.sh\b"),
    ),
    "query": (
        ("sql", "dax", "kql", "sparql"),
        re.compile(r"(?i)\b(?:p?l?/?sql|dax|kql|sparql)\b|\w\.sql\b"),
    ),
}
"""How to find a language that only the wish names: one of the strings is in the wish, and the
pattern finds it as a name. Strings are searched first, since most wishes have none and the search
for strings is faster."""

_EVIDENCE: Final = re.compile(
    r"(?i)\.(?:log|out|trace|prof|pprof|har|hprof|jfr|dmp|core|perf|svg|png|csv|map|pcap|nsys)$|"
    r"(?:^|[/_.-])(?:logs?|trace|profile|flame\w*|explain|plan|heap|dump|gc|stats|report|metrics)(?=[/_.-])"
)
"""Names of files that show what happened, such as logs, rather than what is to be changed."""

_WRITES: Final = re.compile(r"(?i)edit|write|apply|patch|rename|create|commit|push|replace|insert")
_RUNS: Final = re.compile(r"(?i)run|terminal|exec|shell|bash|command|test|build")


def of_selection(
    values: dict[str, float],
    unknown: set[str],
    request: Request,
    structure: Structure | None,
) -> None:
    """Set `sel.*`, `code.*` and `file.lines`: the selection and its file."""
    selection = request.selection
    names = ("lines", "depth", "branches", "definitions", "calls", "whole", "one", "share",
             "density")  # fmt: skip
    values.update(dict.fromkeys((f"sel.{name}" for name in names), 0.0))
    values.update({f"sel.{kind}": 0.0 for kind in KINDS})
    values.update({f"code.{kind}": 0.0 for kind in CONSTRUCTS})
    values["code.kinds"] = 0.0
    values["file.lines"] = 0.0
    values["sel.none"] = float(selection is None)
    if selection is None:
        return
    if structure is None and selection.text:
        structure = syntax.measure(selection.text, selection.language)
    lines = structure.lines if structure is not None else None
    if lines is None and selection.start_line and selection.end_line:
        lines = selection.end_line - selection.start_line + 1
    if lines is None:
        unknown.add("sel.lines")
    else:
        values["sel.lines"] = log(lines)
        values["sel.one"] = float(lines == 1)
    if structure is None:
        unknown.add("sel.structure")
    else:
        values["sel.depth"] = float(min(structure.depth, 12))
        values["sel.branches"] = log(structure.branches)
        values["sel.definitions"] = log(structure.definitions)
        values["sel.calls"] = log(structure.calls)
        values["sel.density"] = structure.density
        values["sel.whole"] = float(bool(structure.whole_symbol))
        values.update({f"code.{kind}": 1.0 for kind in structure.constructs})
        values["code.kinds"] = log(len(structure.constructs))
    kind = _kind(selection.path)
    if kind is not None:
        values[f"sel.{kind}"] = 1.0
    file_lines = selection.file_lines
    if file_lines is None:
        named = [f.lines for f in request.files or () if f.path == selection.path and f.lines]
        file_lines = named[0] if named else None
    if file_lines is None:
        unknown.add("file.lines")
    else:
        values["file.lines"] = log(file_lines)
        values["sel.share"] = round(min(1.0, (lines or 0) / max(file_lines, 1)), 9)


def of_language(values: dict[str, float], request: Request) -> None:
    """Set `lang.*`: the language of the selection, else of the files, else one that
    the wish names.
    """
    values.update({f"lang.{group}": 0.0 for group in LANGUAGES})
    selection = request.selection
    names = [selection.language] if selection is not None and selection.language else []
    if not names:
        files = request.files or ()
        names = [f.language for f in files if f.attached and f.language]
        names = names or [f.language for f in files if f.language and _belongs(f, request)]
    for name in names:
        group = _GROUP.get((name or "").lower())
        if group is not None:
            values[f"lang.{group}"] = 1.0
    if not names:
        wish = request.instruction[:LONGEST]
        folded = wish.casefold()
        for group, (terms, named) in _NAMED.items():
            held = any(term in folded for term in terms)
            values[f"lang.{group}"] = float(held and bool(named.search(wish)))


def of_files(values: dict[str, float], unknown: set[str], request: Request) -> None:
    """Set `files.*`: what is attached and what is open beside it, with their lines and spread.

    An open file is counted if it is related to the request. If nobody checked that, it is checked
    here by the file's text, and a file without a text is counted. A tab that merely happens to be
    open says nothing of the work.
    """
    names = ("attached", "own", "open", "any", "lines", "open_lines", "kinds", "folders", "docs",
             "config", "evidence")  # fmt: skip
    values.update({f"files.{name}": 0.0 for name in names})
    if request.files is None:
        unknown.add("files")
        return
    own = request.selection.path if request.selection else None
    attached = [f for f in request.files if f.attached and f.path != own]
    opened = [f for f in request.files if not f.attached and f.path != own and _belongs(f, request)]
    here = [f for f in request.files if f.path == own]
    values["files.attached"] = log(len(attached))
    values["files.own"] = float(any(f.attached and f.path == own for f in request.files))
    values["files.open"] = log(len(opened))
    values["files.any"] = float(bool(here or attached or opened))
    values["files.lines"] = log(_lines(attached))
    values["files.open_lines"] = log(_lines(opened))
    counted = here + attached + opened
    values["files.kinds"] = log(len({f.language for f in counted if f.language}))
    values["files.folders"] = log(len({f.path.rpartition("/")[0] for f in counted}))
    values["files.docs"] = log(sum(_kind(f.path) == "docs" for f in counted))
    values["files.evidence"] = log(sum(bool(_EVIDENCE.search(f.path)) for f in attached + here))
    values["files.config"] = log(sum(_kind(f.path) == "config" for f in counted))


def of_diagnostics(values: dict[str, float], unknown: set[str], request: Request) -> None:
    """Set `diag.*`: problems by severity, and the number of files that have them."""
    values.update({"diag.errors": 0.0, "diag.others": 0.0, "diag.spread": 0.0, "diag.none": 0.0})
    if request.diagnostics is None:
        unknown.add("diagnostics")
        return
    errors = [d for d in request.diagnostics if d.severity == "error"]
    values["diag.errors"] = log(len(errors))
    values["diag.others"] = log(len(request.diagnostics) - len(errors))
    values["diag.none"] = float(not request.diagnostics)
    values["diag.spread"] = log(len({d.path for d in request.diagnostics}))


def of_thread(values: dict[str, float], unknown: set[str], request: Request) -> None:
    """Set `tools*`, `turn`, `later`, `thread.*`: what the answer may use, and what came before it.

    If the instruction refers to earlier turns ("do the same there") or says little itself, what
    those needed is set as well: `thread.low` where they needed more than the lowest tier,
    `thread.mid` more than the middle. An agent has its tools in every turn, so they are not counted
    for a turn that hardly needs them.
    """
    values.update(dict.fromkeys(("tools", "tools.write", "tools.run", "tools.read"), 0.0))
    values.update({"turn": 0.0, "later": 0.0, "thread.reasks": 0.0, "thread.rejected": 0.0})
    values.update({"thread.low": 0.0, "thread.mid": 0.0})
    if request.tools is None:
        unknown.add("tools")
    elif actions.KINDS[request.action].in_editor or not _needs_no_tools(values):
        writes = any(_WRITES.search(name) for name in request.tools)
        runs = any(_RUNS.search(name) for name in request.tools)
        values["tools"] = log(len(request.tools))
        values["tools.write"], values["tools.run"] = float(writes), float(runs)
        values["tools.read"] = float(bool(request.tools) and not writes and not runs)
    if request.turn is None:
        unknown.add("turn")
    else:
        values["turn"] = log(min(request.turn, 20))
        values["later"] = float(request.turn > 0)
    if request.thread is not None:
        values["thread.reasks"] = float(min(request.thread.reasks, 3))
        values["thread.rejected"] = float(min(request.thread.rejected, 3))
        needed = _line(request.thread.need)
        if needed and (values["says.followup"] or values["terse"] or values["empty"]):
            values["thread.low"] = 1.0
            values["thread.mid"] = float(needed > 1)


def _needs_no_tools(values: Mapping[str, float]) -> bool:
    """Whether a wish holds all it is about: a text to be worked on, plain substitution, or more
    words of the easy families than of the hard ones.
    """
    easy = values["easy"] > values["hard"]
    return bool(values["prose"] or values["mechanical"] or easy)


def _belongs(file: FileRef, request: Request) -> bool:
    if file.related is not None or file.text is None:
        return file.related is not False
    selection = request.selection
    anchors = [
        usages.naming(f.path, f.text)
        for f in request.files or ()
        if f.attached and f.text is not None
    ]
    if selection is not None:
        own = [f.text for f in request.files or () if f.path == selection.path and f.text]
        anchors.append(usages.naming(selection.path, own[0] if own else selection.text or ""))
    own_naming = usages.naming(file.path, file.text)
    return usages.related(file.path, own_naming, anchors, request.instruction)


def _line(tier: str | None) -> int:
    """The index in `LINES` of the line of models that a tier's name belongs to, 0 if to none."""
    return next((n for n, line in enumerate(LINES) if line in (tier or "")), 0)


def _lines(files: Sequence[FileRef]) -> int:
    return sum(f.lines or 0 for f in files)


def _kind(path: str) -> str | None:
    name = path.rpartition("/")[2]
    if name.startswith(("COMMIT", "git diff")):
        return "diff"
    return _KIND.get(name.rpartition(".")[2].lower()) if "." in name else None

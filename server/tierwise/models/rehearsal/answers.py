"""The rehearsal model's answers: small, honest, deterministic edits, or else a statement that it
has no rule.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from textwrap import indent
from typing import Final

from tierwise.models.rehearsal.reading import PromptPiece, ReadPrompt

_RENAME: Final = re.compile(r"rename\s+`?(\w+)`?\s+(?:to|into|as)\s+`?(\w+)`?", re.IGNORECASE)
_DEF: Final = re.compile(
    r"^([ \t]*)(?:async\s+)?(?:export\s+)?(?:public\s+|private\s+|static\s+)*"
    r"(?:def|function|func|fn|class)\s+(?:\([^)]*\)\s*)?(\w+)\s*(?:\(([^)]*)\))?",
    re.MULTILINE,
)
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LINE_COMMENT: Final = {"lua": "---", "go": "//", "rust": "///", "c": "//", "cpp": "//"}


def answer(asked: ReadPrompt) -> str:
    """The answer to a prompt, in one of the forms that answers may have."""
    if not asked.edits:
        return _talk(asked)
    rename = _RENAME.search(asked.wish)
    if rename is not None:
        return _renamed(asked, rename.group(1), rename.group(2))
    piece = asked.selection
    if piece is None:
        return _echo(asked)
    reported = " ".join(p.text for p in asked.pieces if p.kind == "diagnostics")
    makers: dict[str, Callable[[PromptPiece], str | None]] = {
        "document": _documented,
        "fix": lambda selected: _without_imports(selected, reported),
        "refactor": _sorted_imports,
        "edit": _edit_for(asked.wish.lower()),
        "test": _tested,
    }
    maker = makers.get(asked.action)
    text = maker(piece) if maker is not None else None
    return f"```{piece.language}\n{text}\n```" if text else _echo(asked)


def _talk(asked: ReadPrompt) -> str:
    if asked.action == "commit":
        paths = ", ".join(dict.fromkeys(p.path for p in asked.pieces)) or "the change"
        return f"Rehearsal: update {paths}"
    names = [f"`{m.group(2)}`" for p in asked.pieces for m in _DEF.finditer(p.text)]
    lines = sum(p.text.count("\n") + 1 for p in asked.pieces)
    files = len({p.path for p in asked.pieces})
    found = f"{lines} lines of {files} file(s)" if asked.pieces else "no files"
    about = f" It defines {', '.join(dict.fromkeys(names))}." if names else ""
    return (
        f"**Rehearsal answer** (no model was asked). I was sent {found} with the request"
        f" “{_short(asked.wish)}”.{about}\n\nA model would answer here; this one only shows"
        " that the way there and back works."
    )


def _echo(asked: ReadPrompt) -> str:
    return (
        "Rehearsal: this built-in model has no rule for the request"
        f" “{_short(asked.wish)}”, so it proposes no edit. It can document a function, rename one"
        " name to another, add type hints, and sort imports."
    )


def _edit_for(wish: str) -> Callable[[PromptPiece], str | None]:
    """The function that makes an edit for a wish."""
    if re.search(r"\b(?:doc|comment)", wish):
        return _documented
    return _hinted if "type" in wish else _sorted_imports


def _renamed(asked: ReadPrompt, old: str, new: str) -> str:
    word = re.compile(rf"\b{re.escape(old)}\b")
    blocks = []
    seen: set[tuple[str, str]] = set()
    for piece in (p for p in asked.pieces if p.kind != "outline"):
        for line in piece.text.split("\n"):
            changed = word.sub(new, line)
            if changed != line and (piece.path, line) not in seen:
                if piece.text.split("\n").count(line) > 1:
                    continue
                seen.add((piece.path, line))
                blocks.append(
                    f"{piece.path}\n<<<<<<< SEARCH\n{line}\n=======\n{changed}\n>>>>>>> REPLACE"
                )
    return "\n\n".join(blocks) if blocks else _echo(asked)


def _documented(piece: PromptPiece) -> str | None:
    if piece.language == "python":
        return _python_docstring(piece.text)
    mark = _LINE_COMMENT.get(piece.language)
    found = _DEF.search(piece.text)
    if found is None:
        return None
    pad, sentence = found.group(1), _sentence(found.group(2), found.group(3))
    at = found.start()
    block = f"{pad}{mark} {sentence}\n" if mark else f"{pad}/** {sentence} */\n"
    return piece.text[:at] + block + piece.text[at:]


def _python_docstring(text: str) -> str | None:
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if _DEF.match(line)), None)
    if start is None:
        return None
    end = start
    while end < len(lines) and not re.search(r":\s*(?:#.*)?$", lines[end]):
        end += 1
    found = _DEF.match(" ".join(lines[start : end + 1]))
    body = end + 1
    if found is None or body >= len(lines) or lines[body].lstrip().startswith(('"""', "'''")):
        return None
    pad = re.match(r"[ \t]*", lines[start])
    inner = (pad.group(0) if pad else "") + "    "
    doc = indent(f'"""{_sentence(found.group(2), found.group(3))}"""', inner)
    return "\n".join([*lines[:body], doc, *lines[body:]])


def _sentence(name: str, parameters: str | None) -> str:
    words = " ".join(w.lower() for w in _WORD.findall(name)) or name
    names = [
        re.split(r"[:=\s]", p.strip().lstrip("*&"))[0]
        for p in (parameters or "").split(",")
        if p.strip() and p.strip() not in ("self", "cls", "/", "*")
    ]
    given = f" Takes {', '.join(f'`{n}`' for n in names if n)}." if any(names) else ""
    return f"{words[:1].upper()}{words[1:]}.{given}"


def _without_imports(piece: PromptPiece, reported: str) -> str | None:
    """The selection without the imports that a diagnostic calls unused."""
    lines = piece.text.split("\n")
    kept = []
    for line in lines:
        found = re.match(r"\s*(?:import|from\s+\S+\s+import)\s+(\w+)\s*$", line)
        if found and re.search(rf"\b{found.group(1)}\b", reported) and "unused" in reported:
            continue
        kept.append(line)
    return "\n".join(kept) if len(kept) != len(lines) else None


def _sorted_imports(piece: PromptPiece) -> str | None:
    lines = piece.text.split("\n")
    imports = [i for i, line in enumerate(lines) if re.match(r"(?:import|from)\s", line)]
    if not imports or imports != list(range(imports[0], imports[0] + len(imports))):
        return None
    block = sorted((lines[i] for i in imports), key=lambda s: (s.startswith("from"), s))
    changed = [*lines[: imports[0]], *block, *lines[imports[-1] + 1 :]]
    return "\n".join(changed) if changed != lines else None


def _hinted(piece: PromptPiece) -> str | None:
    """The selection with `-> None` on its first Python function, if that returns no value."""
    found = re.search(r"^([ \t]*(?:async\s+)?def\s+\w+\([^)]*\)):", piece.text, re.MULTILINE)
    if found is None or re.search(r"\breturn\s+\S", piece.text):
        return None
    return piece.text[: found.end(1)] + " -> None" + piece.text[found.end(1) :]


def _tested(piece: PromptPiece) -> str | None:
    found = _DEF.search(piece.text)
    if found is None or piece.language != "python":
        return None
    name = found.group(2)
    module = ".".join(PurePosixPath(piece.path).with_suffix("").parts)
    code = f"from {module} import {name}\n\n\ndef test_{name}_can_be_named():\n    assert {name}"
    ast.parse(code)
    return code


def _short(wish: str) -> str:
    first = " ".join(wish.split())
    return first if len(first) <= 80 else first[:79] + "…"

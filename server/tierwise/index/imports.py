"""Finds what files import: the import statements, and the modules and files that they name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

KINDS: Final = frozenset(
    ("import_statement", "import_from_statement", "import_declaration", "use_declaration",
     "preproc_include", "future_import_statement", "extern_crate_declaration", "package_clause",
     "package_declaration")
)  # fmt: skip
"""Syntax tree nodes of import statements. Regular expressions find `export … from` and calls of
`require`.
"""
_CALL: Final = re.compile(
    r"""(?:^|[^\w.])(?:require|require_relative|load|autoload|dofile|import|source)\s*\(?\s*
        (?::\w+\s*,\s*)?['"]([^'"\n]{1,200})['"]""",
    re.VERBOSE | re.MULTILINE,
)
_DESTRUCTURED: Final = re.compile(
    r"""(?:const|let|var)\s+\{([^}]{1,500})\}\s*=\s*(?:await\s+)?(?:require|import)\s*\("""
)
_BOUND: Final = re.compile(
    r"""(?:const|let|var|local)\s+([\w$]+)\s*=\s*(?:await\s+)?(?:require|import)\s*\(
        \s*['"][^'"\n]{1,200}['"]\s*\)(?:\.([\w$]+))?""",
    re.VERBOSE,
)
"""A name that is assigned everything, or one thing, that another file exports."""
_AGAIN: Final = re.compile(r"""^\s*export\s[^'"\n;]{0,400}?\bfrom\s*['"][^'"\n]+['"]""", re.M)
_MOD: Final = re.compile(r"^\s*(?:pub(?:\([\w: ]+\))?\s+)?mod\s+(\w+)\s*;", re.M)
_LINE: Final = re.compile(
    r"^\s*(?:import|from|using|use|include|require|@import|@use|#include)\b[^\n]{1,300}", re.M
)
_QUOTED: Final = re.compile(r"""["'<]([^"'<>\n]{1,200})["'>]""")
_FROM: Final = re.compile(r"^\s*from\s+([\w.]+)\s+import\b")
_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|\\)[A-Za-z_*]\w*)*")
_DOTS: Final = re.compile(r"(\.+)([\w.]*)")
_KEYWORDS: Final = frozenset(
    ("import", "from", "use", "pub", "package", "static", "as", "type", "crate", "self", "super",
     "using", "include", "require", "extern", "default", "export", "mod")
)  # fmt: skip
_PLAIN: Final = frozenset(("index", "init", "__init__", "main", "mod", "lib", "doc"))
"""File names that mean their folder when they are imported."""


def lines(text: str) -> tuple[str, ...]:
    """The import lines in the first 20,000 characters of a text without a grammar."""
    return tuple(_LINE.findall(text[:20_000]))


def calls(text: str, language: str | None) -> tuple[str, ...]:
    """Imports that are written as calls or exports, each as a statement with its path in quotes."""
    found = [f'"{target}"' for target in _CALL.findall(text)]
    if language is not None and language.startswith(("javascript", "typescript")):
        found += _AGAIN.findall(text)
        found += [f"require {names}" for names in _DESTRUCTURED.findall(text)]
        found += [f"require {' '.join(names)}" for names in _BOUND.findall(text)]
    elif language == "rust":
        found += [f"mod {name}" for name in _MOD.findall(text)]
    return tuple(found)


def targets(statements: Iterable[str]) -> tuple[str, ...]:
    """The modules and files that import statements name, as they are written."""
    found: dict[str, None] = {}
    for said in statements:
        quoted = _QUOTED.findall(said)
        if quoted:
            found.update(dict.fromkeys(quoted))
            continue
        module = _FROM.match(said)
        if module is not None:
            found[module.group(1)] = None
            # `from . import views` names a module, `from app import run` may name one.
            rest = said[module.end() :]
            found.update((f"{module.group(1)}.{n}", None) for n in _DOTTED.findall(rest)[:50])
            continue
        found.update((n, None) for n in _DOTTED.findall(said)[:50] if n not in _KEYWORDS)
    return tuple(found)


def resolved(target: str, path: str) -> str:
    """An import of a file as a path from the root, if it is relative to that file's folder.

    This covers both `./utils` and `..app`. Any other target is returned unchanged.
    """
    dotted = _DOTS.fullmatch(target)
    if dotted is None and not target.startswith(("./", "../")):
        return target
    folder = posixpath.dirname(path)
    if dotted is None:
        named = posixpath.normpath(posixpath.join(folder, target))
    else:
        up = "../" * (len(dotted.group(1)) - 1)
        inside = dotted.group(2).replace(".", "/")
        named = posixpath.normpath(posixpath.join(folder, up, inside))
    return f"/{named}" if not named.startswith("..") else target


def tail(target: str) -> str:
    """The last part of an import's target, in lower case and without suffix.

    A name that stands for its folder, such as `index`, is left out. `./lib/utils.js`, `lib.utils`
    and `lib/utils/index.js` all give `utils`.
    """
    parts = parts_of(target)
    return parts[-1] if parts else ""


def parts_of(target: str) -> tuple[str, ...]:
    """The parts of a module or file name in lower case, without leading dots and without suffix.

    A last part that stands for its folder, such as `index`, is left out.
    """
    if "/" in target or re.search(r"\.(?:[cm]?[jt]sx?|py|rb|h|hpp|lua|sh|vue|s?css)$", target):
        bare = re.sub(r"\.\w{1,5}$", "", target)
        parts = [p for p in bare.split("/") if p not in ("", ".", "..", "~", "@")]
    else:
        parts = [
            p for p in re.split(r"\.|::|\\", target) if p not in ("", "crate", "self", "super")
        ]
    while len(parts) > 1 and parts[-1].lower() in _PLAIN:
        parts.pop()
    return tuple(p.lower() for p in parts)


def module_of(path: str) -> tuple[str, ...]:
    """The parts of the name by which a file is imported: its folders and its stem, or only its
    folders.
    """
    pure = PurePosixPath(path)
    stem = pure.name.partition(".")[0].lower()
    folders = tuple(p.lower() for p in pure.parts[:-1])
    return folders if stem in _PLAIN and folders else (*folders, stem)


def means(target: str, path: str) -> bool:
    """Whether an import may refer to a file: the parts of the import's name are the last parts of
    the file's path, or all parts of the path are the last parts of the name.
    """
    wanted, have = parts_of(target), module_of(path)
    return bool(wanted) and have[-len(wanted) :] == wanted[-len(have) :]

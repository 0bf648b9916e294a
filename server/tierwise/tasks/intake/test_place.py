"""Where the tests of a file go: by the project's own habits, else by those of its language.

It lists the files of the workspace folder, up to a limit. It reads only a manifest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from tierwise.core.dataclass import dataclass

MOST: Final = 20_000
"""The most folder entries that are listed."""
DEEPEST: Final = 10
"""How many folders deep the search goes."""
SKIPPED: Final = frozenset(
    ("node_modules", "dist", "build", "target", "out", "vendor", "venv", "site-packages",
     "__pycache__", "coverage", "third_party")
)  # fmt: skip
_KINDS: Final = (
    frozenset((".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")),
    frozenset((".py", ".pyi")),
    frozenset((".c", ".h", ".cc", ".cpp", ".cxx", ".hpp")),
    frozenset((".java", ".kt", ".scala")),
)
"""Suffixes of languages that can be tested from one another."""
_NAME: Final = re.compile(
    r"^(?:(?P<before>test[_-])(?P<a>.+)|(?P<b>.+?)(?P<behind>[._-](?:test|spec|tests)|(?:Test|Tests|Spec)))$"
)
_FOLDERS: Final = frozenset(("test", "tests", "__tests__", "spec", "specs"))
_HELPERS: Final = re.compile(
    r"^(?:conftest\.py|(?:spec|rails|test)_helper\.rb|(?:test_?)?(?:helpers?|utils?|support|fixtures?"
    r"|factories|setup)\.\w+|(?:vitest|jest)\.setup\.\w+|helpers?_test\.go)$"
)
HELPERS: Final = 4
"""The most files with fixtures and helpers that are named."""


@dataclass(frozen=True, slots=True)
class TestPlace:
    """The file that tests go to, and what new tests can follow.

    `example` is another test file of the project, given if the file is new. `framework` is what
    runs the tests, "" if unknown.
    """

    path: Path
    helpers: tuple[Path, ...] = ()
    example: Path | None = None
    framework: str = ""


def find(own: Path, root: Path) -> TestPlace:
    """The file that new tests of the file `own` go to, in the workspace folder `root`. It is `own`
    itself if that holds tests.
    """
    files = list(files_of(root))
    tests = [p for p in files if is_test(p.relative_to(root)) and alike(p, own)]
    if own in tests or is_test(own.relative_to(root)):
        path, example = own, None
    else:
        path, example = _target(own, root, tests, files)
    return TestPlace(
        path,
        _helpers(path, root, files),
        example if not path.exists() else None,
        _framework(path, root),
    )


def is_test(path: PurePosixPath | Path) -> bool:
    """Whether a file, by its path within the project, holds tests."""
    return _NAME.match(_stem(path)) is not None or (
        path.suffix == ".rs" and path.parent.name == "tests"
    )


def _target(
    own: Path, root: Path, tests: Sequence[Path], files: Sequence[Path]
) -> tuple[Path, Path | None]:
    subject = _subject(own)
    mine = [p for p in tests if _of(p) == subject]
    near = sorted(tests, key=lambda p: (_apart(p, own), len(p.parts), p.as_posix()))
    if mine:
        return min(mine, key=lambda p: (_apart(p, own), len(p.parts), p.as_posix())), None
    if near:
        return _like(near[0], own, root, files), near[0]
    return _usual(own, root), None


def _like(test: Path, own: Path, root: Path, files: Sequence[Path]) -> Path:
    """The place that another test file of the project suggests."""
    named = _NAME.match(_stem(test))
    name = own.stem if named is None else (
        f"{named['before'] or ''}{own.stem}{named['behind'] or ''}"
    )  # fmt: skip
    name += own.suffix
    home = next((p for p in test.parents if p.name in _FOLDERS and p != root), None)
    if home is None:
        return own.parent / name
    if home == test.parent and any(
        p.parent == home.parent and _subject(p) == _of(test) for p in files
    ):
        return own.parent / home.name / name
    inner = own.parent.relative_to(root)
    for cut in range(len(inner.parts) + 1):
        mirrored = home.joinpath(*inner.parts[cut:])
        if mirrored != home and mirrored.is_dir():
            return mirrored / name
    return (home if home != test.parent and home in {p.parent for p in files} else
            test.parent if home == test.parent else home) / name  # fmt: skip


def _usual(own: Path, root: Path) -> Path:
    """The usual place in a language."""
    name, suffix = own.stem, own.suffix
    inner = own.relative_to(root).as_posix()
    if suffix == ".py":
        return root / "tests" / f"test_{name}.py"
    if suffix == ".go":
        return own.with_name(f"{name}_test.go")
    if suffix == ".rs":
        return root / "tests" / f"{name}.rs"
    if suffix in (".java", ".kt", ".scala"):
        moved = inner.replace("src/main/", "src/test/", 1)
        return (root / moved).with_name(f"{name}Test{suffix}")
    if suffix == ".rb":
        return root / "spec" / f"{name}_spec.rb" if (root / "spec").is_dir() else (
            root / "test" / f"{name}_test.rb")  # fmt: skip
    if suffix == ".lua":
        return root / "spec" / f"{name}_spec.lua"
    return own.with_name(f"{name}.test{suffix}")


def files_of(root: Path) -> Iterator[Path]:
    """The files of a workspace folder, outer ones first, without hidden files, dependencies and
    build results.
    """
    seen, folders = 0, [(root, 0)]
    while folders:
        folder, depth = folders.pop(0)
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > MOST:
                return
            if entry.name.startswith(".") or entry.name in SKIPPED:
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST:
                    folders.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _helpers(path: Path, root: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """Files with fixtures and helpers, nearest first. They lie in the test's folder, in the folders
    around it, or directly below it.
    """
    found = [
        p
        for p in files
        if p != path
        and _HELPERS.match(p.name)
        and (path.is_relative_to(p.parent) or p.parent.parent == path.parent)
        and (p.parent != root or p.name in ("conftest.py", "spec_helper.rb") or "setup" in p.name)
    ]
    return tuple(sorted(found, key=lambda p: (_apart(p, path), p.as_posix()))[:HELPERS])


def _framework(path: Path, root: Path) -> str:
    """What runs the tests, by the project's manifest."""
    suffix = path.suffix
    if suffix == ".go":
        return "go test"
    if suffix == ".rs":
        return "cargo test"
    around = [p for p in path.parents if p.is_relative_to(root)]
    if any(suffix in kinds for kinds in _KINDS[:1]):
        told = _first(around, ("package.json",))
        for name in ("vitest", "jest", "mocha", "ava", "jasmine", "playwright"):
            if re.search(rf'"@?{name}\b', told):
                return name
        return "node --test" if "node --test" in told or told else ""
    if suffix == ".py":
        told = _first(around, ("pyproject.toml", "setup.cfg", "tox.ini", "requirements-dev.txt"))
        if "pytest" in told or any((p / "conftest.py").exists() for p in around):
            return "pytest"
        return "unittest" if "unittest" in told else ""
    if suffix == ".rb":
        return "rspec" if path.name.endswith("_spec.rb") else "minitest"
    return ""


def _first(folders: Sequence[Path], names: Sequence[str]) -> str:
    """The text of the first manifest that exists, innermost folder first. "" if there is none."""
    for folder in folders:
        for name in names:
            try:
                return (folder / name).read_text(encoding="utf-8", errors="replace")[:100_000]
            except OSError:
                continue
    return ""


def _stem(path: PurePosixPath | Path) -> str:
    return path.name.removesuffix(path.suffix)


def _subject(own: Path) -> str:
    """The name by which a file and its tests are matched: its stem, or the name of its folder if
    the stem is generic. In lower case, without `-`, `_` and `.`.
    """
    stem = own.stem
    plain = stem in ("index", "__init__", "mod") and own.parent.name
    return _plain(own.parent.name if plain else stem)


def _of(test: Path) -> str:
    """The name of the file that a test file tests, in the form that `_subject` gives it."""
    found = _NAME.match(_stem(test))
    return _plain((found["a"] or found["b"]) if found is not None else test.stem)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name).lower()


def alike(path: Path, own: Path) -> bool:
    """Whether two files are of languages that can be tested from one another."""
    kinds = next((k for k in _KINDS if own.suffix in k), frozenset((own.suffix,)))
    return path.suffix in kinds


def _apart(one: Path, other: Path) -> int:
    """The number of folders between two files. Folders for tests or sources do not count."""
    a, b = ([p for p in path.parent.parts if p not in _FOLDERS and p not in ("src", "lib")]
            for path in (one, other))  # fmt: skip
    common = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y),
                  min(len(a), len(b)))  # fmt: skip
    return len(a) + len(b) - 2 * common

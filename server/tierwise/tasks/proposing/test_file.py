"""The file that tests of a file belong into."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from tierwise.core.document import Snapshot
from tierwise.tasks.intake.requests import folder_name
from tierwise.tasks.proposing.paths import Paths, Unreadable
from tierwise.tasks.proposing.placement_error import PlacementError


def find(focus: Snapshot | None, paths: Paths) -> tuple[str, str, Snapshot | None]:
    """The test file of the focus: `tests/test_x.py` for `x.py`, `x.test.ts` and so on."""
    if focus is None or focus.path is None:
        raise PlacementError("there is no file to write tests for")
    own = _own_path(focus, paths)
    if _is_test(own.name):
        return focus.uri, own.as_posix(), focus
    if (there := _existing(Path(focus.path), paths)) is not None:
        return there.uri, paths.shown(there), there
    home = Path(focus.path).parent
    around = [root for root in paths.roots if Path(focus.path).is_relative_to(root)]
    base = max(around, key=lambda root: len(root.parts), default=home)
    if own.suffix == ".py":
        wanted = PurePosixPath("tests") / f"test_{own.stem}.py"
    elif own.suffix == ".go":
        wanted = own.with_name(f"{own.stem}_test.go")
    else:
        wanted = own.with_name(f"{own.stem}.test{own.suffix}")
    if not paths.roots:
        wanted = PurePosixPath(wanted.name)
    try:
        doc = paths.at(base / wanted)
    except Unreadable as error:
        raise PlacementError("the test file cannot be read", str(error)) from None
    if doc is not None:
        return doc.uri, paths.shown(doc), doc
    label = f"{folder_name(base, paths.roots)}/" if len(paths.roots) > 1 else ""
    return (base / wanted).as_uri(), f"{label}{wanted.as_posix()}", None


def _is_test(name: str) -> bool:
    """Whether a file holds tests itself, by its name."""
    stem = name.rsplit(".", 1)[0]
    return (
        name.startswith("test_")
        or ".test." in name
        or ".spec." in name
        or stem.endswith(("_test", "_spec", "Test", "Tests"))
    )


def _existing(path: Path, paths: Paths) -> Snapshot | None:
    """The tests of a file that are there, in the places where projects keep them."""
    stem, suffix = path.stem, path.suffix
    names = [f"{stem}.test{suffix}", f"{stem}.spec{suffix}", f"test_{stem}{suffix}",
             f"{stem}_test{suffix}", f"{stem}_spec{suffix}", f"{stem}Test{suffix}",
             f"{stem}Tests{suffix}", f"{stem}-test{suffix}"]  # fmt: skip
    roots = [root for root in paths.roots if path.is_relative_to(root)]
    base = max(roots, key=lambda root: len(root.parts), default=path.parent)
    inside = path.parent.relative_to(base)
    folders = [path.parent, path.parent / "__tests__", path.parent / "tests", path.parent / "test"]
    for top in ("tests", "test", "spec", "__tests__"):
        folders += [base / top / inside, base / top]
        if len(inside.parts) > 1:
            folders.append(base / top / Path(*inside.parts[1:]))
    if "main" in inside.parts:
        folders.append(base / Path(*("test" if p == "main" else p for p in inside.parts)))
    for folder in dict.fromkeys(folders):
        for name in names:
            if (found := paths.at(folder / name)) is not None:
                return found
    return None


def _own_path(focus: Snapshot, paths: Paths) -> PurePosixPath:
    """The path of the task's file within its workspace folder."""
    path = Path(focus.path or "")
    around = [root for root in paths.roots if path.is_relative_to(root)]
    base = max(around, key=lambda root: len(root.parts), default=path.parent)
    return PurePosixPath(path.relative_to(base).as_posix())

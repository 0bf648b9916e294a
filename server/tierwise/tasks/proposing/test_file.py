"""The file that tests of a file belong into."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from tierwise.core.document import Snapshot
from tierwise.tasks.intake.requests import folder_name
from tierwise.tasks.proposing.misplaced import Misplaced
from tierwise.tasks.proposing.paths import Paths, Unreadable


def find(focus: Snapshot | None, paths: Paths) -> tuple[str, str, Snapshot | None]:
    """The test file of the focus: `tests/test_x.py` for `x.py`, `x.test.ts` and so on."""
    if focus is None or focus.path is None:
        raise Misplaced("there is no file to write tests for")
    own = _own_path(focus, paths)
    if own.name.startswith("test_") or ".test." in own.name or own.stem.endswith("_test"):
        return focus.uri, own.as_posix(), focus
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
        raise Misplaced("the test file cannot be read", str(error)) from None
    if doc is not None:
        return doc.uri, paths.shown(doc), doc
    label = f"{folder_name(base, paths.roots)}/" if len(paths.roots) > 1 else ""
    return (base / wanted).as_uri(), f"{label}{wanted.as_posix()}", None


def _own_path(focus: Snapshot, paths: Paths) -> PurePosixPath:
    """The path of the task's file within its workspace folder."""
    path = Path(focus.path or "")
    around = [root for root in paths.roots if path.is_relative_to(root)]
    base = max(around, key=lambda root: len(root.parts), default=path.parent)
    return PurePosixPath(path.relative_to(base).as_posix())

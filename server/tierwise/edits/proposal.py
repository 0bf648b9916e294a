"""A proposal: what an answer would make of which files, as hunks that can be taken one by one.

Each file keeps the text it was made for; a hunk is applied to whatever the document is by
then, if the lines it stands on are still there, and refused otherwise. No text of the
operator's is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.views import HunkKind, HunkState
from tierwise.edits import diff
from tierwise.syntax.languages import of_path
from tierwise.syntax.positions import split_lines


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change of a file. Lines [start, end) of the file's `before` become `lines`."""

    id: str
    start: int
    end: int
    lines: tuple[str, ...]
    state: HunkState = "pending"


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What happens to one file. `before` is the text the hunks are for, "" for a new file.

    A rename or a removal is one hunk without lines; changes of the same file's text are a
    `FileEdit` of their own before it. `confirm` carries why the path needs an explicit yes,
    None where it does not.
    """

    uri: str
    path: str
    kind: HunkKind
    before: str
    after: str
    hunks: tuple[Hunk, ...]
    language: str | None = None
    confirm: str | None = None
    to_uri: str | None = None
    to_path: str | None = None


@dataclass(frozen=True, slots=True)
class NewText:
    """What an answer makes of one file.

    `doc` is None for a new file, `text` None for one that goes. `to` is the URI and path of
    a file that is given another name.
    """

    doc: Snapshot | None
    path: str
    text: str | None
    to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The edit of one task, awaiting apply or discard."""

    id: str
    task_id: str
    files: tuple[FileEdit, ...]
    note: str = ""

    @property
    def pending(self) -> tuple[str, ...]:
        """Ids of the hunks still open."""
        return tuple(h.id for f in self.files for h in f.hunks if h.state == "pending")

    @property
    def applied_hunks(self) -> tuple[str, ...]:
        """Ids of the hunks that were applied."""
        return tuple(h.id for f in self.files for h in f.hunks if h.state == "applied")

    @property
    def taken(self) -> str:
        """Which hunks were applied, of how many: "1.1,1.3/4"."""
        total = sum(len(f.hunks) for f in self.files)
        return f"{','.join(self.applied_hunks)}/{total}"

    def marked(self, ids: Sequence[str], state: HunkState) -> Proposal:
        """The proposal with these hunks in another state."""
        wanted = set(ids)
        files = tuple(
            replace(
                f, hunks=tuple(replace(h, state=state) if h.id in wanted else h for h in f.hunks)
            )
            for f in self.files
        )
        return replace(self, files=files)

    def moved(self, uri: str, to: str) -> Proposal:
        """The proposal with what is still open of a renamed file under its new name."""
        files = tuple(
            replace(f, uri=to) if f.uri == uri and f.kind == "text" else f for f in self.files
        )
        return replace(self, files=files)


@dataclass(frozen=True, slots=True)
class Placed:
    """A hunk as it would be applied to the current text: the range and the text to put there."""

    hunk: Hunk
    range: Range
    new_text: str


def make(edit_id: str, task_id: str, texts: Mapping[str, NewText]) -> Proposal:
    """A proposal from what is to become of each file, by URI."""
    files: list[FileEdit] = []
    for uri, new in texts.items():
        doc, path, after = new.doc, new.path, new.text
        if doc is None:
            if after is not None:
                to, name = new.to or (uri, path)
                hunk = Hunk(f"{len(files) + 1}.1", 0, 0, tuple(split_lines(after)))
                language = of_path(name)
                files.append(FileEdit(to, name, "create", "", after, (hunk,), language))
            continue
        if after is None:
            whole = Hunk(f"{len(files) + 1}.1", 0, len(split_lines(doc.text)), ())
            files.append(FileEdit(uri, path, "delete", doc.text, "", (whole,), doc.language))
            continue
        number = len(files) + 1
        found = tuple(
            Hunk(f"{number}.{n}", h.start, h.end, h.lines)
            for n, h in enumerate(diff.hunks(doc.text, after), 1)
        )
        if found:
            files.append(FileEdit(uri, path, "text", doc.text, after, found, doc.language))
        if new.to is not None and new.to[0] != uri:
            moved = (Hunk(f"{len(files) + 1}.1", 0, 0, ()),)
            files.append(
                FileEdit(uri, path, "rename", after, after, moved, doc.language,
                         to_uri=new.to[0], to_path=new.to[1])
            )  # fmt: skip
    return Proposal(edit_id, task_id, tuple(files))


def place(file: FileEdit, current: str) -> Mapping[str, Placed | None]:
    """Where each pending hunk goes in the current text; None where it no longer fits.

    Hunks follow the lines they stand on: a three-way match of the old text against the
    current one. A hunk whose own lines, or the line right before an insertion, changed
    does not fit.
    """
    pending = [h for h in file.hunks if h.state == "pending"]
    old, now = split_lines(file.before), split_lines(current)
    if file.before == current:
        return {h.id: Placed(h, *_span(now, h.start, h.end, h.lines)) for h in pending}
    where = _line_map(old, now)
    return {h.id: _rebased(h, old, now, where) for h in pending}


def _rebased(hunk: Hunk, old: list[str], now: list[str], where: Mapping[int, int]) -> Placed | None:
    kept = [where.get(i) for i in range(hunk.start, hunk.end)]
    if any(n is None for n in kept):
        return None
    numbers = [n for n in kept if n is not None]
    if numbers:
        first = numbers[0]
        if numbers != list(range(first, first + len(numbers))):
            return None
        return Placed(hunk, *_span(now, first, first + len(numbers), hunk.lines))
    before, after = where.get(hunk.start - 1), where.get(hunk.start)
    if before is not None and (after is None or after == before + 1):
        return Placed(hunk, *_span(now, before + 1, before + 1, hunk.lines))
    if after is not None and (hunk.start == 0 or before == after - 1):
        return Placed(hunk, *_span(now, after, after, hunk.lines))
    return None


def _line_map(old: list[str], now: list[str]) -> dict[int, int]:
    """Old line number to current line number for every line that is still there."""
    import difflib

    matcher = difflib.SequenceMatcher(None, old, now, autojunk=False)
    return {a + k: b + k for a, b, size in matcher.get_matching_blocks() for k in range(size)}


def _span(now: list[str], first: int, last: int, lines: tuple[str, ...]) -> tuple[Range, str]:
    """Range and text of a line replacement, with the final line's missing newline kept right."""
    text = "".join(lines)
    if last < len(now):
        return Range(Position(first, 0), Position(last, 0)), text
    if not now:
        return Range(Position(0, 0), Position(0, 0)), text
    end = Position(len(now) - 1, len(now[-1].rstrip("\r\n")))
    if now[-1].endswith(("\n", "\r")):
        end = Position(len(now), 0)
    start = Position(first, 0) if first < len(now) else end
    return Range(start, end), text

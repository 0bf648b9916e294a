"""A proposal: what an answer would change in which files, as hunks that can be applied one by one.

Each file keeps the text it was made for. From there its hunks follow the document (see
`anchors`). A hunk whose text was touched is refused, so that no text of the operator's is
overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.core.views import HunkKind, HunkState
from tierwise.edits import diff, orphans
from tierwise.edits.anchors import Anchors
from tierwise.edits.spot import Spot
from tierwise.syntax.languages import of_path
from tierwise.syntax.positions import split_lines


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change of a file, which can be applied by itself.

    It replaces the lines [start, end) of the file's `before` by `lines`.
    """

    id: str
    start: int
    end: int
    lines: tuple[str, ...]
    state: HunkState = "pending"


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What happens to one file. `before` is the text the hunks are for, "" for a new file.

    A rename or a removal is one hunk without lines; changes of the same file's text are a
    `FileEdit` of their own before it. `confirm` says why the path needs an explicit yes,
    None if it does not. `unasked` says that the operator did not bring the file into the
    request: it was neither the file in focus, nor attached, nor open.
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
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class NewText:
    """What an answer makes of one file.

    `doc` is None for a new file, `text` None for a deleted one. `to` is the new URI and path of
    a renamed file.
    """

    doc: Snapshot | None
    path: str
    text: str | None
    to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The edit that came of one task, by files. It waits for apply or discard. `note` is a sentence
    for the operator.
    """

    id: str
    task_id: str
    files: tuple[FileEdit, ...]
    note: str = ""

    @property
    def pending(self) -> tuple[str, ...]:
        """Ids of the pending hunks."""
        return tuple(h.id for f in self.files for h in f.hunks if h.state == "pending")

    @property
    def applied_hunks(self) -> tuple[str, ...]:
        """Ids of the hunks that were applied."""
        return tuple(h.id for f in self.files for h in f.hunks if h.state == "applied")

    @property
    def some_open(self) -> bool:
        """Whether a hunk was not applied: it is pending (it may be stale) or discarded."""
        return any(h.state != "applied" for f in self.files for h in f.hunks)

    @property
    def taken(self) -> str:
        """Which hunks were applied, of how many: "1.1,1.3/4"."""
        total = sum(len(f.hunks) for f in self.files)
        return f"{','.join(self.applied_hunks)}/{total}"

    def marked(self, ids: Sequence[str], state: HunkState) -> Proposal:
        """The proposal with these hunks set to another state."""
        wanted = set(ids)
        files = tuple(
            replace(
                f, hunks=tuple(replace(h, state=state) if h.id in wanted else h for h in f.hunks)
            )
            for f in self.files
        )
        return replace(self, files=files)

    def moved(self, uri: str, to: str) -> Proposal:
        """The proposal after a file was renamed: changes of its text are for the new URI (`to`)."""
        files = tuple(
            replace(f, uri=to) if f.uri == uri and f.kind == "text" else f for f in self.files
        )
        return replace(self, files=files)


def make(edit_id: str, task_id: str, texts: Mapping[str, NewText]) -> Proposal:
    """A proposal from the new text of each file, by URI."""
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


def anchors(file: FileEdit) -> Anchors:
    """Where a file's hunks are in the text that they were made for. From there they can be moved
    along with the document.
    """
    lines = split_lines(file.before)
    starts = list(accumulate(map(len, lines), initial=0))
    counts = Counter(lines)
    return Anchors(file.before, [_spot(hunk, lines, starts, counts) for hunk in file.hunks])


def _spot(
    hunk: Hunk, lines: Sequence[str], starts: Sequence[int], counts: Mapping[str, int]
) -> Spot:
    """The place of a hunk. For an insertion it includes the line before it, else the one after."""
    first, last = hunk.start, hunk.end
    own, text = "".join(lines[first:last]), "".join(hunk.lines)
    lead = trail = ""
    if first == last and first > 0:
        first -= 1
        lead = lines[first]
    elif first == last:
        last = min(last + 1, len(lines))
        trail = "".join(lines[first:last])
    owners = orphans.owners(lines, first, last, counts)
    return Spot(hunk.id, starts[first], starts[last], lead + own + trail, lead + text + trail,
                len(lead), len(trail), owners)  # fmt: skip

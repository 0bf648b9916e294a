"""A workspace on disk, in which a test turns answers of a model into drafts as the server does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tierwise.context.ignore import IgnoreRules
from tierwise.core.actions import Action
from tierwise.core.context import Pack
from tierwise.core.document import Position, Range
from tierwise.core.money import Usage
from tierwise.core.request import Request
from tierwise.edits.confine import Confine
from tierwise.lsp.documents.store import DocumentStore
from tierwise.models.call import Result
from tierwise.tasks.proposing.drafts import Draft, made
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.scene import Scene


class Desk:
    """A workspace folder (or several) with files in it, and no editor."""

    def __init__(self, *folders: Path) -> None:
        self.root = folders[0]
        self.docs = DocumentStore(folders=list(folders))
        self.window = SimpleNamespace(
            documents=self.docs, confine=Confine(folders), ignore=IgnoreRules(folders)
        )

    def write(self, files: Mapping[str, str]) -> None:
        """Put files into the first folder."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))

    def draft(
        self,
        path: str,
        span: Range | None,
        text: str,
        *,
        action: Action = "edit",
        instruction: str = "change it as I said",
        stop_reason: str = "end_turn",
        language: str | None = None,
        attached: tuple[str, ...] = (),
        opened: tuple[str, ...] = (),
        pack: Pack | None = None,
    ) -> Draft:
        """An answer about a file read, placed and checked."""
        focus = self.docs.snapshot((self.root / path).as_uri())
        if language is not None:
            focus = type(focus)(focus.uri, focus.path, 1, language, focus.text)
        with_them, beside = [
            tuple(self.docs.snapshot((self.root / name).as_uri()) for name in names)
            for names in (attached, opened)
        ]
        scene = Scene(focus, span, with_them, beside)
        asked = SimpleNamespace(
            id="t", edit_id=None, run=SimpleNamespace(pack=pack, test_path=None), scene=scene,
            request=Request(action, instruction),
        )  # fmt: skip
        answer = Answer(Result(text, stop_reason, Usage(), "m"), "haiku")
        return made(cast(Any, asked), answer, cast(Any, self.window))

    def result(self, draft: Draft, path: str) -> str:
        """What a file would be, were the draft applied; as it is where it is not touched."""
        files = draft.proposal.files if draft.proposal is not None else ()
        found = next((f for f in files if f.path == path and f.kind in ("text", "create")), None)
        return found.after if found is not None else (self.root / path).read_bytes().decode()


def span_of(selection: Mapping[str, Mapping[str, int]]) -> Range:
    """A range from its form on the wire; the characters of the cases are all in one plane."""
    start, end = selection["start"], selection["end"]
    return Range(
        Position(start["line"], start["character"]), Position(end["line"], end["character"])
    )

"""The work of a menu, counted: what its titles share is done once, whatever is open beside it."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from tests.support.window import Screen

from tierwise.app import build
from tierwise.core.document import Snapshot
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.features.text_document.code_action import code_action
from tierwise.lsp.session.session import Session
from tierwise.routing import reading
from tierwise.routing.trees import Trees
from tierwise.store.learned import LearnedFile
from tierwise.syntax import symbols, usages
from tierwise.syntax.per_document import per_document
from tierwise.tasks.engine import TaskEngine
from tierwise.tasks.intake import requests
from tierwise.tasks.known import Known

SPAN = types.Range(types.Position(4, 0), types.Position(7, 0))

LISTED = 8
"""Titles of a selection: seven actions, and the queue of the night."""


def code(number: int) -> str:
    functions = (f"def f{number}_{n}(a):\n    return a + {n}\n\n" for n in range(30))
    return f"import m{number + 1}\n" + "".join(functions)


class Window:
    """A window with so many open documents, and what was done in it by name."""

    def __init__(self, folder: Path, files: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: Counter[str] = Counter()
        self.docs = DocumentStore(folders=[folder])
        env = {
            "TIERWISE_STATE_DIR": str(folder / "state"),
            "TIERWISE_CONFIG": str(folder / "none.toml"),
        }
        self.engine: TaskEngine = build(env, self.docs, Screen())
        self.uris = [(folder / f"d{n % 9}" / f"m{n}.py").as_uri() for n in range(files)]
        for n, uri in enumerate(self.uris):
            self.docs.did_open(types.TextDocumentItem(uri, "python", 1, code(n)))
        self.version = 1
        usages._imported.cache_clear()
        reading._kept.cache_clear()
        self._count(monkeypatch, requests, "of_task")
        self._count(monkeypatch, usages, "_imported")
        self._count(monkeypatch, symbols, "occurrences")
        self._count(monkeypatch, Trees, "_leaf")
        stamp: Any = vars(LearnedFile)["stamp"].fget
        counted = property(self._counted("stamp", stamp))
        monkeypatch.setattr(LearnedFile, "stamp", counted)

    def _count(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        monkeypatch.setattr(owner, name, self._counted(name, getattr(owner, name)))

    def _counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            self.done[name] += 1
            return function(*args)

        return called

    def menu(self) -> Sequence[str]:
        """The titles at a place of the first document."""
        session = Session({}, None, None)  # type: ignore[arg-type]  # no editor is told anything
        session.docs = self.docs
        built: asyncio.Future[TaskEngine] = asyncio.Future()
        built.set_result(self.engine)
        known: asyncio.Future[Known] = asyncio.Future()
        known.set_result(self.engine.world.known)
        session._engine, session._titles = built, known
        session.settings_known.set()
        explicit = types.CodeActionTriggerKind.Invoked
        context = types.CodeActionContext(diagnostics=[], trigger_kind=explicit)
        document = types.TextDocumentIdentifier(self.uris[0])
        params = types.CodeActionParams(document, SPAN, context)

        async def asked() -> list[types.CodeAction]:
            return await code_action(session, params)

        self.done.clear()
        return [action.title for action in asyncio.get_event_loop().run_until_complete(asked())]

    def type(self) -> None:
        """A keystroke in the first document, below the place that is asked about."""
        self.version += 1
        at = types.Position(40, 0)
        change = types.TextDocumentContentChangePartial(range=types.Range(at, at), text="#\n")
        self.docs.did_change(self.uris[0], self.version, [change])


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Window]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return lambda files: Window(tmp_path / str(files), files, monkeypatch)


def test_a_menu_makes_one_request_and_looks_at_what_was_learned_once(
    window: Callable[[int], Window],
) -> None:
    opened = window(3)
    assert len(opened.menu()) == LISTED
    assert opened.done["of_task"] == 1
    assert opened.done["stamp"] == 1


def test_the_same_place_is_read_once(window: Callable[[int], Window]) -> None:
    opened = window(3)
    first = opened.menu()
    walked = opened.done["_leaf"]
    weights = opened.engine.world.window.weights
    ensembles = [*(cut.trees for cut in weights.cuts), weights.forest, weights.accept_forest]
    whole = sum(len(trees.roots) for trees in ensembles)
    assert 0 < walked < 7 * whole / 2
    assert opened.menu() == first
    assert opened.done["_leaf"] == 0


@pytest.mark.parametrize("files", [10, 300])
def test_a_keystroke_reads_one_document_however_many_are_open(
    window: Callable[[int], Window], files: int
) -> None:
    opened = window(files)
    opened.menu()
    assert opened.done["_imported"] == files
    opened.type()
    titles = opened.menu()
    assert len(titles) == LISTED
    assert opened.done["_imported"] == 1
    assert opened.done["occurrences"] == 1
    assert opened.menu() == titles
    assert opened.done["_imported"] == opened.done["occurrences"] == 0


def test_a_fact_is_worked_out_once_per_document_and_goes_with_it() -> None:
    asked: list[str] = []

    @per_document
    def length(doc: Snapshot) -> int:
        asked.append(doc.uri)
        return len(doc.text)

    docs = [Snapshot(f"file:///{n}", None, 1, None, "x" * n) for n in range(500)]
    for _ in range(3):
        assert [length(doc) for doc in docs] == list(range(500))
    assert len(asked) == 500
    known = inspect.getclosurevars(length).nonlocals["known"]
    assert len(known) == 500
    changed = Snapshot("file:///7", None, 2, None, "y")
    assert length(changed) == 1
    del docs
    gc.collect()
    assert len(known) == 1

"""Who asks for titles while the server starts: what waits, for how long, and who goes first."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from lsprotocol import types

from tierwise.lsp.features.text_document import code_action
from tierwise.lsp.session.session import Session
from tierwise.tasks.engine import TaskEngine
from tierwise.tasks.known import Known

ENGINE = cast(TaskEngine, object())
KNOWN = cast(Known, object())


def session(build: Any) -> Session:
    return Session({}, cast(Any, None), build)


def asked(trigger: types.CodeActionTriggerKind) -> types.CodeActionParams:
    place = types.Range(types.Position(0, 0), types.Position(0, 0))
    context = types.CodeActionContext(diagnostics=[], trigger_kind=trigger)
    return types.CodeActionParams(types.TextDocumentIdentifier("file:///a.py"), place, context)


async def test_an_automatic_request_gives_up_and_an_explicit_one_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_title = asyncio.Event()

    async def build(own: Session) -> TaskEngine:
        await may_title.wait()
        await own.can_title(KNOWN)
        return ENGINE

    monkeypatch.setattr(code_action, "QUIET_WITHIN", 0.0)
    own = session(build)
    own.settings_known.set()
    automatic = asked(types.CodeActionTriggerKind.Automatic)
    assert await code_action.code_action(own, automatic) == []
    explicit = asyncio.ensure_future(
        code_action.code_action(own, asked(types.CodeActionTriggerKind.Invoked))
    )
    await asyncio.sleep(0)
    assert not explicit.done()
    may_title.set()
    assert await explicit == [], "there is no such document"


async def test_the_rest_of_the_start_comes_after_the_titles_that_were_waited_for() -> None:
    order: list[str] = []
    asking = asyncio.Event()

    async def build(own: Session) -> TaskEngine:
        await asking.wait()
        await own.can_title(KNOWN)
        order.append("rest")
        return ENGINE

    own = session(build)
    own.settings_known.set()

    async def ask() -> None:
        asking.set()
        async with own.titles() as known:
            assert known is KNOWN
            await asyncio.sleep(0)
            order.append("titles")

    await asyncio.gather(ask(), ask())
    assert await own.engine() is ENGINE
    assert order == ["titles", "titles", "rest"]


async def test_titles_wait_for_the_settings_that_were_asked_for() -> None:
    async def build(own: Session) -> TaskEngine:
        await own.can_title(KNOWN)
        return ENGINE

    own = session(build)
    order: list[str] = []

    async def ask() -> None:
        async with own.titles():
            order.append("titles")

    waiting = asyncio.ensure_future(ask())
    await own.known()
    order.append("settings")
    own.settings_known.set()
    await waiting
    assert order == ["settings", "titles"]


async def test_an_engine_that_cannot_be_built_fails_whoever_waits() -> None:
    async def build(own: Session) -> TaskEngine:
        raise ValueError("no engine")

    own = session(build)
    with pytest.raises(ValueError, match="no engine"):
        async with own.titles():
            pass
    with pytest.raises(ValueError, match="no engine"):
        await own.engine()

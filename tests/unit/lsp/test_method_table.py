"""The table of methods: every one has a handler of its name, and names what it takes and gives."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import cast

import pytest

from tierwise.core import errors
from tierwise.lsp import dispatch, method_table
from tierwise.lsp.messages.base import Message
from tierwise.lsp.method_table import Method
from tierwise.lsp.server import Server
from tierwise.lsp.session.session import Session

OWN = (*method_table.REQUESTS, *method_table.NOTIFICATIONS, *method_table.COMMANDS)
ALL = (*method_table.BUILT_IN, *method_table.AT_ONCE, *method_table.STANDARD, *OWN)


@pytest.mark.parametrize("method", ALL, ids=lambda m: m.name)
def test_a_method_has_a_handler_with_a_sentence(method: Method) -> None:
    handler = dispatch.handler_of(method)
    assert handler.__name__ == method.function
    assert (handler.__doc__ or "").strip()
    assert next(iter(inspect.signature(handler).parameters)) == "session"


@pytest.mark.parametrize("method", OWN, ids=lambda m: m.name)
def test_a_method_of_ours_takes_a_message_and_names_errors_that_are_there(method: Method) -> None:
    params, result = dispatch.types_of(dispatch.handler_of(method))
    assert params is None or issubclass(params, Message)
    assert (result is type(None)) == (method in method_table.NOTIFICATIONS)
    assert set(method.errors) <= {getattr(kind, "name", "") for kind in vars(errors).values()}


def test_the_handler_of_ours_is_found_by_the_name_alone() -> None:
    where = {m.name: (m.module, m.function) for m in OWN}
    assert where["tierwise/chat/send"] == ("chat", "send")
    assert where["tierwise.task.rerunOn"] == ("task", "rerun_on")
    assert where["tierwise/status"] == ("status", "status")
    assert not any(m.file for m in OWN)


def test_every_method_is_registered_before_the_engine_is_there() -> None:
    manager = Server({}).protocol.fm
    known = set(manager.features) | set(manager.builtin_features)
    assert {m.name for m in ALL if m not in method_table.COMMANDS} <= known
    assert set(manager.commands) == {m.name for m in method_table.COMMANDS}


def test_no_message_is_imported_before_initialize_is_answered() -> None:
    heavy = "pydantic", "anthropic", "sqlalchemy", "tierwise.app", "tierwise.lsp.messages.base"
    code = f"""
import sys
from tierwise.lsp.server import Server
from tierwise.lsp.session.session import Session
Server({{}})
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_an_empty_list_is_no_params_since_lua_has_one_empty_table() -> None:
    class Engine:
        async def usage(self) -> list[object]:
            return []

    class Asked:
        async def engine(self) -> Engine:
            return Engine()

    (query,) = [m for m in method_table.REQUESTS if m.name == "tierwise/usage/query"]
    answer = dispatch.bound(query, cast("Session", Asked()))
    nothing: tuple[object, ...] = ([], None, {})
    assert [await answer(given) for given in nothing] == [{"scopes": []}] * 3
    with pytest.raises(errors.BadRequest):
        await answer(["x"])

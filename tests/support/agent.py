"""A simulated agent for tests of the gateway.

It sends Messages bodies, answers tool calls with results and reads the headers of answers.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

import aiohttp

from tierwise.gateway.serve import Listening
from tierwise.store.reservations import ReservationRow, recomputed, stored

TOOLS: Final = [
    {"name": name, "description": f"{name} something", "input_schema": {"type": "object"}}
    for name in ("Read", "Edit", "Bash")
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def tier(self) -> str | None:
        return self.headers.get("x-tierwise-tier")

    @property
    def kind(self) -> str | None:
        return self.headers.get("x-tierwise-kind")

    @property
    def task(self) -> str | None:
        return self.headers.get("x-tierwise-task")

    @property
    def message(self) -> str:
        return str(self.data["error"]["message"])


class Agent:
    """A client with a session of its own."""

    def __init__(self, listening: Listening, session: str | None = None) -> None:
        self.listening = listening
        self.url = listening.url
        self.session = session or str(uuid.uuid4())
        self.headers: dict[str, str] = {
            "authorization": f"Bearer {listening.gateway.tokens.models}",
            "anthropic-version": "2023-06-01",
            "x-claude-code-session-id": self.session,
        }
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Agent:
        self._http = aiohttp.ClientSession(auto_decompress=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._http is not None
        await self._http.close()

    @property
    def http(self) -> aiohttp.ClientSession:
        assert self._http is not None
        return self._http

    @property
    def operator(self) -> dict[str, str]:
        """The headers of the operator."""
        return {"authorization": f"Bearer {self.listening.gateway.tokens.operator}"}

    async def ask(
        self,
        messages: str | Sequence[Mapping[str, Any]],
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        path: str = "/v1/messages",
        **more: Any,
    ) -> Answer:
        """Send a body; `more` are further members of it, None leaves one out."""
        body = raw if raw is not None else body_of(messages, **more)
        return await self.send("POST", path, body, headers)

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any request, with these headers over the agent's own."""
        data = json.dumps(body).encode() if isinstance(body, Mapping) else body
        async with self.http.request(
            method, self.url + path, data=data, headers={**self.headers, **(headers or {})}
        ) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, await response.read())

    async def loop(self, words: str, *, stream: bool = False, **more: Any) -> list[Answer]:
        """A whole turn: ask, and ask again with a result for each tool call."""
        messages: list[dict[str, Any]] = [user(words)]
        answers: list[Answer] = []
        while True:
            answer = await self.ask(messages, stream=stream, **more)
            answers.append(answer)
            if answer.status != 200:
                return answers
            content = answer.data["content"]
            uses = [block for block in content if block["type"] == "tool_use"]
            if not uses:
                return answers
            messages += [{"role": "assistant", "content": content}, results(uses)]

    async def reservations(self) -> list[ReservationRow]:
        """Every reservation of the ledger, the oldest first."""
        import sqlalchemy as sa

        from tierwise.store import schema

        table = schema.reservations
        office = self.listening.gateway.office
        await self.listening.gateway.calls.idle()
        await office.journal.flush()
        rows = await office.window.ledger.read(
            lambda conn: (
                conn.execute(sa.select(table).order_by(table.c.created_ms)).mappings().all()
            )
        )
        return [ReservationRow(**row) for row in rows]

    async def consistent(self) -> bool:
        """Whether the sums of the ledger are what its reservations add up to."""
        ledger = self.listening.gateway.office.window.ledger
        return await ledger.read(lambda conn: stored(conn) == recomputed(conn))


def body_of(messages: str | Sequence[Mapping[str, Any]], **more: Any) -> bytes:
    """A Messages body with tools, as an agent sends it."""
    said = [user(messages)] if isinstance(messages, str) else list(messages)
    body: dict[str, Any] = {
        "model": "claude-auto",
        "max_tokens": 8_000,
        "messages": said,
        "tools": TOOLS,
        **more,
    }
    return json.dumps({k: v for k, v in body.items() if v is not None}).encode()


def user(words: str) -> dict[str, Any]:
    """A message with the operator's words, behind a reminder of the client's."""
    reminder = "<system-reminder>\nArchitecture, migration, security, refactor.\n</system-reminder>"
    return {
        "role": "user",
        "content": [{"type": "text", "text": reminder}, {"type": "text", "text": words}],
    }


def assistant(text: str) -> dict[str, Any]:
    """An answer of the model."""
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def used(name: str, number: int, **given: Any) -> dict[str, Any]:
    """A tool call of the model."""
    block = {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": given}
    return {"role": "assistant", "content": [block]}


def result(number: int, text: str, *, failed: bool = False) -> dict[str, Any]:
    """What a tool gave back."""
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": f"toolu_{number}"}
    block["content"] = text
    if failed:
        block["is_error"] = True
    return {"role": "user", "content": [block]}


def results(uses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A result for each tool call of an answer."""
    content = [{"type": "tool_result", "tool_use_id": use["id"], "content": "done"} for use in uses]
    return {"role": "user", "content": content}

"""A small HTTP server on loopback that speaks the Messages API, streaming included."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.models.rehearsal import catalog, http, streaming
from tierwise.models.rehearsal.answers import answer
from tierwise.models.rehearsal.cache import PromptCache
from tierwise.models.rehearsal.faults import Fault, Faults
from tierwise.models.rehearsal.reading import ReadPrompt, read

CHARS_PER_TOKEN: Final = 3.0
"""Characters per token of the rehearsal tokenizer. Usage follows from the text alone."""


@dataclass
class RehearsalServer:
    """A model server on loopback that costs nothing and answers by rule, as if it were a model.

    `requests` keeps the bodies it received, so that tests see what left the machine.
    """

    faults: Faults = field(default_factory=Faults)
    cache: PromptCache = field(default_factory=PromptCache)
    requests: list[dict[str, Any]] = field(default_factory=list)
    bills: list[dict[str, Any]] = field(default_factory=list)
    """The true usage of each answered stream, even if another one was reported."""
    watched: bool = True
    """Whether bodies are kept and faults can be set over HTTP. It is for tests only: any program on
    the machine could read the bodies."""
    answers: Callable[[ReadPrompt], str] = answer
    """Makes the answer to a prompt, unless a fault has a text of its own."""
    connections: int = 0
    """How many connections were opened."""
    began: list[float] = field(default_factory=list)
    """When the first event of each stream was sent (`time.perf_counter`)."""
    gone: list[float] = field(default_factory=list)
    """When clients disconnected before the end of their stream (`time.perf_counter`)."""
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def cancelled(self) -> int:
        """How many streams had a client that disconnected before the end."""
        return len(self.gone)

    async def start(self, port: int = 0) -> RehearsalServer:
        """Listen on loopback; port 0 takes a free one."""
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", port, limit=32 * 1024 * 1024, backlog=512
        )
        return self

    @property
    def base_url(self) -> str:
        """The address it listens at. Raises `RuntimeError` before `start`."""
        if self._server is None:
            raise RuntimeError("the rehearsal server was not started")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and end all streams."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Nothing was being streamed: the client has finished with its connection.
            pass
        except asyncio.CancelledError:
            # Only `close` cancels; letting it out would make asyncio log a finished server.
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked = await http.read(reader)
        match asked.method, asked.path:
            case "POST", "/_faults" if self.watched:
                self.faults.told(asked.data)
                if asked.data.get("forget"):
                    self.requests.clear()
                http.reply(writer, 200, {"ok": True})
            case _, "/_requests" if self.watched:
                found = {"requests": self.requests, "cancelled": self.cancelled}
                found |= {"began": self.began, "gone": self.gone}
                http.reply(writer, 200, found)
            case "GET", "/v1/models":
                http.reply(writer, 200, catalog.listing())
            case "POST", "/v1/messages/count_tokens":
                http.reply(writer, 200, {"input_tokens": _tokens(_prompt_text(asked.data))})
            case "POST", "/v1/messages":
                if self.watched:
                    self.requests.append(asked.data)
                return await self._message(reader, writer, asked)
            case _:
                missing = http.error("not_found_error", f"no such path: {asked.path}")
                http.reply(writer, 404, missing)
        await writer.drain()
        return True

    async def _message(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        asked: http.ReceivedRequest,
    ) -> bool:
        data = asked.data
        fault = self.faults.take(str(data.get("model", "")))
        if not asked.headers.get("x-api-key") and not asked.headers.get("authorization"):
            fault = Fault(status=401, kind="authentication_error")
        if not data.get("stream"):
            await asyncio.sleep(fault.first_delay)
            return await self._whole(writer, data, fault)
        watch = asyncio.ensure_future(reader.read(1))
        sending = asyncio.ensure_future(self._answer(writer, data, fault))
        done, _ = await asyncio.wait({watch, sending}, return_when=asyncio.FIRST_COMPLETED)
        if sending not in done:
            self.gone.append(time.perf_counter())
            sending.cancel()
        watch.cancel()
        await asyncio.gather(watch, sending, return_exceptions=True)
        return False

    async def _answer(
        self, writer: asyncio.StreamWriter, data: dict[str, Any], fault: Fault
    ) -> None:
        await asyncio.sleep(fault.first_delay)
        if fault.status:
            _refuse(writer, fault)
            await writer.drain()
            return
        text, stop = self._text(data, fault)
        usage = {**self.cache.usage(data, _tokens), "output_tokens": _tokens(text)}
        if self.watched:
            self.bills.append({"model": data.get("model", ""), **usage})
        await streaming.send(writer, data, text, stop, usage, fault, self.began.append)

    async def _whole(
        self, writer: asyncio.StreamWriter, data: dict[str, Any], fault: Fault
    ) -> bool:
        """Answer a client that does not stream, in one piece.

        Returns True: the connection stays open.
        """
        if fault.status:
            _refuse(writer, fault)
        else:
            text, stop = self._text(data, fault)
            usage = {**self.cache.usage(data, _tokens), "output_tokens": _tokens(text)}
            http.reply(writer, 200, streaming.message(data, text, stop, usage))
        await writer.drain()
        return True

    def _text(self, data: Mapping[str, Any], fault: Fault) -> tuple[str, str]:
        """The text of an answer and its stop reason, within the requested number of tokens."""
        text = fault.text if fault.text is not None else self.answers(read(_user_texts(data)))
        limit = int(data.get("max_tokens", 1024)) * int(CHARS_PER_TOKEN)
        return (text[:limit], "max_tokens") if len(text) > limit else (text, fault.stop_reason)


def _refuse(writer: asyncio.StreamWriter, fault: Fault) -> None:
    extra = {**fault.headers, "connection": "close"}
    if fault.retry_after:
        extra["retry-after"] = fault.retry_after
    said = fault.body if fault.body is not None else http.error(fault.kind, fault.message)
    http.reply(writer, fault.status, said, extra)


def _tokens(text: str) -> int:
    return max(1, math.ceil(len(text) / CHARS_PER_TOKEN))


def _prompt_text(data: Mapping[str, Any]) -> str:
    parts = [_flat(data.get("system", ""))]
    parts += [_flat(message.get("content", "")) for message in data.get("messages", [])]
    return "".join(parts)


def _user_texts(data: Mapping[str, Any]) -> str:
    """All texts of the user's turns. Context is in the turn that first sent it."""
    messages = data.get("messages") or []
    return "\n".join(_flat(m.get("content", "")) for m in messages if m.get("role") == "user")


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(block.get("text", "")) for block in content)

"""The protocol on top of pygls: every request gets exactly one response, even a malformed one.

pygls dispatches messages. This file adds what pygls lacks: checks of the envelope, params of our
own messages as plain data, errors with a name and without a traceback, cancellation that reaches
the work of a command, and refusals before `initialize` and after `shutdown`.
"""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import json
import logging
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    LanguageServerProtocol,
    lsp_method,
)

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.lsp.wire.failures import (
    CANCELLED,
    INTERNAL,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    NOT_INITIALIZED,
    PARSE_ERROR,
    described,
)
from tierwise.lsp.wire.framing import Frame, is_id, loads, sniff_id

log = logging.getLogger(__name__)

OWN_VERSION: Final = 1
"""Version of our own messages."""


class Protocol(LanguageServerProtocol):
    """The protocol class of pygls with the additions of this file."""

    initialized_once = False
    tiers: Callable[[], Sequence[str]] = staticmethod(lambda: ())
    """Returns the names of the configured tiers. It is called when `initialize` is answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._notified = itertools.count()

    def feed(self, frame: Frame) -> None:
        """Handle one frame (the bytes of a message). Never raises."""
        if frame.problem:
            self.refuse(frame.id, INVALID_REQUEST, f"The message {frame.problem}.")
            return
        try:
            data = loads(frame.body)
        except RecursionError:
            self.refuse(sniff_id(frame.body), INVALID_REQUEST, "The message is nested too deeply.")
            return
        except (ValueError, UnicodeDecodeError):
            self.refuse(sniff_id(frame.body), PARSE_ERROR, "The message is not valid JSON.")
            return
        if not isinstance(data, dict):
            what = "Batches are not supported." if isinstance(data, list) else "Not a message."
            self.refuse(None, INVALID_REQUEST, what)
            return
        try:
            self._envelope(data)
        except RecursionError:
            self.refuse(_id(data), INVALID_REQUEST, "The message is nested too deeply.")
        except Exception:
            log.exception("a message could not be handled")
            if "method" in data and "id" in data:
                self.refuse(_id(data), INTERNAL, "The request could not be handled.")

    def refuse(self, msg_id: int | str | None, code: int, message: str) -> None:
        """Answer with an error."""
        error = types.ResponseError(code=code, message=message)
        self._send_data(types.ResponseErrorMessage(id=msg_id, error=error))

    def _envelope(self, data: dict[str, Any]) -> None:
        method, has_id = data.get("method"), "id" in data
        if method is None and has_id and ("result" in data or "error" in data):
            self._response(data)
            return
        if not isinstance(method, str) or data.get("jsonrpc") != "2.0":
            self.refuse(_id(data), INVALID_REQUEST, "Not a JSON-RPC 2.0 message.")
            return
        if has_id and not is_id(data["id"]):
            self.refuse(None, INVALID_REQUEST, "An id is a number or a text.")
            return
        if not self._in_state(data, method, has_id):
            return
        try:
            message = self._structured(data, method, has_id)
        except Exception:
            log.info("%s: params that do not fit", method[:80])
            if has_id:
                self.refuse(data["id"], INVALID_PARAMS, f"The params of {method[:80]} do not fit.")
            return
        context = contextvars.copy_context()
        if has_id:
            context.run(self._handle_request, data["id"], method, getattr(message, "params", None))
        else:
            context.run(self._handle_notification, method, getattr(message, "params", None))

    def _in_state(self, data: dict[str, Any], method: str, has_id: bool) -> bool:
        """True if this message is allowed in the current state. Else a request is refused here."""
        if method == types.INITIALIZE and has_id:
            if self.initialized_once:
                self.refuse(data["id"], INVALID_REQUEST, "The server is initialized already.")
                return False
            return True
        if method == types.EXIT:
            return True
        if not self.initialized_once:
            if has_id:
                self.refuse(data["id"], NOT_INITIALIZED, "The server is not initialized yet.")
            return False
        if self._shutdown:
            if has_id:
                self.refuse(data["id"], INVALID_REQUEST, "The server is shutting down.")
            return False
        return True

    def _structured(self, data: dict[str, Any], method: str, has_id: bool) -> Any:
        kind = self.get_message_type(method)
        if kind is not None:
            return self._converter.structure({"params": None, **data}, kind)
        params = data.get("params")
        if has_id:
            return JsonRPCRequestMessage(data["id"], method, "2.0", params)
        return JsonRPCNotification(method, "2.0", params)

    def _response(self, data: dict[str, Any]) -> None:
        """Take a client's answer to one of our requests. A malformed answer counts as an error."""
        msg_id = data["id"]
        if not is_id(msg_id) or msg_id not in self._result_types:
            return
        kind = self._result_types.pop(msg_id)
        if data.get("error") is not None:
            error = data["error"] if isinstance(data["error"], dict) else {}
            failed = types.ResponseError(
                code=INTERNAL, message=str(error.get("message", "the client refused"))[:500]
            )
            self._handle_response(msg_id, None, failed)
            return
        try:
            result = self._converter.structure(data, kind).result if kind else data.get("result")
        except Exception:
            failed = types.ResponseError(code=INVALID_PARAMS, message="an answer that does not fit")
            self._handle_response(msg_id, None, failed)
            return
        self._handle_response(msg_id, result)

    def _handle_request(self, msg_id: Any, method_name: str, params: Any) -> None:
        if msg_id in self._request_futures:
            self.refuse(msg_id, INVALID_REQUEST, "A request with this id is running.")
            return
        try:
            handler = self._get_handler(method_name)
        except JsonRpcMethodNotFound:
            self.refuse(msg_id, METHOD_NOT_FOUND, f"There is no method {method_name[:80]}.")
            return
        self._ctx_msg_id.set(msg_id)

        def answer(future: Future[Any]) -> None:
            self._send_handler_result(future, msg_id=msg_id)

        self._execute_handler(msg_id=msg_id, handler=handler, args=(params,), callback=answer)

    def _send_handler_result(self, future: Future[Any], *, msg_id: Any) -> None:
        self._request_futures.pop(msg_id, None)
        try:
            if future.cancelled():
                raise asyncio.CancelledError
            self._send_response(msg_id, result=future.result())
        except asyncio.CancelledError:
            self.refuse(msg_id, CANCELLED, "Cancelled.")
        except Exception as error:
            self._send_error(msg_id, error)

    def _send_error(self, msg_id: Any, error: Exception) -> None:
        code, name, message = described(error)
        body = types.ResponseError(code=code, message=message, data={"name": name})
        self._send_data(types.ResponseErrorMessage(id=msg_id, error=body))

    def _send_data(self, data: Any) -> None:
        """Write a message. If a result cannot be serialised, send an error in its place."""
        if self.writer is None:
            return
        try:
            body = json.dumps(data, default=self._serialize_message).encode()
        except Exception:
            log.exception("a message could not be written")
            if getattr(data, "id", None) is not None and hasattr(data, "result"):
                self.refuse(data.id, INTERNAL, "The answer could not be written.")
            return
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def tell(self, method: str, params: Mapping[str, Any]) -> None:
        """Send a notification whose params are plain data."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def send_request(
        self,
        method: str,
        params: Any = None,
        callback: Any = None,
        msg_id: int | str | None = None,
    ) -> Future[Any]:
        """Send a request to the client. The request is forgotten if its future is cancelled."""
        msg_id = msg_id if msg_id is not None else str(uuid.uuid4())
        future: Future[Any] = super().send_request(method, params, callback, msg_id)

        def forget(done: Future[Any]) -> None:
            if done.cancelled():
                self._request_futures.pop(msg_id, None)
                self._result_types.pop(msg_id, None)

        future.add_done_callback(forget)
        return future

    def _check_handler_result(self, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if isinstance(error, Exception):
            _, _, message = described(error)
            log.info("a notification failed: %s", message)

    def _handle_notification(self, method_name: str, params: Any) -> None:
        if method_name == types.CANCEL_REQUEST:
            if is_id(params.id) and params.id not in self._result_types:
                future = self._request_futures.get(params.id)
                if future is not None:
                    future.cancel()
            return
        try:
            handler = self._get_handler(method_name)
        except JsonRpcMethodNotFound:
            return
        key = f"notification-{next(self._notified)}"

        def over(future: Future[Any]) -> None:
            self._request_futures.pop(key, None)
            self._check_handler_result(future)

        self._execute_handler(msg_id=key, handler=handler, args=(params,), callback=over)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Answer `initialize`. Beside the standard capabilities the answer names the version of our
        own messages, and the tiers.
        """
        result = yield from super().lsp_initialize(params)
        self.initialized_once = True
        result.capabilities.experimental = {
            "tierwise": {"version": OWN_VERSION, "tiers": list(self.tiers())}
        }
        return result

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Cancel the task of a progress token. A token of a wrong type is ignored."""
        if is_id(params.token):
            super().lsp_work_done_progress_cancel(params)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> Generator[Any, Any, None]:
        """Cancel the running requests. Each is answered as cancelled before the client's `exit`."""
        own = self.msg_id
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != own and not future.done():
                future.cancel()
        self._shutdown = True
        yield from ()

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # awaited, not yielded
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Run a command in the request's own task, so that a cancel reaches its work."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise BadRequest(ErrorReason.of("unknown_command", command=params.command[:80]))
        return await handler(*(params.arguments or []))


def _id(data: dict[str, Any]) -> int | str | None:
    value = data.get("id")
    return value if is_id(value) else None

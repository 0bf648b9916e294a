"""Requests to the editor: apply an edit, ask a question, show a document. Each has a time limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from tierwise.syntax.positions import Encoding

if TYPE_CHECKING:
    from tierwise.lsp.messages.base import Push

T = TypeVar("T")
log = logging.getLogger(__name__)

ANSWER_WITHIN: Final = 15.0
"""The most seconds that a client may take to answer a request that needs no human."""
HUMAN_WITHIN: Final = 600.0
"""Seconds a question waits for the operator."""
TOKEN_WITHIN: Final = 5.0
"""Seconds a client has to accept a progress token."""
_LEVELS: Final = {
    "info": types.MessageType.Info,
    "warning": types.MessageType.Warning,
    "error": types.MessageType.Error,
}


class Editor:
    """Sends requests and notifications to the connected editor."""

    def __init__(
        self, server: LanguageServer, tell: Callable[[str, Mapping[str, Any]], None]
    ) -> None:
        """`tell` sends a notification whose params are plain data."""
        self._server = server
        self._tell = tell
        self.congested: Callable[[], bool] = lambda: False
        """Whether the client is not reading what is sent."""
        self.wait_until_written: Callable[[], None] = lambda: None
        """Block until everything queued is written to the client."""

    @property
    def encoding(self) -> Encoding:
        """The position encoding the client was promised."""
        kind = self._server.workspace.position_encoding
        chosen = str(getattr(kind, "value", kind))
        return "utf-8" if chosen == "utf-8" else "utf-32" if chosen == "utf-32" else "utf-16"

    @property
    def shut_down(self) -> bool:
        """Whether the client said `shutdown`."""
        return bool(self._server.protocol._shutdown)

    def push(self, message: Push) -> None:
        """Send a notification of ours.

        It goes out as plain data. The protocol library would first turn each piece of an answer
        into an object and then take it apart again, which costs time.
        """
        self._tell(message.method, message.wire())

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        """Show a sentence to the operator."""
        self._server.window_show_message(
            types.ShowMessageParams(type=_LEVELS[level], message=f"Tierwise: {text}")
        )

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        """Ask a question with buttons. None if the client cannot ask, or nobody answered.

        Every client gets it: the request is part of the protocol from its beginning, and the
        capability of that name is only about extra properties of a button.
        """
        answer = await within(
            self._server.window_show_message_request_async(
                types.ShowMessageRequestParams(
                    type=types.MessageType.Warning,
                    message=f"Tierwise: {question}",
                    actions=[types.MessageActionItem(title=option) for option in options],
                )
            ),
            HUMAN_WITHIN,
        )
        title = getattr(answer, "title", None)
        return title if title in options else None

    async def apply(
        self, edit: types.WorkspaceEdit, label: str, *, saved: bool = False
    ) -> types.ApplyWorkspaceEditResult | None:
        """Have the editor apply an edit. None if the editor did not answer.

        `saved` asks the editor to save the files, as it does after its own rename. An editor may
        show the edit to the operator first, so the limit is `HUMAN_WITHIN`.
        """
        about = types.WorkspaceEditMetadata(is_refactoring=True) if saved else None
        return await within(
            self._server.workspace_apply_edit_async(
                types.ApplyWorkspaceEditParams(edit=edit, label=label, metadata=about)
            ),
            HUMAN_WITHIN,
        )

    async def show_document(self, uri: str, *, outside: bool = False) -> bool:
        """Open a document in the editor without taking the focus, or `outside` in the browser.

        Returns whether the client opened it.
        """
        shown = await within(
            self._server.window_show_document_async(
                types.ShowDocumentParams(uri=uri, external=outside, take_focus=outside)
            )
        )
        return bool(shown is not None and shown.success)

    async def refresh_lenses(self) -> None:
        """Ask the client to ask for lenses again."""
        await within(self._server.workspace_code_lens_refresh_async(None))

    async def watch_files(self, glob: str) -> None:
        """Ask the client to report files that are written, created or removed."""
        watcher = types.FileSystemWatcher(glob_pattern=glob)
        registration = types.Registration(
            id="tierwise-files",
            method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers=[watcher]),
        )
        await within(
            self._server.client_register_capability_async(
                types.RegistrationParams(registrations=[registration])
            )
        )

    async def settings(self) -> Any:
        """Ask for the client's settings of the section `tierwise`. None if none come in time."""
        items = [types.ConfigurationItem(section="tierwise")]
        answer = await within(
            self._server.workspace_configuration_async(types.ConfigurationParams(items=items))
        )
        return answer[0] if answer else None

    async def begin_progress(self, token: str) -> bool:
        """Ask the client to accept a progress token. False if it does not."""
        create = types.WorkDoneProgressCreateParams(token=token)
        try:
            await asyncio.wait_for(
                self._server.window_work_done_progress_create_async(create), TOKEN_WITHIN
            )
        except asyncio.CancelledError:
            raise
        except Exception:
            return False
        return True

    def progress(
        self,
        token: str,
        value: types.WorkDoneProgressBegin
        | types.WorkDoneProgressReport
        | types.WorkDoneProgressEnd,
    ) -> None:
        """Report that the work behind a progress token begins, how far it is, or that it ends."""
        self._server.progress(types.ProgressParams(token=token, value=value))


async def within(answer: Awaitable[T], seconds: float = ANSWER_WITHIN) -> T | None:
    """Wait for a client's answer. None if it fails or does not come in time."""
    try:
        return await asyncio.wait_for(answer, seconds)
    except TimeoutError:
        return None
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.info("the client refused: %s", type(error).__name__)
        return None

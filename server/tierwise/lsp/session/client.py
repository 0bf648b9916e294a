"""What the connected client can show, read from its capabilities. Nothing else is assumed.

Its own `options` and `flags` for us are checked on first use, after `initialize` is answered,
because importing pydantic takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tierwise.core.dataclass import dataclass

if TYPE_CHECKING:
    from tierwise.lsp.messages.options import ClientFlags, Options


@dataclass(frozen=True)
class Client:
    """What the connected editor can do, as it declared in `initialize`."""

    initialization_options: Any = None
    experimental: Any = None
    """This and `initialization_options` are kept as the client sent them. `options` and `flags`
    are the checked forms."""
    show_document: bool = False
    progress: bool = False
    annotations: bool = False
    operations: frozenset[str] = frozenset()
    """What it can do with files as part of an edit: "create", "rename", "delete"."""
    saves: bool = False
    """Whether it saves the files of an edit over several files if we mark it as a refactoring."""
    lens_refresh: bool = False
    configuration: bool = False
    """Whether it can be asked for its settings."""
    code_actions: bool = False
    disabled_actions: bool = False
    """Whether it shows a disabled code action with the reason."""
    markdown_hover: bool = False
    watches_files: bool = False
    """Whether it can be asked to report changed files."""
    name: str | None = None
    """Its own name, at most 60 characters."""

    @classmethod
    def of(cls, params: types.InitializeParams) -> Client:
        """Read the abilities of the client that sent these params."""
        caps = params.capabilities
        window, workspace = caps.window, caps.workspace
        edit = workspace.workspace_edit if workspace else None
        lens = workspace.code_lens if workspace else None
        watched = workspace.did_change_watched_files if workspace else None
        shows = window.show_document if window else None
        code = caps.text_document.code_action if caps.text_document else None
        hover = caps.text_document.hover if caps.text_document else None
        return cls(
            initialization_options=params.initialization_options,
            name=params.client_info.name[:60] if params.client_info else None,
            experimental=caps.experimental,
            show_document=bool(shows and shows.support),
            progress=bool(window and window.work_done_progress),
            annotations=bool(edit and edit.change_annotation_support),
            operations=frozenset(
                str(getattr(kind, "value", kind))
                for kind in (edit.resource_operations if edit else None) or ()
            ),
            saves=bool(edit and edit.metadata_support),
            lens_refresh=bool(lens and lens.refresh_support),
            configuration=bool(workspace and workspace.configuration),
            watches_files=bool(watched and watched.dynamic_registration),
            code_actions=code is not None,
            disabled_actions=bool(code and code.disabled_support),
            markdown_hover=bool(
                hover and types.MarkupKind.Markdown in (hover.content_format or ())
            ),
        )

    @cached_property
    def options(self) -> Options:
        """Its `initializationOptions`. What does not fit is left out, each for itself: then the
        workspace is not trusted.
        """
        from pydantic import ValidationError

        from tierwise.lsp.messages.options import Options

        sent = self.initialization_options
        given = dict(sent) if isinstance(sent, Mapping) else {}
        try:
            return Options.model_validate(given)
        except ValidationError as error:
            wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
            kept = {name: value for name, value in given.items() if name not in wrong}
        trusted = {"trusted": given["trusted"]} if "trusted" in kept else {"trusted": False}
        try:
            return Options.model_validate({**kept, **trusted})
        except ValidationError:
            return Options(trusted=False)

    @cached_property
    def flags(self) -> ClientFlags:
        """Which of our own notifications it wants, by its capabilities or else by its options."""
        from tierwise.lsp.messages.options import ClientFlags

        return _flags(self.experimental) or self.options.client_capabilities or ClientFlags()


def _flags(experimental: Any) -> ClientFlags | None:
    from pydantic import ValidationError

    from tierwise.lsp.messages.options import ClientFlags

    own = experimental.get("tierwise") if isinstance(experimental, dict) else None
    if own is None:
        own = getattr(experimental, "tierwise", None)
    if own is None:
        return None
    try:
        return ClientFlags.model_validate(own if isinstance(own, dict) else own._asdict())
    except (ValidationError, AttributeError):
        return None

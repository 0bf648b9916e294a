"""What the connected client can show, from its capabilities; nothing is assumed of any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pydantic import ValidationError

from tierwise.lsp.messages import ClientFlags, Options


@dataclass(frozen=True)
class Client:
    """A client's abilities."""

    flags: ClientFlags
    options: Options
    show_document: bool = False
    progress: bool = False
    annotations: bool = False
    operations: frozenset[str] = frozenset()
    """What it can do with files as part of an edit: "create", "rename", "delete"."""
    lens_refresh: bool = False
    markdown_hover: bool = True
    name: str = ""

    @classmethod
    def of(cls, params: types.InitializeParams) -> Client:
        """The client that sent these params; options that do not fit count as absent."""
        caps = params.capabilities
        window, workspace = caps.window, caps.workspace
        options = _options(params.initialization_options)
        edit = workspace.workspace_edit if workspace else None
        lens = workspace.code_lens if workspace else None
        shows = window.show_document if window else None
        return cls(
            flags=_flags(caps.experimental) or options.client_capabilities or ClientFlags(),
            options=options,
            show_document=bool(shows and shows.support),
            progress=bool(window and window.work_done_progress),
            annotations=bool(edit and edit.change_annotation_support),
            operations=frozenset(
                str(getattr(kind, "value", kind))
                for kind in (edit.resource_operations if edit else None) or ()
            ),
            lens_refresh=bool(lens and lens.refresh_support),
            name=params.client_info.name if params.client_info else "",
        )


def _options(given: Any) -> Options:
    try:
        return Options.model_validate(given or {})
    except ValidationError:
        return Options()


def _flags(experimental: Any) -> ClientFlags | None:
    own = experimental.get("tierwise") if isinstance(experimental, dict) else None
    if own is None:
        own = getattr(experimental, "tierwise", None)
    if own is None:
        return None
    try:
        return ClientFlags.model_validate(own if isinstance(own, dict) else own._asdict())
    except (ValidationError, AttributeError):
        return None

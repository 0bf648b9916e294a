"""Errors on the wire: the protocol's codes, and which code and name each of our errors gets."""

from __future__ import annotations

import logging
from typing import Final

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from tierwise.core.errors import BadRequest, TierwiseError
from tierwise.present.errors import REQUEST_FAILS, sentence

log = logging.getLogger(__name__)

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL: Final = -32603
NOT_INITIALIZED: Final = -32002
CANCELLED: Final = -32800
REQUEST_FAILED: Final = -32803


def described(error: Exception) -> tuple[int, str, str]:
    """Code, name and sentence of an error for the wire. Details go only to the log."""
    if isinstance(error, BadRequest):
        return INVALID_PARAMS, error.name, sentence(error)
    if isinstance(error, TierwiseError):
        return REQUEST_FAILED, error.name, sentence(error)
    if isinstance(error, JsonRpcInvalidParams):
        return INVALID_PARAMS, "BadRequest", "The params do not fit."
    if isinstance(error, JsonRpcException):
        return INTERNAL, "Internal", "The request failed."
    log.error("a request failed", exc_info=error)
    return INTERNAL, "Internal", REQUEST_FAILS

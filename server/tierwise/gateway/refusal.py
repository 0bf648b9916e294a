"""What the gateway refuses by itself, in the shape of an error of the Messages API."""

from __future__ import annotations

import json
from typing import Final, Literal

ErrorType = Literal[
    "authentication_error",
    "permission_error",
    "not_found_error",
    "invalid_request_error",
    "request_too_large",
    "billing_error",
    "overloaded_error",
    "api_error",
]

STATUS: Final[dict[ErrorType, int]] = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "invalid_request_error": 400,
    "api_error": 502,
    "overloaded_error": 529,
}
"""The status that goes with each type, as the Messages API has it. An `api_error` of ours says
that the server behind us could not be reached, so it is a 502."""


class Refusal(Exception):
    """A call that the gateway does not pass on. `message` is one sentence for the operator."""

    def __init__(self, kind: ErrorType, message: str) -> None:
        super().__init__(message)
        self.kind: ErrorType = kind
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.kind]

    def body(self) -> bytes:
        """The JSON body."""
        error = {"type": self.kind, "message": self.message}
        return json.dumps({"type": "error", "error": error}, ensure_ascii=False).encode()

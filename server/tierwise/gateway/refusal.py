"""Errors that the gateway itself answers, in the form of errors of the Messages API."""

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
"""The HTTP status of each error type, as in the Messages API. Only `api_error` differs: it mostly
says that the gateway could not reach the model's server, so it is a 502."""


class Refusal(Exception):
    """The gateway answers a request with an error of its own. `message` is for the operator."""

    def __init__(self, kind: ErrorType, message: str) -> None:
        super().__init__(message)
        self.kind: ErrorType = kind
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status of the gateway's answer, by the type of the error (`kind`)."""
        return STATUS[self.kind]

    def body(self) -> bytes:
        """The JSON body of the gateway's answer, an error object of the Messages API."""
        error = {"type": self.kind, "message": self.message}
        return json.dumps({"type": "error", "error": error}, ensure_ascii=False).encode()

"""What goes over the pipes between the server and its model process: one JSON list per line.

To the process: `[id, "call", {...}]`, `[id, "ask", {...}]`, `[id, "more", n]` (this many events
were taken), `[id, "stop"]`. From it: `[0, "ready"]`,
`[id, "head", request id, content type, team, model]`, `[id, "event", name, data]`,
`[id, "told", answer]` (to an "ask"), `[id, "end"]`,
`[id, "failed", {...}]`, `[id, "unread"]` (the call could not be read and was not made). Both ends
are of one version, but for an update that is installed while the server runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models.transport import CallPlace, PlainQuestion, WantedCall

AHEAD: Final = 64
"""Events of one answer that may be sent before the first of them was taken. So a slow reader
delays its own stream and server and no others."""


def line(*frame: Any) -> bytes:
    """A frame (a message between server and model process) as one line of JSON."""
    return json.dumps(frame, separators=(",", ":")).encode() + b"\n"


def of_place(place: CallPlace) -> dict[str, Any]:
    """The address and key of a call's server as JSON data, for the model process."""
    tier = {**asdict(replace(place.tier, elsewhere=())), "features": sorted(place.tier.features)}
    return {
        "tier": tier,
        "url": place.url,
        "key": place.key,
        "custom": place.custom_headers,
        "own": place.own_header,
    }


def place(data: Mapping[str, Any]) -> CallPlace:
    """The server of a call, from the data that `of_place` made."""
    given = data["tier"]
    fallback = given["fallback"]
    tier = Tier(
        **{
            **given,
            "features": frozenset(given["features"]),
            "fallback": None if fallback is None else tuple(fallback),
            "elsewhere": (),
        }
    )
    return CallPlace(tier, data["url"], data["key"], data["custom"], data["own"])


def of_wanted(wanted: WantedCall) -> dict[str, Any]:
    """A streamed call as JSON data, for the model process."""
    return {
        "place": of_place(wanted.place),
        "body": wanted.body,
        "connect": wanted.connect,
        "attempt": wanted.attempt,
        "headers": dict(wanted.headers),
    }


def wanted(data: Mapping[str, Any]) -> WantedCall:
    """The streamed call in the data that `of_wanted` made."""
    return WantedCall(
        place(data["place"]), data["body"], data["connect"], data["attempt"], data["headers"]
    )


def of_question(place: CallPlace, asked: PlainQuestion) -> dict[str, Any]:
    """A question that is no model call, and its server, as JSON data for the model process."""
    return {"place": of_place(place), **asdict(asked)}


def question(data: Mapping[str, Any]) -> tuple[CallPlace, PlainQuestion]:
    """The server and the question in the data that `of_question` made."""
    return place(data["place"]), PlainQuestion(
        data["path"], float(data["within"]), data["method"], data["body"]
    )


def of_error(error: ModelError) -> dict[str, Any]:
    """A failed call as JSON data, for the server process."""
    reason = error.reason
    return {
        "reason": reason if isinstance(reason, str) else [reason.code, dict(reason.args)],
        "kind": error.kind,
        "status": error.status,
        "retry_after": error.retry_after,
        "retryable": error.retryable,
        "sent": error.sent,
        "request_id": error.request_id,
    }


def error(data: Mapping[str, Any]) -> ModelError:
    """The failure in the data that `of_error` made."""
    more = dict(data)
    reason = more.pop("reason")
    found = reason if isinstance(reason, str) else ErrorReason(reason[0], reason[1])
    return ModelError(found, more.pop("kind"), **more)

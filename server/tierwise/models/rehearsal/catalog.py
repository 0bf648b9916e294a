"""The model list of the loopback server, shaped like the API's own."""

from __future__ import annotations

from typing import Any, Final

_EFFORTS: Final = ("low", "medium", "high", "max")


def _model(name: str, line: str, created: str, **more: Any) -> dict[str, Any]:
    levels = {level: {"supported": True} for level in _EFFORTS}
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "line": line,
        "lifecycle": "active",
        "created_at": f"{created}T00:00:00Z",
        "retires_at": None,
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {"effort": {"supported": True, **levels}},
        **more,
    }


MODELS: Final = (
    _model("claude-haiku-5-5", "haiku", "2026-09-01"),
    _model("claude-sonnet-5-5", "sonnet", "2026-09-01"),
    _model("claude-opus-5-5", "opus", "2026-09-01"),
    _model("claude-opus-5", "opus", "2026-03-01"),
    _model(
        "claude-sonnet-4-5-20250929",
        "sonnet",
        "2025-09-29",
        lifecycle="deprecated",
        retires_at="2026-11-30T00:00:00Z",
        max_tokens=64_000,
    ),
    _model("claude-opus-4-20250514", "opus", "2025-05-14", lifecycle="retired"),
)


def listing() -> dict[str, Any]:
    """The answer to `GET /v1/models`."""
    return {
        "data": list(MODELS),
        "has_more": False,
        "first_id": MODELS[0]["id"],
        "last_id": MODELS[-1]["id"],
    }

"""Every path of the gateway in one table, with the token it needs and its handler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.gateway.auth import Access
from tierwise.gateway.routes import (
    decisions,
    hooks,
    lessons,
    liveness,
    messages,
    models,
    openapi,
    outcomes,
    override,
    route,
    team,
)
from tierwise.gateway.routes.paths import Route

_OWN: Final[Sequence[Route]] = (
    Route("GET", "/", liveness.alive, "open", "Whether the gateway is there."),
    Route("GET", "/healthz", liveness.alive, "open", "Whether the gateway is there."),
    Route("GET", "/api/hello", liveness.alive, "open", "Whether the gateway is there."),
    Route(
        "POST", "/v1/messages", messages.create, "models",
        "Route a call and pass its answer on.", takes="Messages",
    ),
    Route(
        "POST", "/v1/messages/count_tokens", messages.count, "models",
        "Count tokens by the model that answers the conversation.", takes="Messages",
    ),
    Route("GET", "/v1/models", models.listing, "models", "The names that a client may give."),
    Route(
        "POST", "/v1/route", route.decide, "models",
        "Decide on a prompt or on a Messages body, and spend nothing.",
        takes="RouteQuestion", gives="Decision",
    ),
    Route(
        "POST", "/v1/outcomes", outcomes.record, "operator",
        "Tell how a task went.", takes="Outcome", gives="Outcome",
    ),
    Route(
        "POST", "/v1/hooks", hooks.hear, "operator",
        "Tell what a client's hook was given.", takes="Hook",
    ),
    Route(
        "POST", "/v1/override", override.put, "operator",
        "Choose a tier for a task, a conversation, a project or another tier.",
        takes="Override", gives="Override",
    ),
    Route(
        "GET", "/v1/decisions", decisions.listing, "operator",
        "The latest decisions, newest first.", gives="Decisions",
    ),
    Route("GET", "/v1/team/me", team.mine, "member", "A member's own calls, and the caps."),
    Route("PUT", "/v1/team/me", team.agree, "member", "Whether sums may tell one's name."),
    Route("POST", "/v1/team/lessons", lessons.take, "member", "Learn from a member's outcomes."),
    Route("GET", "/v1/team/learned", lessons.give, "member", "What all members' outcomes taught."),
    Route("GET", "/v1/team/sums", team.summed, "member", "What a team spent; for its owner."),
    Route("GET", "/v1/events", decisions.events, "operator", "Events as they happen (SSE)."),
)  # fmt: skip

ROUTES: Final[Sequence[Route]] = (*_OWN, openapi.describe(_OWN))

_ACCESS: Final = {(one.method, one.path): one.access for one in ROUTES}


def access_of(method: str, path: str) -> Access:
    """Which token a path needs, if any. An unknown path needs the operator's."""
    return _ACCESS.get(("GET" if method == "HEAD" else method, path), "operator")

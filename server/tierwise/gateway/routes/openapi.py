"""`GET /openapi.json`: the OpenAPI description of the gateway, made from the table of its paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from aiohttp import web

from tierwise import __version__
from tierwise.core.actions import ACTIONS
from tierwise.core.decision import Cause
from tierwise.core.outcome import OUTCOME_KINDS
from tierwise.gateway.choices import OverrideScope
from tierwise.gateway.kinds import Kind
from tierwise.gateway.routes.paths import Route
from tierwise.present.decision import WireDecision

Schema = Mapping[str, Any]
TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "number"}
SHARES: Final[Schema] = {"type": "object", "additionalProperties": NUMBER}


def document(routes: Sequence[Route]) -> Mapping[str, Any]:
    """The OpenAPI description of these paths."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tierwise gateway", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "models": {"type": "http", "scheme": "bearer"},
                "member": {"type": "http", "scheme": "bearer"},
                "operator": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def schemas() -> Mapping[str, Schema]:
    """The JSON schemas of what the gateway's own paths take and return."""
    return {
        "Messages": {"type": "object", "required": ["model", "messages"]},
        "RouteQuestion": _object(
            [],
            prompt=TEXT,
            messages={"type": "array", "items": {"type": "object"}},
            system={"type": ["string", "array"]},
            tools={"type": "array"},
            action={"enum": list(ACTIONS)},
            tier=TEXT,
            context=_object(
                [],
                files={"type": "array"},
                language=TEXT,
                root=TEXT,
                conversation=TEXT,
                input_tokens={"type": "integer"},
                steps={"type": "integer"},
            ),
        ),
        "Decision": _object(
            list(WireDecision.__annotations__),
            **{name: _of_decision(name) for name in WireDecision.__annotations__},
        ),
        "Decisions": _object(
            ["decisions"],
            decisions={"type": "array", "items": _ref("KeptDecision")},
            budget=_object(["state"], state=TEXT, leftUsd=NUMBER),
            passing=TEXT,
        ),
        "KeptDecision": _object(
            ["task", "session", "kind", "at", "decision"],
            task=TEXT,
            session=TEXT,
            agent=TEXT,
            kind={"enum": list(get_args(Kind))},
            at={"type": "integer"},
            project=TEXT,
            clientNamed={"type": "boolean"},
            state=TEXT,
            calls={"type": "integer"},
            costUsd=NUMBER,
            promptTokens={"type": "integer"},
            cachedShare=NUMBER,
            loweredTo={"type": "integer"},
            secrets={"type": "integer"},
            decision=_ref("Decision"),
        ),
        "Outcome": _object(
            ["kind"],
            task=TEXT,
            session=TEXT,
            kind={"enum": list(OUTCOME_KINDS)},
            value={"type": ["string", "number", "null"]},
        ),
        "Hook": _object(
            ["hook_event_name", "session_id"],
            hook_event_name=TEXT,
            session_id=TEXT,
            agent_id=TEXT,
            prompt=TEXT,
            tool_name=TEXT,
            tool_input={"type": "object"},
        ),
        "Override": {
            **_object(["scope", "to"], id=TEXT, to=TEXT),
            "properties": {
                "scope": {"enum": list(get_args(OverrideScope))},
                "id": TEXT,
                "from": TEXT,
                "to": TEXT,
            },
        },
        "Error": _object(
            ["type", "error"],
            type={"const": "error"},
            error=_object(["type", "message"], type=TEXT, message=TEXT),
        ),
    }


def describe(routes: Sequence[Route]) -> Route:
    """The path that returns the OpenAPI description of these paths and of itself."""

    async def tell(request: web.Request) -> web.StreamResponse:
        return web.json_response(said)

    own = Route("GET", "/openapi.json", tell, "open", "The description of these paths.")
    said = document((*routes, own))
    return own


def _operation(route: Route) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "summary": route.summary,
        "responses": {
            "200": _answer("The answer.", route.gives),
            "default": _answer("An error in the shape of the Messages API.", "Error"),
        },
    }
    if route.takes:
        content = {"application/json": {"schema": _ref(route.takes)}}
        found["requestBody"] = {"required": True, "content": content}
    if route.access != "open":
        found["security"] = [{"operator": []}]
        if route.access != "operator":
            found["security"].append({route.access: []})
    return found


def _answer(text: str, shape: str) -> Mapping[str, Any]:
    if not shape:
        return {"description": text}
    return {"description": text, "content": {"application/json": {"schema": _ref(shape)}}}


def _of_decision(name: str) -> Schema:
    kind = str(WireDecision.__annotations__[name])
    if name == "cause":
        return {"enum": list(get_args(Cause))}
    if name in ("signals", "shown"):
        return {"type": "object"}
    if "dict" in kind:
        return SHARES
    if "list" in kind:
        return {"type": "array", "items": TEXT}
    if "bool" in kind:
        return {"type": "boolean"}
    return NUMBER if "float" in kind else TEXT


def _object(required: Sequence[str], **properties: Schema) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}

"""`/v1/team/...`: a member sees their own spending, and the owner the sums of the team."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from aiohttp import web

from tierwise.core.money import to_usd
from tierwise.core.team import SharedCap
from tierwise.gateway.auth import Caller
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.services import KEY, caller_of
from tierwise.gateway.strand import DEFAULT_PROJECT
from tierwise.present import team as words
from tierwise.store import members
from tierwise.team import sums
from tierwise.team.roll import TeamStanding
from tierwise.team.sums import By


async def mine(request: web.Request) -> web.StreamResponse:
    """The member's own calls, and the caps that hold for them. Nobody else's calls are shown."""
    standing = _standing(caller_of(request))
    found = request.app[KEY]
    project = request.query.get("project", DEFAULT_PROJECT)
    state = await found.office.purse.state(project, member=standing.member.id)
    calls = await found.office.window.ledger.read(lambda conn: sums.own(conn, standing.member))
    paused, ladder = state.team_paused, found.office.window.ladder
    return web.json_response({
        "member": standing.member.id, "name": standing.member.name, "role": standing.member.role,
        "named": standing.member.named, "owner": standing.rules.owner, "state": state.level,
        "maxTier": standing.rules.max_tier, "floors": dict(standing.rules.floors),
        "tiers": {tier.name: tier.model for tier in ladder},
        "caps": [_cap(cap) for cap in state.shared],
        "paused": _cap(paused) if paused is not None else None, "calls": list(calls),
    })  # fmt: skip


async def agree(request: web.Request) -> web.StreamResponse:
    """Note whether the team's sums may show the member's name: the body is `{"named": true}` or
    `{"named": false}`.
    """
    standing = _standing(caller_of(request))
    try:
        named = json.loads(await request.read())["named"]
    except (ValueError, KeyError, TypeError):
        named = None
    if not isinstance(named, bool):
        raise Refusal("invalid_request_error", "named: true or false is needed.")
    member = standing.member.id
    await request.app[KEY].office.window.ledger.write(
        lambda conn: members.let_name(conn, member, named)
    )
    return web.json_response({"member": member, "named": named})


async def summed(request: web.Request) -> web.StreamResponse:
    """What the team spent, by member, project or tier. Only an owner or the operator may ask."""
    caller = caller_of(request)
    if caller.by != "operator" and _standing(caller).member.role != "owner":
        raise Refusal("permission_error", words.OWNERS_ONLY)
    by = request.query.get("by", "member")
    if by not in ("member", "project", "tier"):
        raise Refusal("invalid_request_error", words.BY)
    since = request.query.get("since", "")
    found = await request.app[KEY].office.window.ledger.read(
        lambda conn: sums.lines(conn, cast(By, by), since)
    )
    rows = [{"who": row.who, "calls": row.calls, "usd": to_usd(row.nanos)} for row in found]
    return web.json_response({"by": by, "sums": rows})


def _cap(cap: SharedCap) -> Mapping[str, Any]:
    return {
        "scope": cap.scope, "span": cap.span, "limitUsd": to_usd(cap.limit),
        "spentUsd": to_usd(cap.spent), "reservedUsd": to_usd(cap.reserved),
    }  # fmt: skip


def _standing(caller: Caller) -> TeamStanding:
    if caller.standing is None:
        raise Refusal("permission_error", words.NOT_A_MEMBER)
    return caller.standing

"""A team of three before gateways in the test's own process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from tierwise.core.money import to_nanos
from tierwise.core.team import CapScope, Span
from tierwise.gateway.doors import TeamDoor
from tierwise.gateway.serve import Listening, listen
from tierwise.store import members, reservations, team_caps
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.team_caps import CapRow
from tierwise.team import rules


@dataclass
class Team:
    """A team's ledger, its members' tokens, and the gateways on it."""

    env: dict[str, str]
    ledger: Ledger
    tokens: dict[str, str]
    gateways: list[Listening]

    async def open(self, team: TeamDoor | None = None) -> Listening:
        found = await listen(self.env, "127.0.0.1", 0, team=team or TeamDoor())
        self.gateways.append(found)
        return found

    async def cap(
        self, usd: float, scope: CapScope = "team", who: str = "", span: Span = "day"
    ) -> None:
        cap = CapRow(scope, who, span, to_nanos(usd))
        await self.ledger.write(lambda conn: team_caps.put(conn, cap))

    async def rule(self, kind: str, key: str, value: str) -> None:
        await self.ledger.write(lambda conn: members.set_policy(conn, kind, key, value))

    async def id(self, name: str) -> str:
        found = await self.ledger.read(members.every)
        return next(one.id for one in found if one.name == name)

    async def ask(
        self, name: str, words: str = "rename foo to bar", model: str = "auto", at: int = 0,
        **headers: str,
    ) -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        body = {
            "model": model,
            "max_tokens": 500,
            "messages": [{"role": "user", "content": words}],
        }
        more = {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.send("POST", "/v1/messages", name, body, at=at, headers=more)

    async def send(
        self, method: str, path: str, name: str, body: object = None, *, at: int = 0,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        given = {"authorization": f"Bearer {self.tokens.get(name, name)}", **(headers or {})}
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, self.gateways[at].url + path, json=body, headers=given) as answer,
        ):
            return answer.status, await answer.json(), dict(answer.headers)

    async def spent(self) -> int:
        rows = await self.ledger.read(reservations.stored)
        return sum(
            sums.settled + sums.reserved for (scope, _), sums in rows.items() if scope == "day"
        )


def begin(conn: Connection) -> dict[str, str]:
    members.set_policy(conn, rules.ZONE, "", "UTC")
    return {
        name: members.invite(conn, name, "owner" if name == "Olga" else "member", 1)[1]
        for name in ("Olga", "Max", "Mia")
    }

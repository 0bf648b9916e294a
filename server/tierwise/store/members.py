"""Members of a team, and the rules that bind them all. Only the hash of a token is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from tierwise.core.dataclass import dataclass
from tierwise.core.redact import hide
from tierwise.store import upsert
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

Role = Literal["owner", "member"]

PREFIX: Final = "tw-member-"
"""The beginning of a member's token."""


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody who may call a team's gateway.

    With `named` the owner sees the name beside the sums.
    """

    id: str
    name: str
    role: Role
    named: bool
    created_ms: int
    revoked_ms: int | None = None

    @property
    def shown(self) -> str:
        """What the sums call this member: the name if the member agreed, else the id."""
        return self.name if self.named else self.id


def invite(conn: Connection, name: str, role: Role, at_ms: int) -> tuple[TeamMember, str]:
    """Add a member. Returns the member and the token, which is shown once and stored nowhere."""
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    made = TeamMember(f"m-{secrets.token_hex(4)}", name, role, False, at_ms)
    conn.execute(
        sa.insert(schema.members).values(
            member=made.id,
            name=name,
            role=role,
            token_hash=hashed(token),
            named=False,
            created_ms=at_ms,
        )
    )
    return made, hide(token)


def hashed(token: str) -> str:
    """The hash of a token. A token is 256 random bits, so a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def by_token(conn: Connection, token: str) -> TeamMember | None:
    """The member with that token; None if nobody has it or it was revoked."""
    table = schema.members
    query = sa.select(table).where(
        table.c.token_hash == hashed(token), table.c.revoked_ms.is_(None)
    )
    row = conn.execute(query).mappings().first()
    return _member(row) if row is not None else None


def was_revoked(conn: Connection, token: str) -> bool:
    """Whether a token belonged to a member and was revoked."""
    table = schema.members
    query = sa.select(table.c.revoked_ms).where(table.c.token_hash == hashed(token))
    return conn.execute(query).scalar() is not None


def every(conn: Connection) -> Sequence[TeamMember]:
    """All members, the revoked ones too, oldest first."""
    table = schema.members
    rows = conn.execute(sa.select(table).order_by(table.c.created_ms, table.c.member)).mappings()
    return [_member(row) for row in rows]


def revoke(conn: Connection, member: str, at_ms: int) -> None:
    """Revoke a member's token."""
    table = schema.members
    conn.execute(
        sa.update(table)
        .where(table.c.member == member, table.c.revoked_ms.is_(None))
        .values(revoked_ms=at_ms)
    )


def let_name(conn: Connection, member: str, named: bool) -> None:
    """Set whether the owner may see this member's name beside the sums. Only the member decides."""
    table = schema.members
    conn.execute(sa.update(table).where(table.c.member == member).values(named=named))


def policy(conn: Connection) -> Mapping[tuple[str, str], str]:
    """The rules that bind all members, by kind and key."""
    rows = conn.execute(sa.select(schema.team_policy))
    return {(row.kind, row.key): row.value for row in rows}


def set_policy(conn: Connection, kind: str, key: str, value: str | None) -> None:
    """Set one of the rules that bind all members; None removes it."""
    table = schema.team_policy
    if value is None:
        conn.execute(sa.delete(table).where(table.c.kind == kind, table.c.key == key))
        return
    new = upsert.insert(conn.dialect.name, table).values(kind=kind, key=key, value=value)
    conn.execute(
        new.on_conflict_do_update(
            index_elements=["kind", "key"], set_={"value": new.excluded.value}
        )
    )


def spent_by_member(conn: Connection, since: str) -> Mapping[str, tuple[int, int]]:
    """For each member, the number of calls booked on a civil day or later, and their
    nano-dollars.
    """
    return _spent(conn, "member", since)


def spent_by_project(conn: Connection, since: str) -> Mapping[str, tuple[int, int]]:
    """For each project that members worked in, the number of their calls booked on a civil day or
    later, and their nano-dollars.
    """
    return _spent(conn, "project", since)


def spent_by_tier(conn: Connection, since: str) -> Mapping[str, tuple[int, int]]:
    """For each tier, the number of members' calls booked on a civil day or later, and their
    nano-dollars.
    """
    return _spent(conn, "tier", since)


def _spent(conn: Connection, column: str, since: str) -> Mapping[str, tuple[int, int]]:
    table = schema.reservations
    query = (
        sa.select(table.c[column], sa.func.count(), sa.func.sum(table.c.cost))
        .where(
            table.c.member.is_not(None),
            table.c.rehearsal.is_(False),
            table.c.day >= since,
            table.c.state.not_in(("open", "released")),
        )
        .group_by(table.c[column])
    )
    return {who: (int(calls), int(nanos or 0)) for who, calls, nanos in conn.execute(query)}


def booked_by_day(conn: Connection) -> Iterator[tuple[str, str, int]]:
    """UTC day, model and nano-dollars of every call that was booked; rehearsal is left out.

    A provider counts days in UTC, whatever the zone of a team's caps.
    """
    table = schema.reservations
    query = sa.select(table.c.created_ms, table.c.model, table.c.cost).where(
        table.c.rehearsal.is_(False), table.c.state.not_in(("open", "released"))
    )
    for created_ms, model, cost in conn.execute(query):
        day = datetime.fromtimestamp(created_ms / 1000, UTC).date().isoformat()
        yield day, str(model), int(cost)


def calls_of(
    conn: Connection, member: str, limit: int
) -> Sequence[tuple[str, int, str, str, str, int]]:
    """A member's latest calls: task, UTC milliseconds, project, tier, state, nano-dollars."""
    table = schema.reservations
    columns = (
        table.c.task_id, table.c.created_ms, table.c.project, table.c.tier, table.c.state,
        table.c.cost,
    )  # fmt: skip
    query = sa.select(*columns).where(table.c.member == member)
    newest = query.order_by(sa.desc(table.c.created_ms), table.c.id).limit(limit)
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in conn.execute(newest)]


def _member(row: Mapping[Any, Any]) -> TeamMember:
    revoked = row["revoked_ms"]
    return TeamMember(
        str(row["member"]),
        str(row["name"]),
        cast(Role, row["role"]),
        bool(row["named"]),
        int(row["created_ms"]),
        int(revoked) if revoked is not None else None,
    )

"""`tierwise team`: manages who may use a team's gateway, and what they may spend."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer

from tierwise.budget import days
from tierwise.cli import common
from tierwise.cli.lines import say
from tierwise.core.actions import KINDS
from tierwise.core.errors import BadRequest
from tierwise.core.money import to_nanos, to_usd
from tierwise.core.team import CapScope, Span
from tierwise.present import team as words
from tierwise.store import members, team_caps
from tierwise.store.deferred import Connection
from tierwise.store.members import Role, TeamMember
from tierwise.store.team_caps import SPANS, CapRow
from tierwise.team import invoice, rules, sums
from tierwise.team.invoice import Billed, OddExport
from tierwise.team.sums import By

app = typer.Typer(
    no_args_is_help=True, help="Manage the members, caps and rules of a team's gateway."
)

MOST_USD: Final = 1_000_000_000
"""The most dollars of a cap. In nano-dollars a larger one would not fit the ledger."""
LONGEST_NAME: Final = 40
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def init(
    owner: Annotated[str, typer.Argument(help="The owner's name, told to members who ask.")],
    zone: Annotated[
        str | None, typer.Option("--timezone", help="Whose days the team's caps count.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Begin a team on this ledger; prints the owner's token, once."""
    name = _name(owner)
    chosen = zone or common.configuration().config.budget.timezone or days.local_name()
    if zone is not None:
        _require_zone(zone)

    def begin(conn: Connection) -> tuple[TeamMember, str] | None:
        if rules.rules_in(conn) is not None:
            return None
        members.set_policy(conn, rules.ZONE, "", chosen)
        return members.invite(conn, name, "owner", _now_ms())

    with common.ledger() as ledger:
        made = ledger.write_sync(begin)
    if made is None:
        raise BadRequest(words.ALREADY)
    _tell(made, as_json)


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="The name of the new member.")],
    role: Annotated[str, typer.Option(help="One of member, owner.")] = "member",
    as_json: Json = False,
) -> None:
    """Add a member; prints the token, once."""
    if role not in ("member", "owner"):
        raise typer.BadParameter(words.ROLES)
    new = _name(name)

    def add(conn: Connection) -> tuple[TeamMember, str] | None:
        if any(one.name == new and not one.revoked_ms for one in members.every(conn)):
            return None
        return members.invite(conn, new, cast(Role, role), _now_ms())

    with common.ledger() as ledger:
        _require_team(ledger.read_sync(rules.rules_in) is not None)
        made = ledger.write_sync(add)
    if made is None:
        raise BadRequest(words.taken(new))
    _tell(made, as_json)


@app.command("members")
def listing(as_json: Json = False) -> None:
    """List the members."""
    found = common.read(members.every)
    if as_json:
        common.print_json({"members": [_facts(one) for one in found]})
        return
    if not found:
        say(words.NO_TEAM)
    for one in found:
        say(words.member(one.id, one.name, one.role, revoked=one.revoked_ms is not None))


@app.command()
def revoke(
    member: Annotated[str, typer.Argument(help="An id, or a name that only one has.")],
    as_json: Json = False,
) -> None:
    """End a member's token at once."""
    with common.ledger() as ledger:
        everybody = ledger.read_sync(members.every)
        _require_team(bool(everybody))
        one = _one(everybody, member)

        def end(conn: Connection) -> bool:
            owners = [o for o in members.every(conn) if o.role == "owner" and not o.revoked_ms]
            if [owner.id for owner in owners] == [one.id]:
                return False
            members.revoke(conn, one.id, _now_ms())
            return True

        if not ledger.write_sync(end):
            raise BadRequest(words.last_owner(one.name))
    if as_json:
        common.print_json({"revoked": one.id})
    else:
        say(words.revoked(one.name))


@app.command()
def budget(
    hour: Annotated[
        float | None, typer.Option(min=0, max=MOST_USD, help="Dollars in any 60 minutes.")
    ] = None,
    day: Annotated[float | None, typer.Option(min=0, max=MOST_USD, help="Dollars a day.")] = None,
    period: Annotated[
        float | None, typer.Option(min=0, max=MOST_USD, help="Dollars a month.")
    ] = None,
    member: Annotated[
        str | None, typer.Option(help="Of one member (id or name); `each` for every member.")
    ] = None,
    project: Annotated[
        str | None, typer.Option(help="Of one project; `each` for every project.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Take the caps away.")] = False,
    as_json: Json = False,
) -> None:
    """Show the team's caps, or set them. Without --member or --project they are the team's."""
    amounts: dict[Span, float | None] = {"hour": hour, "day": day, "period": period}
    if member is not None and project is not None:
        raise typer.BadParameter(words.ONE_OF)
    if drop and any(amount is not None for amount in amounts.values()):
        raise typer.BadParameter(words.DROP_ALONE)
    with common.ledger() as ledger:
        everybody = ledger.read_sync(members.every)
        _require_team(bool(everybody))
        scope: CapScope = "member" if member else "project" if project else "team"
        who = member or project or ""
        if who == "each":
            who = ""
        elif scope == "member":
            who = _one(everybody, who).id

        def change(conn: Connection) -> None:
            for span in SPANS:
                amount = amounts[span]
                if drop:
                    team_caps.drop(conn, scope, who, span)
                elif amount is not None:
                    team_caps.put(conn, CapRow(scope, who, span, to_nanos(amount)))

        if drop or any(amount is not None for amount in amounts.values()):
            ledger.write_sync(change)
        caps = ledger.read_sync(team_caps.every)
    if as_json:
        common.print_json({"caps": [
            {"scope": cap.scope, "who": cap.who, "span": cap.span, "usd": to_usd(cap.nanos)}
            for cap in caps
        ]})  # fmt: skip
        return
    names = {one.id: one.name for one in everybody}
    if not caps:
        say(words.NO_CAPS)
    for cap in caps:
        say(words.cap(cap.scope, names.get(cap.who, cap.who), cap.span, cap.nanos))


@app.command()
def policy(
    max_tier: Annotated[
        str | None, typer.Option(help="The highest tier for everybody; `none` ends it.")
    ] = None,
    floor: Annotated[
        list[str] | None, typer.Option(help="ACTION=TIER; ACTION=none ends it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the team's rules, or set them: the highest tier, and the lowest by action."""
    ladder = common.configuration().config.ladder()
    changes: list[tuple[str, str, str]] = []
    for each in floor or ():
        key, sign, tier = each.partition("=")
        if not sign or not tier:
            raise typer.BadParameter(words.no_floor(each))
        if key not in KINDS:
            raise typer.BadParameter(words.no_action(key, KINDS))
        changes.append((rules.FLOOR, key, tier))
    if max_tier is not None:
        changes.append((rules.MOST, "", max_tier))
    for _, _, tier in changes:
        if tier != "none" and tier not in ladder:
            raise typer.BadParameter(words.no_tier(tier, ladder.names))

    with common.ledger() as ledger:
        _require_team(ledger.read_sync(rules.rules_in) is not None)

        def change(conn: Connection) -> None:
            for kind, key, tier in changes:
                members.set_policy(conn, kind, key, None if tier == "none" else tier)

        if changes:
            ledger.write_sync(change)
        found = ledger.read_sync(rules.rules_in)
    assert found is not None
    if as_json:
        common.print_json(
            {"maxTier": found.max_tier, "floors": dict(found.floors), "timezone": found.zone}
        )
    else:
        highest = found.max_tier
        most = ladder.rank(highest) if highest in ladder and highest else len(ladder.names)
        above = [a for a, t in found.floors.items() if t in ladder and ladder.rank(t) > most]
        say(words.rules(found.max_tier, found.floors, found.zone or "", above))


@app.command("sums")
def summed(
    by: Annotated[str, typer.Option(help="One of member, project, tier.")] = "member",
    since: Annotated[str, typer.Option(help="The first day, YYYY-MM-DD.")] = "",
    as_json: Json = False,
) -> None:
    """Show what the team spent."""
    if by not in ("member", "project", "tier"):
        raise typer.BadParameter(words.BY)
    if since:
        try:
            date.fromisoformat(since)
        except ValueError:
            raise typer.BadParameter(words.no_day(since)) from None
    _require_team(bool(common.read(members.every)))
    found = common.read(lambda conn: sums.lines(conn, cast(By, by), since))
    if as_json:
        rows = [{"who": row.who, "calls": row.calls, "usd": to_usd(row.nanos)} for row in found]
        common.print_json({"by": by, "sums": rows})
        return
    if not found:
        say(words.NOTHING_SPENT)
    for row in found:
        say(words.line(row.who, row.calls, row.nanos))


@app.command()
def reconcile(
    file: Annotated[Path, typer.Argument(help="The provider's usage export, CSV or JSON.")],
    as_json: Json = False,
) -> None:
    """Compare the ledger with the provider's usage export, by UTC day and model."""
    try:
        export = invoice.read(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise BadRequest(words.no_export(str(file))) from None
    except OddExport as error:
        raise BadRequest(words.odd_export(error.why, error.about)) from None
    booked = common.read(lambda conn: [Billed(*row) for row in members.booked_by_day(conn)])
    found = invoice.reconcile(booked, export)
    if as_json:
        common.print_json({
            "from": found.first, "to": found.last,
            "oursUsd": to_usd(found.ours), "invoiceUsd": to_usd(found.invoice),
            "differences": [
                {"day": line.day, "model": line.model, "oursUsd": to_usd(line.ours),
                 "invoiceUsd": to_usd(line.invoice)}
                for line in found.lines
            ],
        })  # fmt: skip
        return
    say(words.both_sums(found.first, found.last, found.ours, found.invoice))
    for line in found.lines:
        say(words.difference(line.day, line.model, line.ours, line.invoice))


def _tell(made: tuple[TeamMember, str], as_json: bool) -> None:
    one, token = made
    if as_json:
        common.print_json({**_facts(one), "token": token})
    else:
        say(words.invited(one.name, one.id, token))


def _facts(one: TeamMember) -> dict[str, Any]:
    return {
        "member": one.id,
        "name": one.name,
        "role": one.role,
        "revoked": one.revoked_ms is not None,
    }


def _one(found: Any, wanted: str) -> TeamMember:
    fits = [one for one in found if wanted in (one.id, one.name) and one.revoked_ms is None]
    if not fits and any(wanted in (one.id, one.name) for one in found):
        raise BadRequest(words.revoked_already(wanted))
    if len(fits) != 1:
        raise BadRequest(words.who(wanted, len(fits)))
    return cast(TeamMember, fits[0])


def _require_team(there: bool) -> None:
    if not there:
        raise BadRequest(words.NO_TEAM)


def _name(text: str) -> str:
    """A member's name without the spaces around it. Raises `BadParameter` if it does not fit."""
    found = text.strip()
    if not 0 < len(found) <= LONGEST_NAME or not found.isprintable() or found == "each":
        raise typer.BadParameter(words.NAME)
    return found


def _require_zone(zone: str) -> None:
    try:
        days.zone(zone)
    except days.UnknownZone:
        raise typer.BadParameter(words.no_zone(zone)) from None


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)

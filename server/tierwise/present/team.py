"""Texts about a team: its members, caps, rules and sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from tierwise.core.amounts import needs_and_left
from tierwise.present.money import amount, amounts
from tierwise.present.pause import team_budget

ALREADY: Final = "There is a team on this ledger already. Add members with `tierwise team invite`."
NO_TEAM: Final = "There is no team on this ledger yet. Begin one with `tierwise team init NAME`."
NO_CAPS: Final = "No caps are set. Set one with `tierwise team budget --day 50`."
NOTHING_SPENT: Final = "Nothing was spent in that time."
DROP_ALONE: Final = "--drop takes the caps away, so it goes without an amount."
NAME: Final = "A name has 1 to 40 characters on one line, and is not `each`."
ROLES: Final = "A role is `member` or `owner`."
ONE_OF: Final = "A cap is a member's or a project's: name one of them."
BY: Final = "Sums are by `member`, `project` or `tier`."
NO_TLS: Final = (
    "Off this machine a gateway needs TLS: give --tls-cert and --tls-key, or listen on 127.0.0.1"
    " behind a proxy that has it."
)
NO_STORE: Final = (
    "[store] url names no PostgreSQL database to take the ledger into. Set it, or the"
    " variable TIERWISE_STORE_URL."
)
NOT_EMPTY: Final = (
    "The database holds a ledger already, so nothing was taken over. Name an empty one in"
    " [store] url."
)
SUMS_DIFFER: Final = (
    "The ledger's sums are not what its calls add up to, so nothing was taken over. Open it"
    " once with `tierwise budget` and try again."
)
TLS_OF_TEAM: Final = "--tls-cert and --tls-key are for a team's gateway: give --team as well."
TLS_HALF: Final = "A key needs its certificate: give --tls-cert beside --tls-key."
NOT_A_MEMBER: Final = (
    "This gateway is a team's and needs a member's token. Ask the team's owner for one"
    " (`tierwise team invite`)."
)
REVOKED: Final = "This token was revoked. Ask the team's owner for a new one."
THE_OWNER: Final = "the team's owner"
OWNERS_ONLY: Final = "Only the team's owner may see that."
_SPANS: Final[Mapping[str, str]] = {"hour": "in any hour", "day": "a day", "period": "a month"}


def listens(url: str, *, everywhere: bool) -> str:
    """Where a team's gateway listens.

    `everywhere` says that the host in `url` means all addresses of this machine. Members cannot
    use such a host.
    """
    where = ", on every address of this machine" if everywhere else ""
    return f"Tierwise serves the team on {url}{where} (members: `tierwise team invite NAME`)"


def unreadable(file: str, why: str) -> str:
    """The sentence for a certificate or key that cannot be read."""
    return f"{file} cannot be read ({why or 'not a file'})."


def no_certificate(certificate: str, key: str | None) -> str:
    """The sentence for files that have no certificate with its key."""
    if key is None:
        return f"{certificate} holds no certificate with its key. Give the key with --tls-key."
    return f"{certificate} and {key} hold no certificate with its key, in PEM form."


def other_key(certificate: str, key: str) -> str:
    """The sentence for a key that does not belong to the certificate."""
    return f"The key in {key} is not that of the certificate in {certificate}."


def locked_key(key: str) -> str:
    """The sentence for a key with a password: a gateway has nobody to ask for it."""
    return f"The key in {key} is protected by a password. Give one that is not."


def taken(name: str) -> str:
    """The sentence for a name that a member already has."""
    return f"There is a member {name} already. Give this one another name."


def revoked_already(name: str) -> str:
    """The sentence for a member who was already revoked."""
    return f"{name} was revoked already."


def last_owner(name: str) -> str:
    """The sentence for the only owner, who cannot be revoked."""
    return (
        f"{name} is the only owner. Invite another one first: "
        "tierwise team invite NAME --role owner"
    )


def no_day(text: str) -> str:
    """The sentence for a text that is no day."""
    return f"'{text}' is no day. Write it like 2026-11-28."


def no_ledger(file: str) -> str:
    """The sentence for a ledger file that does not exist."""
    return f"There is no ledger at {file}."


def taken_over(rows: int, file: str) -> str:
    """The sentence after a ledger was copied into the database."""
    return f"{rows:,} rows of {file} are in the database now. The file stays as it was."


def member(id: str, name: str, role: str, *, revoked: bool) -> str:
    """One member in a list."""
    return f"{id:12} {name:20} {role}{', revoked' if revoked else ''}"


def invited(name: str, id: str, token: str) -> str:
    """The text for a new member. Their token is shown only this once."""
    return (
        f"{name} is member {id}. The token, which is shown only now:\n  {token}\n"
        f"In {name}'s own configuration file each tier gets the gateway's address as base_url\n"
        "and the name of a variable as api_key_env; that variable holds the token. An agent\n"
        "takes it as ANTHROPIC_AUTH_TOKEN."
    )


def revoked(name: str) -> str:
    """The sentence after a member was revoked."""
    return f"{name}'s token is worth nothing any more."


def who(wanted: str, found: int) -> str:
    """The sentence for a name that no member has, or that several have."""
    if found:
        return f"{found} members are called {wanted}: name one by its id (`tierwise team members`)."
    return f"There is no member {wanted}. `tierwise team members` lists them."


def no_zone(zone: str) -> str:
    """The sentence for an unknown time zone."""
    return f"There is no time zone '{zone}'. Name one like 'Europe/Berlin'."


def no_tier(tier: str, tiers: Sequence[str]) -> str:
    """The sentence for a rule with an unknown tier."""
    return f"There is no tier '{tier}'. The tiers are {', '.join(tiers)}; none ends a rule."


def no_action(action: str, actions: Iterable[str]) -> str:
    """The sentence for a team's rule of a lowest tier that names an unknown action."""
    return f"There is no action '{action}'. The actions are {', '.join(actions)}."


def no_floor(text: str) -> str:
    """The sentence for a team's rule of a lowest tier that is not written as ACTION=TIER."""
    return f"'{text}' is no floor. Write it as ACTION=TIER, like review=sonnet."


def cap(scope: str, who: str, span: str, nanos: int) -> str:
    """A line of a list of caps: whose cap it is, its amount, and for which time it holds."""
    whose = "team" if scope == "team" else f"{scope} {who}" if who else f"each {scope}"
    return f"{whose:30} {amount(nanos)} {_SPANS[span]}"


def rules(
    max_tier: str | None, floors: Mapping[str, str], zone: str, above: Collection[str]
) -> str:
    """The rules of a team, in lines. `floors` are the lowest tiers by action, and `above` names the
    actions for which that would be above the highest tier.
    """
    lowest = ", ".join(
        f"{key} from {tier}" + (f" (so {max_tier}, the highest)" if key in above else "")
        for key, tier in sorted(floors.items())
    )
    return f"highest tier: {max_tier or 'any'}\nfloors: {lowest or 'none'}\nthe day of: {zone}"


def line(who: str, calls: int, nanos: int) -> str:
    """One line of sums: a member, project or tier, how many calls it made, and their cost in
    nano-dollars.
    """
    return f"{who:30} {calls:6} calls  {amount(nanos)}"


_ODD_EXPORTS: Final[Mapping[str, str]] = {
    "empty": "The export holds no line.",
    "no_json": "The export is no JSON of a cost report.",
    "no_csv": "The export is no table with a comma, semicolon or tab between columns.",
    "no_day": "The export has no column for the day that is known here. It has: {about}.",
    "no_amount": "The export has no column for the amount that is known here. It has: {about}.",
    "currency": "The export counts in {about}; amounts are compared in USD.",
    "value": "The export holds '{about}', which is neither a day like 2026-11-28 nor an amount like"
    " 1234.56.",
    "unfinished": "The export is one page of several (has_more). Put all pages into one list.",
}


def odd_export(why: str, about: str) -> str:
    """Why an export of the provider is refused."""
    return _ODD_EXPORTS[why].format(about=about[:120])


def no_export(file: str) -> str:
    """The sentence for an export that cannot be read."""
    return f"There is no text file {file}."


def both_sums(first: str, last: str, ours: int, invoice: int) -> str:
    """The sum that the ledger booked and the sum that the provider billed."""
    own, theirs = _signed(ours, invoice)
    return f"{first} to {last} (UTC): ours {own}, invoice {theirs}"


def difference(day: str, model: str, ours: int, invoice: int) -> str:
    """One day and model for which the two sums differ."""
    own, theirs = _signed(ours, invoice)
    return f"{day}  {model or 'no model':30} ours {own}, invoice {theirs}"


def _signed(*nanos: int) -> Sequence[str]:
    """Amounts of one sentence. A credit is negative."""
    written = amounts(*(abs(each) for each in nanos))
    return [f"-{text}" if each < 0 else text for each, text in zip(nanos, written, strict=True)]


def too_dear(needs: int, left: int, scope: str, span: str, owner: str = "") -> str:
    """The sentence for a call that does not fit a team's cap. `owner` is the person who may raise
    it.
    """
    most, rest = needs_and_left(needs, left)
    return (
        f"This call may cost up to {most}, and {rest} of {team_budget(scope, span)} is left."
        f" Send less, or ask {owner or THE_OWNER}."
    )


def too_high(tier: str, most: str) -> str:
    """The sentence for a model of a tier above the team's highest."""
    return f"The team allows tiers up to {most}; {tier} is none of them."

"""Who may call the gateway. There are two tokens, and one more for each job.

The token for models is in the environment of every agent, so it is valid only for the paths that
agents need. The operator's token is valid for every path. Both are made at the first start and
kept in the state folder, where only their owner can read them. A job of the night queue has a token
of its own (`store/job_tokens.py`), which is also valid only for paths that agents need. A team's
gateway takes the tokens of its members (`team/roll.py`) in place of the token for models.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.redact import hide
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.running import OPERATOR_FILE
from tierwise.present import team as words
from tierwise.store import job_tokens
from tierwise.store.job_tokens import JobGrant
from tierwise.team.roll import Roll, TeamStanding

Access = Literal["open", "models", "member", "operator"]
"""The token that a path needs: none, the one for models, a team member's, or the operator's."""

MODELS_FILE: Final = "gateway-token"
SET_UP: Final = (
    "This gateway needs its own token: set ANTHROPIC_AUTH_TOKEN to the content of {file}, "
    "or run `tierwise gateway setup`."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of a request, known by its token. `by` is the kind of token, and `grant` is what
    the token of a night job may spend.
    """

    by: Literal["operator", "agent", "job", "member", "anybody"]
    grant: JobGrant | None = None
    standing: TeamStanding | None = None
    """The member and the team's rules. None if this is no team's gateway."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token for paths that call models and the token of the operator, and their files."""

    models: str
    operator: str
    models_file: Path
    operator_file: Path


def tokens(folder: Path) -> Tokens:
    """Read the tokens of a state folder, and make them if they do not exist yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    models_file, operator_file = folder / MODELS_FILE, folder / OPERATOR_FILE
    return Tokens(_token(models_file), _token(operator_file), models_file, operator_file)


def require_token(headers: Mapping[str, str], access: Access, known: Tokens) -> Caller:
    """Find the sender of a request by its token. Raises `Refusal` if no header has a token that is
    valid for this path.
    """
    given = [one.strip() for one in _given(headers)]
    if any(_same(one, known.operator) for one in given):
        return Caller("operator")
    if access != "operator" and any(_same(one, known.models) for one in given):
        return Caller("agent")
    if access == "models":
        for one in given:
            grant = job_tokens.granted(known.models_file.parent, one) if one else None
            if grant is not None:
                return Caller("job", grant)
    if access == "open":
        return Caller("anybody")
    file = known.operator_file if access == "operator" else known.models_file
    raise Refusal("authentication_error", SET_UP.format(file=file))


async def require_member(
    headers: Mapping[str, str], access: Access, known: Tokens, roll: Roll
) -> Caller:
    """Find the sender of a request to a team's gateway by its token.

    The operator's token is valid for every path, a member's for the paths that members may call. An
    open path needs no token. Raises `Refusal` if no header has a token that is valid for this path.
    Raises `LedgerUnavailable`.
    """
    given = [one.strip() for one in _given(headers)]
    if any(_same(one, known.operator) for one in given):
        return Caller("operator")
    if access == "open":
        return Caller("anybody")
    for one in given:
        found = await roll.whose(one)
        if found is not None and access != "operator":
            return Caller("member", standing=found)
    for one in given:
        if await roll.was_revoked(one):
            raise Refusal("authentication_error", words.REVOKED)
    raise Refusal("authentication_error", words.NOT_A_MEMBER)


def _given(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The tokens in the headers of a request."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    key = headers.get("x-api-key", "")
    return (key, bearer) if scheme.lower() == "bearer" else (key,)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _token(file: Path) -> str:
    """Read the token of a file, or make it. If two gateways start at once, the first token wins."""
    for _ in range(2):
        try:
            found = file.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            found = ""
        if found:
            os.chmod(file, 0o600)
            return hide(found)
        temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
        opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(opened, "w", encoding="ascii") as made:
            made.write(f"tw-{secrets.token_urlsafe(32)}\n")
        try:
            os.link(temporary, file)
        except FileExistsError:
            pass
        except OSError:
            temporary.replace(file)
        temporary.unlink(missing_ok=True)
    raise Refusal("api_error", f"The token in {file} cannot be read.")

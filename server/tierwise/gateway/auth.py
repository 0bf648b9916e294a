"""Who may ask: two tokens, and guards against pages in a browser.

The token for models lies in the environment of every agent, so it may only ask models. The
operator's token is good everywhere. Both are made at the first start and lie in the state folder,
readable for their owner alone.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from tierwise.core import address
from tierwise.core.redact import hide
from tierwise.gateway.place import OPERATOR_FILE
from tierwise.gateway.refusal import Refusal

Access = Literal["open", "models", "operator"]
"""What a path asks for: nothing, the token for models, or the operator's."""

MODELS_FILE: Final = "gateway-token"
SET_UP: Final = (
    "This gateway needs its own token: set ANTHROPIC_AUTH_TOKEN to the content of {file}, "
    "or run `tierwise gateway setup`."
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two tokens, and the files they lie in."""

    models: str
    operator: str
    models_file: Path
    operator_file: Path


def tokens(folder: Path) -> Tokens:
    """The tokens of a state folder; made where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    models_file, operator_file = folder / MODELS_FILE, folder / OPERATOR_FILE
    return Tokens(_token(models_file), _token(operator_file), models_file, operator_file)


def require_local(headers: Mapping[str, str]) -> None:
    """Raise `Refusal` for a call that came through a browser or under a foreign name.

    A page may make a browser call any address, also one that a name was bent to; it cannot keep
    the browser from naming the page's origin, or the name that was called.
    """
    if "origin" in headers:
        raise Refusal("permission_error", "Calls from a browser's page are refused.")
    host = headers.get("host", "")
    if not address.loopback(f"http://{host}") or _misread(host):
        raise Refusal("permission_error", "This gateway is called by a loopback address only.")


def require_token(headers: Mapping[str, str], access: Access, known: Tokens) -> None:
    """Raise `Refusal` where neither header holds a token that is good for this path."""
    if access == "open":
        return
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = [headers.get("x-api-key", "")]
    if scheme.lower() == "bearer":
        given.append(bearer)
    good = [known.operator] if access == "operator" else [known.operator, known.models]
    matches = [_same(one.strip(), token) for one in given for token in good]
    if any(matches):
        return
    file = known.operator_file if access == "operator" else known.models_file
    raise Refusal("authentication_error", SET_UP.format(file=file))


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _misread(host: str) -> bool:
    """Whether a host header holds more than a host and a port."""
    try:
        parts = urlsplit(f"http://{host}")
        _ = parts.port
    except ValueError:
        return True
    return bool(parts.path or parts.query or parts.fragment or parts.username or not host)


def _token(file: Path) -> str:
    """The token of a file. Two starts at once agree on the one that was written first."""
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

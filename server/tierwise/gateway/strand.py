"""Tells to which strand a call belongs, and which project pays for it.

A strand is a conversation, or one sub-agent of it. The headers or the metadata of a call name the
conversation. Else it is recognised by a hash of its system prompt and the operator's first words.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from tierwise.core.dataclass import dataclass
from tierwise.gateway.message import Body, messages, system_text, texts
from tierwise.gateway.words import of_message
from tierwise.tasks.window.settings import project_of

SESSION_HEADERS: Final = ("x-session-id", "x-session-affinity")
LONGEST: Final = 200
"""The most characters of an id. A longer one is cut."""
DEFAULT_PROJECT: Final = "default"
_FOLDER: Final = re.compile(
    r"^[ \t>*-]*(?:Primary )?(?:current )?working directory:[ \t]*`?([^`\n]+?)`?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FOLDER_WORDS: Final = ("orking directory:", "orking Directory:", "ORKING DIRECTORY:")


@dataclass(frozen=True, slots=True)
class Strand:
    """A conversation with an agent, or one sub-agent of it.

    `session` is the id of the conversation, and `agent` that of the sub-agent, None if it is none.
    The budget of `project` pays for its calls.
    """

    session: str
    agent: str | None
    project: str
    named: bool
    """True if the client gave the id of the conversation, in a header or in its metadata."""
    member: str | None = None
    """The id of the team member. Two members never share a strand."""

    @property
    def key(self) -> str:
        """The id under which the ledger keeps the strand."""
        return strand_key(self.session, self.agent)


def strand_key(session: str, agent: str | None) -> str:
    """The id under which the ledger keeps a conversation, or its sub-agent if `agent` is given."""
    return f"{session}/{agent}" if agent else session


def of(body: Body, headers: Mapping[str, str], pays: str | None = None) -> Strand:
    """Tell to which conversation or sub-agent a call belongs. `headers` are in lower case.

    `pays` is the project that pays, if it is not the one that the call names.
    """
    named = _named(body, headers)
    agent = headers.get("x-claude-code-agent-id", "").strip()[:LONGEST] or None
    return Strand(named or _opening(body), agent, pays or project(body, headers), named is not None)


def project(body: Body, headers: Mapping[str, str]) -> str:
    """The project of a call: that of the header, else the working folder that the system prompt
    names, else `DEFAULT_PROJECT`.
    """
    named = headers.get("x-tierwise-project", "").strip()
    if named:
        return as_project(unquote(named))
    text = system_text(body)
    # Searching for the plain words first is fast. Most system prompts are long and lack them.
    found = _FOLDER.search(text) if any(word in text for word in _FOLDER_WORDS) else None
    return as_project(found.group(1)) if found is not None else DEFAULT_PROJECT


def as_project(name: str) -> str:
    """The project key of a folder, the same that editors use. Any other name stays as it is."""
    folder = Path(name[:4096])
    if folder.is_absolute():
        try:
            if folder.is_dir():
                return project_of([folder])
        except OSError:
            pass
    return name[:LONGEST]


def _named(body: Body, headers: Mapping[str, str]) -> str | None:
    metadata = body.get("metadata")
    user = metadata.get("user_id") if isinstance(metadata, Mapping) else None
    candidates = [
        headers.get("x-claude-code-session-id"),
        _session_in(user) if isinstance(user, str) else None,
        *(headers.get(name) for name in SESSION_HEADERS),
    ]
    found = next((c.strip() for c in candidates if isinstance(c, str) and c.strip()), None)
    return found[:LONGEST] if found else None


def _session_in(user: str) -> str | None:
    """The session in `metadata.user_id`, which is a JSON text or ends in `_session_<id>`."""
    if user.startswith("{"):
        try:
            found = json.loads(user).get("session_id")
        except (ValueError, AttributeError, RecursionError):
            return None
        return found if isinstance(found, str) else None
    _, mark, session = user.rpartition("_session_")
    return session if mark else None


def _opening(body: Body) -> str:
    """A hash of the system prompt and the first words of the operator."""
    digest = hashlib.blake2b(digest_size=12)
    for text in texts(body.get("system")):
        digest.update(text.encode("utf-8", "surrogatepass"))
    first = next((w for w in (of_message(m) for m in messages(body)) if w), "")
    digest.update(b"\0" + first.encode("utf-8", "surrogatepass"))
    return f"opened-{digest.hexdigest()}"

"""Tokens of jobs: a job's agent shows one to the gateway instead of the operator's tokens.

A token is good for models alone and spends no more than its job may. It ends with the job: when it
is revoked, or when the process that issued it is gone. Each has a file of its own in the state
folder, readable for its owner alone and named by the token's hash, so that no file holds a token.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.redact import hide
from tierwise.store import owner

FOLDER: Final = "gateway-jobs"


@dataclass(frozen=True, slots=True)
class JobGrant:
    """What a token allows: to spend up to `cap` nano-dollars for a job, in its project.

    `issuer` is the process that issued it.
    """

    job: str
    project: str
    cap: int
    issuer: str


def issue(state: Path, job: str, *, project: str, cap: int) -> str:
    """Issue a new token for a job, which may spend `cap` nano-dollars in all.

    For calls with this token only this cap holds, whatever an earlier token of the job allowed.
    `state` is the state folder. Raises `OSError` where nothing can be written.
    """
    token = f"tw-job-{secrets.token_urlsafe(32)}"
    file = _file(state, token)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _refusal(state, job).unlink(missing_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w", encoding="utf-8") as made:
        json.dump(asdict(JobGrant(job, project, cap, owner.identity())), made)
    temporary.replace(file)
    return hide(token)


def revoke(state: Path, job: str) -> None:
    """Revoke every token of a job."""
    _refusal(state, job).unlink(missing_ok=True)
    for file in (state / FOLDER).glob("*.json"):
        found = _read(file)
        if found is None or found.job == job:
            file.unlink(missing_ok=True)


def note_refused(state: Path, job: str) -> None:
    """Note that a call of a job was refused because there was no money for it."""
    with contextlib.suppress(OSError):
        _refusal(state, job).touch(mode=0o600)


def refused(state: Path, job: str) -> bool:
    """Whether a call of a job was refused for lack of money since its last token was issued."""
    return _refusal(state, job).exists()


def granted(state: Path, token: str) -> JobGrant | None:
    """What a token allows; None if it is not the token of a job, or if its issuer is gone."""
    file = _file(state, token)
    found = _read(file)
    if found is not None and owner.alive(found.issuer) is False:
        file.unlink(missing_ok=True)
        return None
    return found


def _refusal(state: Path, job: str) -> Path:
    digest = hashlib.blake2b(job.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return state / FOLDER / f"{digest}.refused"


def _file(state: Path, token: str) -> Path:
    digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return state / FOLDER / f"{digest}.json"


def _read(file: Path) -> JobGrant | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        grant = JobGrant(**found)
    except (OSError, ValueError, TypeError):
        return None
    return grant if isinstance(grant.cap, int) else None

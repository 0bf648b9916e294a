"""Makes sure that one worker runs per state folder. A file beside the lock says who holds it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from tierwise.config import paths
from tierwise.core.errors import TierwiseError
from tierwise.present import night as words
from tierwise.store import owner
from tierwise.tasks.window.settings import configuration

WHO: Final = "work.pid"


class WorkerHeld(TierwiseError):
    """Raised if another worker runs on this state folder."""

    name = "WorkerHeld"


@contextmanager
def only_worker(folder: Path) -> Iterator[None]:
    """Hold the lock of a state folder. Raises `WorkerHeld`, which names the process
    that holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    who = folder / WHO
    lock = FileLock(folder / "work.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise WorkerHeld(words.held(_told(who))) from None
    try:
        told = f"{os.getpid()} {int(time.time())} {owner.identity()}"
        who.write_text(told, encoding="utf-8")
        yield
    finally:
        who.unlink(missing_ok=True)
        lock.release()


def nobody_works(env: Mapping[str, str]) -> bool:
    """Whether it is certain that no worker does the queued jobs.

    False if the queue is shared, because a worker on another machine may do them.
    """
    own = configuration(env, {}, [], True)
    if paths.store_url(env, own.config.store.url) is not None:
        return False
    try:
        *_, worker = (paths.state_dir(env) / WHO).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return owner.alive(worker) is False


def _told(who: Path) -> str:
    try:
        pid, since, _ = who.read_text(encoding="utf-8").split()
        began = datetime.fromtimestamp(int(since)).astimezone()
        return f"process {int(pid)}, since {began:%d %b %H:%M}"
    except (OSError, ValueError):
        return "process unknown"

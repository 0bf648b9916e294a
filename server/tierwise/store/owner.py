"""Which process holds a lease, and whether it still lives.

A process id alone says nothing: ids are used again, and another container has its own. So
an owner is named by boot, process namespace, id and start time.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def _machine() -> str:
    """This boot and this process namespace; empty where the system does not say."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = str((_PROC / "self/ns/pid").readlink()).strip("pid:[]")
        return f"{boot}/{namespace}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot; `None` when there is none."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    state, start = fields[0], fields[19]
    return None if state in ("Z", "X") else start


def identity() -> str:
    """The name of this process as an owner."""
    return _named(os.getpid())


@cache
def _named(pid: int) -> str:
    return f"{_machine()}:{pid}:{_started(pid) or ''}"


def alive(owner: str) -> bool | None:
    """Whether that process lives; `None` when it cannot be known from here."""
    machine, _, rest = owner.partition(":")
    pid, _, start = rest.partition(":")
    if not machine or machine != _machine() or not pid.isdigit() or not start:
        return None
    return _started(int(pid)) == start

"""Which process holds a lease (the time a reservation lives without news of it), and whether that
process still lives.

A process id alone is not enough: ids are used again, and another container has its own. So
an owner is named by boot, process namespace, id and start time.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def _machine() -> str:
    """The ids of this boot and this process namespace; empty where the system does
    not give them.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = str((_PROC / "self/ns/pid").readlink()).strip("pid:[]")
        return f"{boot}/{namespace}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """The start of a process in clock ticks since boot; `None` if there is no such process."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    state, start = fields[0], fields[19]
    return None if state in ("Z", "X") else start


def identity() -> str:
    """The name of this process as the owner of leases."""
    return _named(os.getpid())


@cache
def _named(pid: int) -> str:
    return f"{_machine()}:{pid}:{_started(pid) or ''}"


def alive(owner: str) -> bool | None:
    """Whether the process of that name lives; `None` if this process cannot know."""
    machine, _, rest = owner.partition(":")
    pid, _, start = rest.partition(":")
    if not machine or machine != _machine() or not pid.isdigit() or not start:
        return None
    return _started(int(pid)) == start

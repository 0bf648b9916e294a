"""Keeps one learned state (what outcomes taught, as numbers) for each project of a team.

It learns from the lessons of all members. A lesson is a judged answer that a member's editor
reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tierwise.learning import lesson as lessons
from tierwise.learning import record
from tierwise.learning.lesson import Lesson
from tierwise.learning.record import Record
from tierwise.store import team_learned
from tierwise.store.deferred import Connection


def fold(conn: Connection, project: str, weights: str, member: str, told: Sequence[Lesson]) -> int:
    """Learn from those of a member's lessons (`told`) that are new, in the caller's transaction.

    Returns the version of the learned state after that. `weights` is the hash of the shipped
    weights. Each lesson is first predicted and only then learned from, as on a single machine. So
    the same test (the gate) tells if the state may decide.
    """
    new = [
        each
        for each in sorted(told, key=lambda one: (one.ripe_ms, one.id))
        if team_learned.add(
            conn, each.id, project=project, weights=weights, member=member,
            ripe_ms=each.ripe_ms, body=lessons.to_json(each),
        )
    ]  # fmt: skip
    version, body = team_learned.learned(conn, project, weights)
    if not new:
        return version
    found = state_of(body, weights)
    memory = found.memory
    for each in new:
        memory = memory.learned(each.seen)
    told_ms = max(found.told_ms, *(each.ripe_ms for each in new))
    after = record.to_json(replace(found, memory=memory, told_ms=told_ms))
    team_learned.put(conn, project, weights, version + 1, after)
    return version + 1


def state_of(body: Mapping[str, Any] | None, weights: str) -> Record:
    """Read what a project's outcomes taught so far from its row of the ledger.

    If `body` is None or cannot be read, the result is an empty state for these `weights`.
    """
    try:
        return record.from_json(body or {})
    except ValueError:
        return Record(weights=weights)

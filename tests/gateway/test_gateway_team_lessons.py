"""What members' tasks teach a team's gateway: figures alone, once each, for all of them."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from tests.support.team_gateways import Team

from tierwise.learning import lesson, record
from tierwise.learning.lesson import Lesson
from tierwise.learning.memory import Memory
from tierwise.learning.observation import (
    Cell,
    LearnerAnswer,
    LearnerTask,
    Observation,
    features,
)
from tierwise.learning.record import Record
from tierwise.store import schema
from tierwise.tasks.learning.learning import project_key

HASH = "0123456789abcdef"


def lesson_of(number: int, kept: float, canary: object = None) -> dict[str, Any]:
    """What a task taught; with a canary it is none."""
    cell = Cell("fix", "python")
    logits = (0.5, 1.0)
    task = LearnerTask(cell, logits, features(cell, {"words": 3.0}, logits), (1.0, 2.0, 3.0))
    seen = Observation(task, (LearnerAnswer(0, kept),), at_ms=number)
    made = lesson.to_json(Lesson(f"{number:016x}", number, seen))
    return {**made, "language": canary} if canary else made


async def test_lessons_of_all_members_become_one_state_once_whatever_gateway_hears_them(
    team: Team,
) -> None:
    await team.open()
    told = [lesson_of(number, number % 2) for number in range(1, 41)]
    mine = {"project": "shop", "weights": HASH}
    sent = {**mine, "lessons": told[:20]}
    assert (await team.send("POST", "/v1/team/lessons", "Max", sent))[1] == {"version": 1}
    for at in (0, 1):
        again = await team.send("POST", "/v1/team/lessons", "Max", sent, at=at)
        assert again[1] == {"version": 1}, "what was told teaches once"
    more = {**mine, "lessons": told[20:]}
    assert (await team.send("POST", "/v1/team/lessons", "Mia", more, at=1))[1] == {"version": 2}
    path = f"/v1/team/learned?project=shop&weights={HASH}"
    _, found, _ = await team.send("GET", path, "Olga")
    alone = Memory()
    for number, each in enumerate(told, 1):
        alone = alone.learned(lesson.from_json(each, project_key("shop")).seen)
        if number == 20:
            alone = record.from_json(record.to_json(Record(alone, HASH))).memory
    kept = record.to_json(Record(alone, HASH, 40))
    assert found == {"version": 2, "record": json.loads(json.dumps(kept))}
    _, known, _ = await team.send("GET", f"{path}&version=2", "Olga")
    assert known == {"version": 2, "record": None}
    _, other, _ = await team.send("GET", f"{path.replace('shop', 'office')}", "Olga")
    assert other == {"version": 0, "record": None}


async def test_a_lesson_with_text_in_it_is_refused_whole_and_nothing_of_it_is_kept(
    team: Team,
) -> None:
    told = [lesson_of(1, 1.0), lesson_of(2, 1.0, "CANARY = 'hunter2'")]
    sent = {"project": "shop", "weights": HASH, "lessons": told}
    status, answer, _ = await team.send("POST", "/v1/team/lessons", "Max", sent)
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    rows = await team.ledger.read(lambda conn: conn.execute(sa.select(schema.team_lessons)).all())
    assert rows == []
    for name in ("nobody", "tw-member-wrong"):
        assert (await team.send("POST", "/v1/team/lessons", name, sent))[0] == 401

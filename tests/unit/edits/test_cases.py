"""Small inputs that once went wrong, with their right results, through the real engine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.desk import Desk, span_of

CASES = Path(__file__).parents[4] / "shared" / "cases" / "edits.json"


def cases() -> list[Any]:
    if not CASES.exists():
        assert not os.environ.get("CI"), "the shared cases are missing"
        return []
    found: list[Any] = json.loads(CASES.read_text(encoding="utf-8"))
    return found


@pytest.mark.shared
@pytest.mark.skipif(not cases(), reason="the shared cases are not here")
@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['kind']}: {case['name']}")
def test_the_answer_lands_right(case: Any, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write({case["path"]: case["text"]})
    draft = desk.draft(
        case["path"], span_of(case["selection"]), case["answer"],
        action=case["action"], instruction=case["instruction"], language=case["language"],
    )  # fmt: skip
    marked = bool(draft.failed)
    assert desk.result(draft, case["path"]) in case["want"]
    assert not marked or case["text"] in case["want"], draft.failed

"""The examples that the idea was explained with, twenty wordings of each, through the whole router.

The wordings stand in `examples.jsonl`; none of them teaches the fit. A kind wants the cheapest
tier, the middle one at most, or the top; the shares are those that are promised.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tierwise.routing.route import parse_request, route_one

ROWS: dict[str, list[dict[str, Any]]] = defaultdict(list)
for _line in Path(__file__).with_name("examples.jsonl").read_text(encoding="utf-8").splitlines():
    _row = json.loads(_line)
    ROWS[_row.pop("kind")].append(_row)


def routed(row: dict[str, Any]) -> str:
    return route_one(parse_request({k: v for k, v in row.items() if k != "want"})).routed


@pytest.mark.parametrize("kind", ROWS)
def test_an_example_of_the_idea_goes_where_it_belongs(kind: str) -> None:
    rows = ROWS[kind]
    want = rows[0]["want"]
    found = {row["instruction"]: routed(row) for row in rows}
    if want == "cheapest":
        astray = [wish for wish, tier in found.items() if tier != "haiku"]
        assert len(astray) <= len(rows) * 0.05, astray
    elif want == "middle":
        astray = [wish for wish, tier in found.items() if tier == "opus"]
        assert len(astray) <= len(rows) * 0.05, astray
    else:
        assert not [wish for wish, tier in found.items() if tier == "haiku"]
        astray = [wish for wish, tier in found.items() if tier != "opus"]
        assert len(astray) <= len(rows) * 0.20, astray

"""How far the work reaches: what the project's index counted, and what nobody counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.request import ProjectSignals, Request, Selection
from tierwise.routing.fit.rows import own
from tierwise.routing.reach import CLEAR
from tierwise.routing.route import route_one
from tierwise.routing.signals import quantities

REQUESTS = [row.request for row in own()]
ONE_FILE = ProjectSignals(usages=1, usage_files=1, fan_in=0, defined=1, files=1)
FOO = Selection("a.py", "python", 1, 2, "def foo():\n    pass", 60, "foo", 1, 1)


@given(st.sampled_from(REQUESTS))
@settings(max_examples=60, deadline=None)
def test_unknown_is_never_surer_than_one_file(request: Request) -> None:
    unknown = route_one(request)
    known = route_one(replace(request, project=ONE_FILE))
    for tier in unknown.estimate.need:
        assert unknown.estimate.lower[tier] <= known.estimate.lower[tier]
        assert unknown.estimate.need[tier] <= known.estimate.need[tier]


@given(st.sampled_from(REQUESTS), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_more_of_the_project_never_makes_a_request_easier(
    request: Request, usages: int, files: int, more: int
) -> None:
    few = ProjectSignals(usages=usages, usage_files=files, fan_in=files, files=files)
    many = ProjectSignals(
        usages=usages + more, usage_files=files + more, fan_in=files + more, files=files + more
    )
    narrow, wide = (route_one(replace(request, project=p)) for p in (few, many))
    assert narrow.estimate.need["haiku"] >= wide.estimate.need["haiku"]


def test_the_project_counts_what_open_files_do_not_show() -> None:
    asked = Request("edit", "rename foo to bar", selection=FOO, files=())
    wide = replace(asked, project=ProjectSignals(usages=22, usage_files=7, defined=1))
    assert (route_one(asked).routed, route_one(wide).routed) == ("haiku", "sonnet")


def test_usages_of_a_name_defined_twice_count_nothing() -> None:
    asked = Request("edit", "rename foo to bar", selection=FOO, files=())
    many = replace(asked, project=ProjectSignals(usages=90, usage_files=40, defined=3))
    assert quantities(many)[0] == quantities(asked)[0]


@pytest.mark.parametrize("usages", [30, 100, 300, 3_000, 10**9])
@pytest.mark.parametrize(
    "wish",
    ["rename foo to bar", "rename foo to bar everywhere in the project",
     "please rename the function foo to bar and update all callers",
     "foo -> bar in the whole repo", "move foo into utils.py"],
)  # fmt: skip
def test_a_wide_substitution_never_starts_on_the_top_tier(wish: str, usages: int) -> None:
    files = max(2, usages // 4)
    project = ProjectSignals(usages=usages, usage_files=files, fan_in=files, defined=1, files=files)
    for selection in (FOO, None):
        for action in ("edit", "refactor", "chat"):
            asked = Request(action, wish, selection=selection, files=(), project=project)
            assert route_one(asked).routed != "opus", (action, wish)


def test_importers_count_where_a_whole_file_is_moved() -> None:
    module = Selection("core/a.py", "python", 1, 40, "\n".join(["x = f(y)"] * 40), 40)
    asked = Request("refactor", "move this module into the api package", selection=module, files=())
    busy = replace(asked, project=ProjectSignals(fan_in=25))
    assert quantities(busy)[0]["reach.files"] > quantities(asked)[0]["reach.files"]
    part = replace(busy, selection=replace(module, end_line=3, text="x = f(y)\n" * 3))
    assert quantities(part)[0]["reach.files"] == 0.0


@given(st.sampled_from(REQUESTS), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_a_place_that_is_not_clear_widens_the_bound_and_nothing_else(
    request: Request, clear: int
) -> None:
    told = replace(request, project=ProjectSignals(clear=clear))
    plain, with_place = route_one(request), route_one(told)
    assert with_place.estimate.need == plain.estimate.need
    unclear = clear < CLEAR and request.selection is None
    assert ("place" in quantities(told)[1]) == unclear
    for tier, bound in plain.estimate.lower.items():
        if not unclear:
            assert with_place.estimate.lower[tier] == bound
        assert with_place.estimate.lower[tier] <= bound

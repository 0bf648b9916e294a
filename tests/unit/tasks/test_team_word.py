"""What a team's gateway says, as an editor reads it, shows it and decides by it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.decision import Decision, Estimate, Signals
from tierwise.core.situation import Choice, Floor, Situation
from tierwise.core.team import SharedCap, TeamWord
from tierwise.core.tiers import DEFAULT_LADDER, Ladder, Tier
from tierwise.models.call import CallOrigin, Trace
from tierwise.models.failure import failure
from tierwise.present import errors, pause
from tierwise.present.reasons import words
from tierwise.present.shown import SENTENCE, shown
from tierwise.present.team_seen import AWAY, lines
from tierwise.routing import policy
from tierwise.tasks.calling.team_rule import ruled
from tierwise.tasks.money.answering import answering
from tierwise.tasks.money.team_seen import TeamSeen
from tierwise.tasks.money.team_watch import ODD, word_of
from tierwise.tasks.task.task_run import Run

NAMES = DEFAULT_LADDER.names
TIERS = st.sampled_from(NAMES)
MONEY = st.integers(0, 10**12)
CAPS = st.builds(
    SharedCap, st.sampled_from(("team", "member", "project")),
    st.sampled_from(("hour", "day", "period")), MONEY, MONEY, MONEY,
)  # fmt: skip


def said(**more: Any) -> dict[str, Any]:
    """What a gateway whose tiers have other names says."""
    named = {f"g-{tier.name}": tier.model for tier in DEFAULT_LADDER}
    return {
        "owner": "Olga", "state": "ok", "tiers": named, "caps": [], "floors": {},
        "maxTier": None, "paused": None, **more,
    }  # fmt: skip


def decided(situation: Situation) -> Decision:
    flat = {"haiku": 0.9, "sonnet": 0.95, "opus": 1.0}
    return policy.decide(Signals({}), Estimate(flat, flat, flat), situation)


def test_a_word_names_the_editors_own_tiers_by_their_models() -> None:
    cap = {"scope": "team", "span": "day", "limitUsd": 50.0, "spentUsd": 50.0, "reservedUsd": 0}
    word = word_of(
        said(maxTier="g-sonnet", floors={"review": "g-sonnet", "fix": "gone"}, caps=[cap],
             state="paused", paused=cap),
        DEFAULT_LADDER,
    )  # fmt: skip
    assert (word.max_tier, word.floors, word.owner) == ("sonnet", {"review": "sonnet"}, "Olga")
    assert word.paused == SharedCap("team", "day", 50 * 10**9, 50 * 10**9, 0)
    assert list(lines(word)) == [
        "Paused by the team's budget of today: $50.00 of $50.00, ask Olga.",
        "Team, today: $50.00 of $50.00",
        "The team allows Sonnet at most.",
        "The team asks for at least: review from Sonnet.",
    ]


@pytest.mark.parametrize(
    "odd", [None, [], "no", {}, said(caps=[{}]), said(tiers=None), said(floors=3)]
)
def test_what_is_no_word_is_told_from_one(odd: Any) -> None:
    with pytest.raises(ODD):
        word_of(odd, DEFAULT_LADDER)


@given(st.lists(CAPS, max_size=9), st.none() | CAPS, st.booleans(), st.none() | TIERS)
def test_every_line_of_a_team_fits_its_place(
    caps: list[SharedCap], paused: SharedCap | None, away: bool, most: str | None
) -> None:
    found = lines(TeamWord("Olga", "paused", tuple(caps), most, {}, paused, away))
    assert all(0 < len(line) <= SENTENCE for line in found)
    assert (found[:1] == [AWAY]) is away
    assert any(line.startswith("Paused by") for line in found) is (paused is not None)


def test_the_rules_of_a_team_move_nothing_to_a_tier_that_another_key_pays_for() -> None:
    word = TeamWord(max_tier="haiku", floors={"fix": "sonnet"})
    mixed = TeamSeen({"haiku": word})
    assert (mixed.floors(DEFAULT_LADDER, "fix"), mixed.cap(DEFAULT_LADDER)) == ((), None)
    two = TeamSeen({"haiku": word, "sonnet": TeamWord(), "opus": word})
    assert two.one(DEFAULT_LADDER) is None
    whole = TeamSeen(dict.fromkeys(NAMES, word))
    assert whole.cap(DEFAULT_LADDER) == "haiku"
    assert whole.floors(DEFAULT_LADDER, "fix") == (Floor("haiku", "fix", "team"),)
    assert whole.floors(DEFAULT_LADDER, "edit") == ()
    assert len(whole.words) == 1


@given(TIERS, st.none() | TIERS, st.none() | TIERS, st.none() | TIERS)
def test_the_team_binds_what_was_chosen_and_says_so(
    routed: str, chosen: str | None, floor: str | None, most: str | None
) -> None:
    rank = DEFAULT_LADDER.rank
    if floor is not None and most is not None and rank(floor) > rank(most):
        floor = most
    own = Situation(
        choices=(Choice("task", chosen),) if chosen else (),
        remap={"haiku": routed} if chosen is None and routed != "haiku" else {},
    )
    free = decided(own)
    facts = Situation(
        choices=own.choices, remap=own.remap, team_cap=most,
        floors=(Floor(floor, "fix", "team"),) if floor else (),
    )  # fmt: skip
    found = decided(facts)
    answering = rank(found.answering)
    assert floor is None or answering >= rank(floor)
    assert most is None or answering <= rank(most)
    if found.answering != free.answering:
        told = shown(found)
        assert "team" in told.badge
        assert "by the team" in told.sentence
        assert any("by the team" in words(reason) for reason in found.reasons)


@pytest.mark.parametrize(("team", "model"), list(product(("", "floor", "cap", "odd"), NAMES)))
def test_a_gateways_answer_moves_a_decision_where_its_rule_did(team: str, model: str) -> None:
    decision = decided(Situation())
    trace = Trace(team=team, model=f"claude-{model}-5-5")
    asked = DEFAULT_LADDER.get(decision.answering)
    found = ruled(decision, trace, DEFAULT_LADDER, asked, "fix")
    if model == decision.answering:
        assert found is None
    else:
        assert found is not None
        assert found.answering == model
        told = shown(found)
        assert "the team" in told.sentence
        assert "team" in told.badge


def test_a_server_that_is_no_teams_gateway_moves_nothing() -> None:
    asked = DEFAULT_LADDER.get("opus")
    assert ruled(decided(Situation()), Trace(), DEFAULT_LADDER, asked, "fix") is None


def test_a_call_that_the_team_moved_goes_the_same_way_again() -> None:
    run = Run()
    assert run.place_of("haiku") == "haiku"
    run.answers_through("haiku", "sonnet")
    assert run.place_of("sonnet") == "haiku", "Sonnet's own place is another key's"
    assert run.place_of("opus") == "opus"


def test_a_model_of_no_tier_keeps_the_tier_that_was_asked_and_has_a_price_of_its_own() -> None:
    asked = Tier("own", "m", 1, base_url="https://team.example")
    other = Ladder((asked,))
    found = answering(other, asked, "gone")
    assert found is not None
    assert (found.name, found.model, found.base_url) == ("own", "gone", "https://team.example")
    decision = replace(decided(Situation()), answering="own")
    assert ruled(decision, Trace(team="floor", model="gone"), other, asked, "fix") is None
    assert answering(other, asked, "m") is None
    assert answering(other, asked, "") is None


@pytest.mark.parametrize("name", ["tierwise", "my project", "größe", "a\r\nb", ""])
def test_a_project_goes_as_a_header_whatever_its_folder_is_called(name: str) -> None:
    for value in CallOrigin("fix", name).headers.values():
        assert value.isascii()
        assert not set(value) & set("\r\n")


def test_team_paused_is_said_in_the_gateways_own_words() -> None:
    why = pause.paused_by_team("team", "day", spent=10**9, limit=10**9, owner="Olga")
    error = failure("team_paused", DEFAULT_LADDER.get("haiku"), sent=False, detail=why)
    told = errors.sentence(error)
    assert told.startswith("Haiku was not asked: Paused by the team's budget of today")
    assert told.endswith("ask Olga.")
    assert not errors.sentence(error).endswith("..")

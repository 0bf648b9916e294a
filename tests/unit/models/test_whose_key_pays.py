"""Who stands in for a place that cannot answer, and whose key that takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tierwise.core.tiers import Ladder, Tier
from tierwise.models.candidates import others

LOW = Tier("low", "m-low", 100)
MIDDLE = Tier("middle", "m-middle", 100)
HIGH = Tier("high", "m-high", 100)
TEAM = "TEAM_TOKEN"


def asked(*tiers: Tier) -> list[str]:
    """The places that are asked unasked when the lowest tier cannot answer."""
    ladder = Ladder(tiers)
    return [found.model for found in others(tiers[0], ladder, lambda place: True)]


@pytest.mark.parametrize("key", [TEAM, ""])
def test_the_tier_above_stands_in_where_the_same_key_pays_and_never_where_another_does(
    key: str,
) -> None:
    assert asked(LOW, MIDDLE, HIGH) == ["m-middle"]
    assert asked(replace(LOW, api_key_env=key), MIDDLE, HIGH) == []
    assert asked(LOW, replace(MIDDLE, api_key_env=key), HIGH) == []
    both = (replace(LOW, api_key_env=key), replace(MIDDLE, api_key_env=key))
    assert asked(*both, HIGH) == ["m-middle"]


def test_what_the_operator_lists_stands_in_whatever_its_key() -> None:
    team = replace(LOW, api_key_env=TEAM)
    assert asked(replace(team, fallback=("high",)), MIDDLE, HIGH) == ["m-high"]
    own = replace(LOW, model="m-own")
    assert asked(replace(team, elsewhere=(own,)), MIDDLE, HIGH) == ["m-own"]
    assert asked(replace(team, fallback=()), MIDDLE, HIGH) == []


def test_a_place_of_the_tier_above_that_another_key_pays_for_does_not_stand_in() -> None:
    above = replace(MIDDLE, elsewhere=(replace(MIDDLE, model="m-team", api_key_env=TEAM),))
    assert asked(LOW, above) == ["m-middle"]


def test_the_ladder_tells_of_those_for_which_it_is_not_the_one_above() -> None:
    ladder = Ladder((replace(LOW, api_key_env=TEAM), replace(MIDDLE, fallback=("high",)), HIGH))
    assert ladder.fallbacks == {"low": (), "middle": ("high",)}
    assert Ladder((LOW, MIDDLE, HIGH)).fallbacks == {}

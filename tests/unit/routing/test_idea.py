"""The idea's own examples: each kind gets the tier the idea names, whatever the words."""

from __future__ import annotations

import pytest
from tests.bench.router import idea

MET = {found.kind.name: found for found in idea.met()}


@pytest.mark.parametrize("name", MET)
def test_an_example_of_the_idea_gets_its_tier(name: str) -> None:
    found = MET[name]
    assert found.asked == 20
    assert found.enough, f"{found.within} of {found.asked}, {found.below} below what may be"

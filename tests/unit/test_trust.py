"""Without trust nothing is sent or run, and whoever cares hears of a change."""

from __future__ import annotations

import pytest

from tierwise.core.errors import Untrusted
from tierwise.trust import Trust


def test_untrusted_refuses_with_a_sentence() -> None:
    trust = Trust(False)
    with pytest.raises(Untrusted, match="not trusted, so Tierwise will not run a check"):
        trust.require("run a check")
    trust.set(True)
    trust.require("run a check")


def test_listeners_hear_each_change_once() -> None:
    heard: list[bool] = []
    trust = Trust(True)
    trust.listeners.append(heard.append)
    for value in (True, False, False, True):
        trust.set(value)
    assert heard == [False, True]

"""Without trust nothing is sent or run, and whoever cares hears of a change."""

from __future__ import annotations

from tests.support.sentences import refused

from tierwise.core.errors import Untrusted
from tierwise.trust import Trust


def test_untrusted_refuses_with_a_sentence() -> None:
    trust = Trust(False)
    with refused(Untrusted, match="not trusted, so"):
        trust.require()
    trust.set(True)
    trust.require()


def test_listeners_hear_each_change_once() -> None:
    heard: list[bool] = []
    trust = Trust(True)
    trust.listeners.append(heard.append)
    for value in (True, False, False, True):
        trust.set(value)
    assert heard == [False, True]

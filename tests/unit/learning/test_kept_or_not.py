"""The operator's own record: what counts as kept, and how many answers are looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.outcome import OUTCOME_KINDS
from tierwise.learning.own_record import (
    ENOUGH,
    KEPT,
    LAST,
    NOT_KEPT,
    KeptOf,
    OutcomeLine,
    OwnRecord,
    kept_or_not,
    verdict,
)

TIERS = ("haiku", "sonnet", "opus")


def lines() -> st.SearchStrategy[list[OutcomeLine]]:
    ids = st.integers(0, 5).map(str)
    values = st.sampled_from(["", "2/3", *TIERS])
    line = st.tuples(ids, st.sampled_from(TIERS), st.sampled_from(OUTCOME_KINDS), values)
    return st.lists(line, max_size=30)


@given(lines())
def test_a_word_against_an_answer_outweighs_any_for_it(told: list[OutcomeLine]) -> None:
    found = kept_or_not(told, TIERS)
    for key in {(task, tier) for task, tier, _, _ in told}:
        about = [(kind, value) for task, tier, kind, value in told if (task, tier) == key]
        said = {verdict(kind, value, key[1], TIERS) for kind, value in about}
        assert found.get(key) is (None if said == {None} else False not in said)


def test_a_redo_speaks_against_an_answer_unless_it_is_cheaper() -> None:
    assert verdict("superseded", "opus", "sonnet", TIERS) is False
    assert verdict("superseded", "sonnet", "sonnet", TIERS) is False
    assert verdict("superseded", "haiku", "sonnet", TIERS) is None
    assert not KEPT & NOT_KEPT
    assert set(OUTCOME_KINDS) >= KEPT | NOT_KEPT


@given(st.lists(st.booleans(), max_size=LAST + 30))
def test_the_newest_answers_count_once_there_are_enough(kept: list[bool]) -> None:
    own = OwnRecord()
    for number, each in enumerate(kept):
        own.saw("fix", "haiku", f"t{number}", kept=each)
        own.saw("fix", "haiku", f"t{number}", kept=each)
        own.saw("fix", "opus", f"t{number}", kept=not each)
    last = kept[-LAST:]
    expected = KeptOf(sum(last), len(last)) if len(kept) >= ENOUGH else None
    assert own.of("fix", "haiku") == expected
    assert own.of("edit", "haiku") is None


def test_an_edit_that_is_undone_later_is_not_kept() -> None:
    own = OwnRecord()
    for number in range(ENOUGH):
        own.saw("fix", "haiku", f"t{number}", kept=True)
    own.saw("fix", "haiku", "t3", kept=False)
    own.saw("fix", "haiku", "t3", kept=True)
    assert own.of("fix", "haiku") == KeptOf(ENOUGH - 1, ENOUGH)

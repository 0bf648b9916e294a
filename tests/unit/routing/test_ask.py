"""The ask apart from talk and from prose to be worked on."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tierwise.routing.ask import apart
from tierwise.routing.prose import SLIPPED, mended, one_slip, without_prose
from tierwise.routing.sentences import spans

SLIP = ("missed", "doubled", "other", "early")


@pytest.mark.parametrize(
    "framed",
    [
        "Hi there, I hope you are having a good day. rename total to sum_up",
        "rename total to sum_up Thanks a lot, you are great!",
        "Hello! My colleague left for the day and asked me to pass this on. rename total to sum_up",
        "rename total to sum_up\n\nSent from my phone",
        "Guten Morgen, ich hoffe, es geht dir gut. rename total to sum_up",
    ],
)
def test_talk_around_a_wish_is_taken_out(framed: str) -> None:
    ask = apart(framed)
    assert ask.text.strip() == "rename total to sum_up"
    assert ask.talk > 0


@pytest.mark.parametrize(
    "wish",
    [
        "thanks!",
        "Hi",
        "sometimes two users get the same number",
        "We have four units that reset themselves after some days. Find out why.",
        "make the Button blue",
        "schreib einen Docstring",
        "why does `thank_you()` return None?",
        "write a CLI in Go that tails several files at once",
        "このコードは何をしている？",
        "",
    ],
)
def test_a_wish_stays_as_it_is(wish: str) -> None:
    assert apart(wish).text == wish
    assert apart(wish).talk == 0


@pytest.mark.parametrize(
    "wish",
    [
        "summarize this email: the architecture review of the distributed cluster moved to Monday",
        "tl;dr\n\nthe migration of the security module is late and the customers are not happy",
        'reply politely to "your concurrency fix broke production for all of our customers today"',
        "we redesign the whole platform and move every service this year\n\nsummarize that please",
        'what does this user want?\n\n"Hi, since the migration our architecture page is gone"',
        "What is this mail asking for? Dear team, the concurrency review of our platform is due",
        "mail from ops, what do I have to do: Hello, the migration of our platform starts today",
        "I was away for two weeks, came back to a full inbox, and my manager wants to hear by noon "
        "what they want of us, so I have no patience left for reading it all. Summarise this mail:"
        "\n\nDear all, the architecture review of the platform is moved to Monday.",
        "sumarize the mesage below\n\nthe migration of the platform is late and nobody knows why",
        "このメールを要約してください：\n皆様、migration は来週になりました。お願いします。",
    ],
)
def test_prose_to_be_worked_on_says_nothing_of_the_work(wish: str) -> None:
    ask = apart(wish)
    assert ask.prose >= 8
    assert not {"architecture", "migration", "concurrency", "platform"} & set(ask.text.split())


@pytest.mark.parametrize(
    "wish",
    [
        "fix this: the total is wrong when there are two discounts and one of them is negative",
        "what does this loop need?\nthe total is wrong when there are two discounts or more",
        "what is this about: two threads take the same lock in another order and both wait forever",
        "fix what they say:\n\nHi, the export hangs whenever two of us start it at the same time",
    ],
)
def test_prose_that_is_not_to_be_worked_on_stays(wish: str) -> None:
    assert apart(wish).text == wish


@given(st.sampled_from(SLIPPED), st.sampled_from(SLIP), st.data())
def test_a_slip_of_the_keys_in_a_word_of_such_a_wish_is_put_right(
    term: str, slip: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(term) - 2))
    typed = {
        "missed": term[:at] + term[at + 1 :],
        "doubled": term[: at + 1] + term[at:],
        "other": term[:at] + "#q"[term[at] != "q"] + term[at + 1 :],
        "early": term[:at] + term[at + 1] + term[at] + term[at + 2 :],
    }[slip]
    assume(typed.isalpha())
    assert mended(f"well, {typed}!") in {f"well, {near}!" for near in (term, *_near(typed))}


def _near(typed: str) -> list[str]:
    return [term for term in SLIPPED if term == typed or one_slip(typed, term)]


@pytest.mark.parametrize(
    "word", ["better", "summer", "massages", "latter", "translator", "refactor", "e", "x" * 400]
)
def test_another_word_is_no_slip(word: str) -> None:
    assert mended(word) == word


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "tell me more about that. Thank you so much, have a lovely day!",
            "tell me more about that.",
        ),
        ("Hallo, ich hoffe, du hattest ein schönes Wochenende. yes do it", "yes do it"),
    ],
)
def test_a_wish_that_looks_like_talk_is_what_stays_of_talk(text: str, left: str) -> None:
    assert apart(text).text == left


def test_blanks_change_nothing() -> None:
    wish = "Thanks for the last one. summarize this mail: we meet on Monday at nine in the big room"
    doubled = wish.replace(" ", "   ")
    assert apart(wish).text.split() == apart(doubled).text.split()


def test_sentences_cover_the_text_in_order() -> None:
    text = "One. Two e.g. three! four?\nfive :) six"
    found = [text[a:b].strip() for a, b in spans(text)]
    assert found == ["One.", "Two e.g. three!", "four?", "five :)", "six"]


def test_talk_alone_is_no_wish_where_none_is_needed() -> None:
    talk = "Thank you so much for the last one, have a lovely day!"
    assert apart(talk).text == talk
    assert apart(talk, wordless=True).text == ""


def test_talk_at_the_ends_of_a_long_paste_is_taken_out() -> None:
    log = "\n".join(
        f"2026-01-01 10:00:{n % 60:02} ERROR write failed on node {n}" for n in range(200)
    )
    ask = apart(
        f"Hi there, I hope you are well.\nwhich line is the first error?\n{log}\nThanks a lot!"
    )
    assert ask.text.startswith("which line is the first error?")
    assert "Thanks" not in ask.text
    assert log in ask.text


@pytest.mark.parametrize(
    ("lead", "asked"),
    [
        (f"what {'x' * 59} wants", True),
        (f"what {'x' * 60} wants", False),
        ("what\nthey want", False),
        ("what do they\nwant", False),
        ("whatever they want", False),
        (f"{'what x ' * 10}wants", True),
        ("is she angry", True),
        (f"is {'x' * 29} angry", True),
        (f"is {'x' * 30} angry", False),
        ("was sie will", True),
        ("worum geht es", True),
        ("fix what they report", False),
    ],
    ids=range(12),
)
def test_a_question_about_a_text_stands_on_the_line_of_its_word_and_near_it(
    lead: str, asked: bool
) -> None:
    """The letter is only set aside where the wish asks what it says."""
    letter = "Dear all, " + "the new coffee machine is here and it has twelve buttons " * 3
    assert (without_prose(f"{lead}: {letter}")[1] > 0) == asked

"""The ask apart from talk and from prose to be worked on."""

from __future__ import annotations

import pytest

from tierwise.routing.ask import apart
from tierwise.routing.sentences import spans


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

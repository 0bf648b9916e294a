"""Chat in the panel: who answers is said first, what it cost last, and what is done is logged."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]
LONG = "\n\n".join(f"Paragraph {n} of an answer that takes its time." for n in range(400))
COST = re.compile(r"[\d.k]+ tokens in, [\d.k]+ out · (\d[\d.]*¢|\$\d+\.\d\d)")
DONE = ("applied", "discarded", "undone")
"""What the operator did; what became of the text since is watched beside it."""
BLOCK = (
    "Use this:\n\n```python\ndef add_numbers(a, b):\n"
    "    return sum((a, b))\n```\n\nand nothing else."
)


def test_the_tier_and_reason_stand_before_the_first_word_and_the_cost_after_the_last(
    desk: Desk,
) -> None:
    desk.model.answers("It **adds**.", first_delay=2.0)
    panel = desk.open("sample.py").show_panel()
    panel.ask("what does add_numbers do?")
    expect(panel.head.locator(".tier")).to_have_text(re.compile(r"^(Haiku|Sonnet|Opus)"))
    expect(panel.head.locator(".because")).not_to_be_empty()
    assert panel.body.inner_text() == "", "no word of the answer is there yet"
    panel.answered()
    expect(panel.last.locator(".used")).to_have_text(COST)
    expect(panel.said).to_have_text(re.compile("^Answer complete"))
    panel.head.get_by_role("button", name="Why this tier").click()
    expect(panel.head.locator(".reasons li").first).to_be_visible()


def test_escape_stops_an_answer_and_what_came_stays_and_is_booked(desk: Desk) -> None:
    desk.model.answers(LONG, delay=0.05)
    panel = desk.open("sample.py").show_panel()
    panel.ask("tell me a long story")
    expect(panel.body).to_contain_text("Paragraph 3 of")
    expect(panel.button("Stop")).to_be_visible()
    panel.prompt.press("Escape")
    panel.answered("cancelled")
    expect(panel.last.locator(".used")).to_have_text(re.compile("^Stopped"))
    expect(panel.body).to_contain_text("Paragraph 3 of")
    expect(panel.button("Send")).to_be_visible()
    panel.window.until(lambda: "cancelled" in desk.ledger.kinds(), "the outcome")


def test_a_conversation_is_there_after_a_restart_and_goes_on(desk: Desk) -> None:
    desk.model.answers("The first **answer**.")
    window = desk.open("sample.py")
    panel = window.show_panel()
    panel.ask("the first question")
    panel.answered()
    window.page.close()

    panel = desk.open("sample.py").show_panel()
    expect(panel.turns).to_have_count(1)
    expect(panel.last.locator(".prompt")).to_have_text("the first question")
    expect(panel.body.locator("strong")).to_have_text("answer")
    expect(panel.last.locator(".used")).to_have_text(COST)
    panel.ask("and the second?")
    panel.answered()
    said = [message["content"] for message in desk.model.requests()[-1]["messages"]]
    assert len(said) == 3, "the model is told what was said before the restart"
    assert "The first **answer**." in str(said[1])

    panel.button("New conversation").click()
    expect(panel.turns).to_have_count(0)
    panel.button("Conversations").click()
    past = panel.frame.locator(".past")
    expect(past.locator(".conversation")).to_have_count(1)
    past.get_by_role("searchbox").fill("no such words")
    expect(past).to_contain_text("No conversation holds these words.")
    past.get_by_role("searchbox").fill("SECOND?")
    past.locator(".open").filter(has_text="the first question").click()
    expect(panel.turns).to_have_count(2)
    panel.button("Conversations").click()
    past.get_by_role("button", name="Delete the first question").click()
    past.get_by_role("button", name="Delete for good").click()
    expect(past).to_contain_text("No conversation is kept.")
    expect(panel.turns).to_have_count(0)


def test_a_question_is_edited_and_asked_again_in_its_place(desk: Desk) -> None:
    desk.model.answers("An answer.")
    panel = desk.open("sample.py").show_panel()
    for question in ("what is a list?", "and a set?", "and a tuple?"):
        panel.ask(question)
        panel.answered()
    turn = panel.turns.nth(1)
    turn.hover()
    turn.get_by_role("button", name="Edit this question").click()
    turn.get_by_role("textbox", name="The question").fill("and a dict?")
    turn.get_by_role("button", name="Ask again").click()
    expect(panel.turns).to_have_count(2)
    expect(panel.last.locator(".prompt")).to_have_text("and a dict?")
    panel.answered()
    said = str(desk.model.requests()[-1]["messages"])
    assert "what is a list?" in said
    assert "and a set?" not in said
    assert "and a tuple?" not in said


def test_copy_insert_and_rating_are_outcomes(desk: Desk) -> None:
    desk.model.answers(BLOCK)
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window = desk.open("sample.py")
    panel = window.show_panel()
    panel.ask("how would you add?")
    panel.answered()
    panel.body.get_by_role("button", name="Copy").click()
    expect(panel.said).to_have_text("Copied")
    panel.last.get_by_role("button", name="This tier was too weak").click()
    pressed = panel.last.get_by_role("button", name="This tier was too weak")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    panel.body.get_by_role("button", name="Insert").click()
    window.until(lambda: "sum((a, b))" in window.text, "the inserted code")
    window.until(lambda: len(desk.ledger.kinds()) == 3, "three outcomes")
    assert sorted(desk.ledger.kinds()) == ["copied", "inserted", "rated"]
    assert ("rated", '"tooWeak"') in desk.ledger.outcomes()


def test_a_block_is_applied_by_way_of_a_proposal_and_taken_back(desk: Desk) -> None:
    desk.model.answers(BLOCK)
    window = desk.open("sample.py")
    before = window.text
    panel = window.show_panel()
    panel.ask("how would you add?")
    panel.answered()
    panel.body.get_by_role("button", name="Apply").click()
    card = panel.last.locator(".proposal")
    expect(card.locator(".files li")).to_have_text(re.compile(r"sample\.py\s*\+1\s*−1"))
    assert "sum((a, b))" not in (desk.workspace / "sample.py").read_text(encoding="utf-8")
    card.get_by_role("button", name="Apply").click()
    expect(card.locator(".became")).to_have_text("Applied")
    window.show_file("sample.py")
    window.until(lambda: "return sum((a, b))" in window.text, "the applied block")
    assert window.text.count("def add_numbers") == 1, "the definition of that name is replaced"
    card.get_by_role("button", name="Undo").click()
    window.until(lambda: window.text == before, "the text as it was")
    expect(card.locator(".became")).to_have_text("Undone")
    window.until(lambda: "undone" in desk.ledger.kinds(), "the outcome of taking it back")
    assert [kind for kind in desk.ledger.kinds() if kind in DONE] == ["applied", "undone"]


def test_regenerate_asks_the_same_tier_and_a_stronger_one_is_a_small_choice(desk: Desk) -> None:
    desk.model.answers("one")
    panel = desk.open("sample.py").show_panel()
    panel.ask("what does add_numbers do?")
    panel.answered()
    first = panel.head.locator(".tier").inner_text().split()[0]
    desk.model.answers("two")
    panel.last.get_by_role("button", name="Regenerate with the same tier").click()
    expect(panel.body).to_have_text("two")
    expect(panel.head.locator(".tier")).to_have_text(re.compile(f"^{first}"))
    desk.model.answers("three")
    panel.last.get_by_role("button", name="Regenerate with another tier").click()
    menu = panel.frame.get_by_role("menu")
    expect(menu.get_by_role("menuitem").filter(has_text="current")).to_contain_text(first)
    menu.get_by_role("menuitem").filter(has_text="Opus").click()
    expect(panel.body).to_have_text("three")
    expect(panel.head.locator(".tier")).to_have_text(re.compile("(^|→ )Opus"))
    assert desk.model.requests()[-1]["model"] == "claude-opus-5-5", "requested = executed"


def test_a_failover_and_an_error_are_said_in_place(desk: Desk) -> None:
    overloaded = {"status": 529, "kind": "overloaded_error"}
    desk.model.faults(by_model={"claude-haiku-5-5": overloaded})
    panel = desk.open("sample.py").show_panel()
    panel.ask("what does add_numbers do?")
    panel.answered()
    expect(panel.head.locator(".tier")).to_have_text("Haiku → Sonnet, outage")
    sentence = "Haiku is overloaded"
    expect(panel.head.locator(".because")).to_contain_text(f"{sentence} just now; later tasks")
    assert panel.last.inner_text().count(sentence) == 1, "said where it is looked for, and once"
    desk.model.faults(clear=True, default={"status": 401, "kind": "authentication_error"})
    desk.model.faults(default={"status": 401, "kind": "authentication_error"})
    panel.ask("@opus and this?")
    panel.answered("failed")
    expect(panel.last.locator(".error")).to_have_text(re.compile("Opus"))

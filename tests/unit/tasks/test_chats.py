"""Conversations: the cache as the server tells it, switching weighed, a life beyond restarts."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event

from tests.support.window import CODE, Window
from tests.unit.tasks.conftest import Open

from tierwise.core.context import ContextItem, Pack
from tierwise.core.money import Usage
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.reasons import words
from tierwise.store.content import Content
from tierwise.tasks.api import ChatParams, ChatReply, Location
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.chat.threads import LIVES_MS, MAX_CHARS, AnsweredTurn, Thread, sent

BIG = CODE + "".join(f"def more{n}(a):\n    return a * {n}\n\n\n" for n in range(120))


async def say(w: Window, prompt: str, **more: object) -> ChatReply:
    uri = w.papers.put("big.py", BIG)
    params = ChatParams(prompt, conversation_id="c", references=(Location(uri),), **more)  # type: ignore[arg-type]
    return await w.app.chat(params)


async def test_a_file_is_sent_once_and_read_back_from_the_cache(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    replies = [await say(w, f"question {n} about it", tier="sonnet") for n in range(3)]
    first, second, third = model.requests
    assert "more119" in str(first["messages"][-1])
    assert "more119" not in str(second["messages"][-1]), "the history holds it"
    assert "more119" in str(second["messages"][0])
    assert second["messages"][0]["content"] == first["messages"][0]["content"]
    assert "cache_control" not in str(first["messages"]), "most first turns have no second"
    assert replies[1].usage.cache_write_tokens > 1_000
    assert replies[2].usage.cache_read_tokens > 1_000
    assert replies[2].usage.input_tokens < 500
    assert [m["role"] for m in third["messages"]] == ["user", "assistant"] * 2 + ["user"]


async def test_staying_on_a_warm_dearer_tier_is_weighed_and_the_break_even_is_said(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    thread = w.app.world.chats.open("c")
    now = w.app.world.window.now_ms()
    routed = (await say(w, "what is a list?")).decision.routed
    for held, leaves in ((60_000, False), (600, True)):
        usage = Usage(cache_read_tokens=held)
        thread.answered(AnsweredTurn(f"t{held}", "design it", "so", "opus"), usage, now)
        decision = (await say(w, f"what is a list of {held}?")).decision
        (reason,) = [words(r) for r in decision.reasons if r.step == "thread"]
        assert decision.routed == routed != "opus"
        assert decision.answering == (routed if leaves else "opus")
        assert f"{held:,} cached tokens" in reason
        assert re.search(r"pays after \d+ turn", reason), "the break-even is said either way"
    chosen = await say(w, "what is a tuple?", tier="haiku")
    assert chosen.decision.answering == "haiku", "an explicit choice is never weighed away"


async def test_a_conversation_goes_on_after_a_restart(window: Open, model: RehearsalServer) -> None:
    model.faults.default = Fault(text="first answer")
    w = await window()
    await say(w, "remember the number 41", tier="sonnet")
    await w.close()
    model.faults.default = Fault(text="second answer")
    again = await window()
    await say(again, "and one more", tier="opus")
    messages = model.requests[-1]["messages"]
    assert "remember the number 41" in str(messages[0])
    assert "first answer" in str(messages[1])
    assert again.app.world.chats.open("c").task_ids != []
    (kept,) = (w.app.world.window.content.folder).glob("chat-*/thread.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    await again.close()
    again.app.world.window.content.purge()
    fresh = await window()
    assert fresh.app.world.chats.find("c") is None, "purged is gone"


async def test_nothing_is_kept_where_nothing_may_be(window: Open, model: RehearsalServer) -> None:
    w = await window("content_keep_days = 0\n")
    await say(w, "hello")
    await say(w, "hello again, differently")
    assert len(model.requests[-1]["messages"]) == 3, "while the server lives it is remembered"
    assert not list(w.app.world.window.content.folder.glob("chat-*"))


async def test_what_was_ignored_since_is_not_sent_again(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    await say(w, "question one about it")
    assert "a * 119" in str(model.requests[-1])
    (w.papers.root / ".tierwiseignore").write_text("big.py\n", encoding="utf-8")
    await w.app.chat(ChatParams("question two, else", conversation_id="c"))
    assert "a * 119" not in str(model.requests[-1])
    assert "question one" in str(model.requests[-1])


def test_a_conversation_is_gone_before_the_disk_has_taken_its_turn(tmp_path: Path) -> None:
    chats = Chats(Content(tmp_path), lambda: True)
    key = chats._key("a")
    chats._write(Thread("a", said=[said(1)]))
    assert chats.find("a") is not None
    begin, go_on = Event(), Event()

    def busy() -> None:
        begin.set()
        go_on.wait(30)

    chats._writer.submit(busy)
    assert begin.wait(30)
    chats.forget("a")
    assert chats.content.get(key, "thread.json") is not None, "its file waits for the writer"
    assert chats.find("a") is None
    go_on.set()
    chats._writer.shutdown()


def said(n: int, tier: str = "haiku", text: str = "x") -> AnsweredTurn:
    return AnsweredTurn(f"t{n}", f"prompt {n}", text, tier)


def test_the_cache_is_what_the_server_said_and_no_longer_than_it_lives() -> None:
    thread = Thread("c")
    thread.answered(said(1), Usage(input_tokens=900), 1_000)
    assert thread.warm(1_000) == {}, "nothing was cached"
    thread.answered(said(2, "opus"), Usage(cache_read_tokens=600, cache_write_5m_tokens=300), 2_000)
    assert thread.warm(2_000 + LIVES_MS["5m"] - 1) == {"opus": 900}
    assert thread.warm(2_000 + LIVES_MS["5m"]) == {}


def test_who_pauses_long_gets_the_long_cache() -> None:
    thread = Thread("c")
    thread.asked(0)
    thread.answered(said(1), Usage(cache_write_5m_tokens=900), 10_000)
    thread.asked(100_000)
    lives: list[str] = [thread.life]
    thread.asked(10_000 + LIVES_MS["5m"])
    assert [*lives, thread.life] == ["5m", "1h"]
    thread.answered(said(2), Usage(cache_write_1h_tokens=900), 400_000)
    assert thread.warm(400_000 + LIVES_MS["1h"] - 1) == {"haiku": 900}


def test_a_history_is_cut_by_halves_and_its_cache_with_it() -> None:
    thread = Thread("c")
    for n in range(20):
        text = "y" * (MAX_CHARS // 16)
        thread.answered(said(n, text=text), Usage(cache_write_5m_tokens=900), n)
        assert sum(len(t.text) for t in thread.turns()) <= MAX_CHARS * 1.1
    assert thread.said[-1].task_id == "t19"
    assert thread.turns()[0].role == "user"


def test_a_turn_with_secrets_is_kept_without_its_context() -> None:
    item = ContextItem("file", "a.py", "python", 1, 1, "key = {{SECRET_1}}", 9)
    assert sent("text", Pack((item,), secrets=(("{{SECRET_1}}", "s"),))) is None
    kept = sent("text", Pack((item,)))
    assert kept is not None
    thread = Thread("c")
    thread.answered(
        AnsweredTurn("t", "p", "a", "haiku", kept.text, kept.paths, kept.digests), Usage(), 1
    )
    assert thread.fresh(Pack((item,))).items == ()
    assert thread.fresh(Pack((item,), secrets=(("{{SECRET_1}}", "s"),))).items == (item,)
    assert thread.fresh(Pack((item,)), lambda path: False).items == (item,)
    assert thread.turns(lambda path: False)[0].text == "p"


async def test_a_question_is_asked_again_in_other_words_as_if_the_first_had_not_been(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    for n in range(3):
        await say(w, f"question {n}", task_id=f"t{n}")
    await w.app.retract("c", "t1")
    await say(w, "another question", task_id="t3")
    asked = [m["content"] for m in model.requests[-1]["messages"] if m["role"] == "user"]
    assert len(asked) == 2
    assert "question 1" not in str(asked)
    assert "question 2" not in str(asked)
    kept = [spoken.prompt for spoken in await w.app.conversation("c")]
    assert kept == ["question 0", "another question"]


async def test_conversations_are_found_by_what_was_said_and_deleted_for_good(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    for chat, prompt in (("a", "about Lists"), ("b", "about sets")):
        await w.app.chat(ChatParams(prompt, conversation_id=chat))
    assert [h.id for h in await w.app.conversations(9, "lists")] == ["a"]
    assert {h.id for h in await w.app.conversations(9)} == {"a", "b"}
    await w.app.forget_conversation("a")
    assert [h.id for h in await w.app.conversations(9)] == ["b"]
    assert await w.app.conversation("a") == []
    await w.app.chat(ChatParams("and now?", conversation_id="a"))
    assert len(model.requests[-1]["messages"]) == 1, "no model is told of it again"


async def test_a_tier_that_was_forced_is_not_what_the_turn_needed(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    forced = await say(w, "what is a list?", tier="opus")
    thread = w.app.world.chats.open("c")
    assert forced.decision.answering == "opus"
    assert thread.state().need == forced.decision.first != "opus"
    assert thread.state().last_tier == "opus"


async def test_a_cheaper_tier_that_was_chosen_and_kept_is_what_the_turn_needed(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    wish = "design the database schema for our agent state, with the trade-offs of each choice"
    forced = await say(w, wish, tier="haiku")
    assert forced.decision.first != "haiku"
    assert w.app.world.chats.open("c").state().need == "haiku"


async def test_a_redo_on_a_higher_tier_tells_what_the_turn_needed(
    window: Open, model: RehearsalServer
) -> None:
    w = await window()
    first = await say(w, "what is a list?")
    assert first.decision.answering != "opus"
    await w.app.rerun_on(first.task_id, "opus")
    await w.ended(first.task_id)
    assert w.app.world.chats.open("c").state().need == "opus"


def test_a_conversation_of_an_older_version_tells_no_need() -> None:
    thread = Thread("c", said=[said(1, "opus")])
    assert thread.state().need is None
    assert thread.state().last_tier == "opus"

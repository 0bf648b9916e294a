"""The logs of Claude Code: counted once, by whose wish, and nothing of them is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tierwise.budget.prices import PriceTable
from tierwise.cli.commands import app
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.report.claude_code import LogSums, turns

RUNNER = CliRunner()
EVER = datetime.min.replace(tzinfo=UTC)
SECRET = "wishes nobody else may read"


def user(text: object, **more: object) -> dict[str, Any]:
    return {"type": "user", "message": {"role": "user", "content": text}, "cwd": "/p",
            "sessionId": "s", "timestamp": "2026-11-20T10:00:00.000Z", **more}  # fmt: skip


def answer(
    key: str, model: str = "claude-opus-5-5", output: int = 50, **used: Any
) -> dict[str, Any]:
    usage = {"input_tokens": 100, "output_tokens": output, "cache_read_input_tokens": 4_000,
             "cache_creation_input_tokens": 300,
             "cache_creation": {"ephemeral_1h_input_tokens": 100}, **used}  # fmt: skip
    return {"type": "assistant", "timestamp": "2026-11-20T10:00:05.000Z", "requestId": f"r{key}",
            "message": {"id": key, "model": model, "usage": usage, "content": []}}  # fmt: skip


def logs(folder: Path, *entries: object) -> Path:
    file = folder / "projects" / "-p" / "session.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [one if isinstance(one, str) else json.dumps(one) for one in entries]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "projects"


def test_an_answer_of_many_lines_counts_once_and_at_its_last_word(tmp_path: Path) -> None:
    place = logs(tmp_path, user("fix it"), answer("a", output=1), answer("a", output=70),
                 user([{"type": "tool_result", "content": "x"}]), answer("b"),
                 user("and now?"), answer("c"))  # fmt: skip
    found = list(turns(place, EVER, LogSums()))
    assert [t.words for t in found] == ["fix it", "and now?"]
    assert [t.steps for t in found] == [2, 1]
    used = found[0].calls["a"].usage
    assert (used.input_tokens, used.output_tokens, used.cache_read_tokens) == (100, 70, 4_000)
    assert (used.cache_write_5m_tokens, used.cache_write_1h_tokens) == (200, 100)


@pytest.mark.parametrize(
    "entry",
    [user("task of a sub-agent", isSidechain=True), user("a note of the tool", isMeta=True),
     user("<command-name>/clear</command-name>"), user([{"type": "tool_result", "content": "x"}]),
     {"type": "summary", "summary": "x"}, user([])],
    ids=["sub-agent", "meta", "command", "tool result", "summary", "nothing"],
)  # fmt: skip
def test_what_is_no_wish_of_the_operators_begins_no_turn(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    place = logs(tmp_path, user("fix it"), answer("a"), entry, answer("b"))
    assert [t.steps for t in turns(place, EVER, LogSums())] == [2]


def test_the_cost_is_that_of_the_list_and_only_numbers_come_of_it(tmp_path: Path) -> None:
    place = logs(tmp_path, user(f"rename {SECRET}"), answer("a"), "{no json", [1],
                 answer("e", "<synthetic>"))  # fmt: skip
    env = {"TIERWISE_STATE_DIR": str(tmp_path / "state"), "TIERWISE_CONFIG": str(tmp_path / "no")}
    words = ["import", "claude-code", "--folder", str(place), "--days", "0"]
    told = json.loads(RUNNER.invoke(app, [*words, "--json"], env=env).stdout)
    assert (told["turns"], told["calls"], told["oddLines"]) == (1, 1, 2)
    rate = PriceTable.load().rate("claude-opus-5-5", datetime(2026, 11, 20, tzinfo=UTC), 4_400)
    used = next(turns(place, EVER, LogSums())).calls["a"].usage
    assert told["costUsd"] == pytest.approx(rate.cost(used) / 1e9)
    assert told["routedUsd"] > 0
    assert sum(told["first"].values()) == 1
    assert set(told["first"]) <= set(DEFAULT_LADDER.names)
    said = RUNNER.invoke(app, words, env=env).stdout
    assert "at list prices" in said
    assert "flat plan" in said
    assert SECRET not in said + json.dumps(told)
    assert not (tmp_path / "state").exists(), "nothing is kept"


def test_a_model_without_a_price_is_named(tmp_path: Path) -> None:
    place = logs(tmp_path, user("fix it"), answer("a", "some-model"))
    env = {"TIERWISE_CONFIG": str(tmp_path / "no"), "TIERWISE_STATE_DIR": str(tmp_path)}
    done = RUNNER.invoke(app, ["import", "claude-code", "--folder", str(place), "--days", "0"],
                         env=env)  # fmt: skip
    assert "dearest: some-model" in done.stdout


def test_no_logs_is_a_sentence(tmp_path: Path) -> None:
    env = {"CLAUDE_CONFIG_DIR": str(tmp_path / "none")}
    done = RUNNER.invoke(app, ["import", "claude-code"], env=env)
    assert f"no folder {tmp_path / 'none' / 'projects'}" in str(done.exception)
    env = {"CLAUDE_CONFIG_DIR": str(tmp_path)}
    (tmp_path / "projects").mkdir()
    assert "There are no logs" in RUNNER.invoke(app, ["import", "claude-code"], env=env).stdout
    logs(tmp_path, user("fix it"), "{broken")
    said = RUNNER.invoke(app, ["import", "claude-code"], env=env).stdout
    assert "1 log file in " in said
    assert "--days 0 reads all. 1 of 2 lines could not be read." in said
    said = RUNNER.invoke(app, ["import", "claude-code", "--days", "0"], env=env).stdout
    assert "no answered turn." in said


VALUES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just([]) | st.just({})
)


@given(key=st.sampled_from(["type", "message", "timestamp", "requestId", "isMeta"]), value=VALUES,
       inner=st.sampled_from(["model", "usage", "id", "content"]))  # fmt: skip
def test_no_line_ends_the_reading(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object, inner: str
) -> None:
    one, other = answer("a"), answer("b")
    one[key] = value
    other["message"][inner] = value
    place = logs(tmp_path_factory.mktemp("logs"), user("fix it"), one, other, answer("c"))
    assert sum(turn.steps for turn in turns(place, EVER, LogSums())) >= 1

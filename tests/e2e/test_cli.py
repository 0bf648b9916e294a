"""The command line as a user runs it: one process per command, its exit code and its words."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.test_money import document, start, state
from tests.support import postgres as servers
from tests.support.editor import Editor
from tests.support.environment import kept
from tests.support.postgres import PostgresServer
from tests.support.rpc import Rpc

SERVER = str(Path(__file__).parents[2] / "server")


def run(env: dict[str, str], *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tierwise", *args],
        input=stdin,
        capture_output=True,
        text=True,
        env={**kept(), "PYTHONPATH": SERVER, **env},
        timeout=90,
        check=False,
    )


def test_try_runs_the_main_job_without_a_terminal_and_without_a_key(tmp_path: Path) -> None:
    env = {
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(tmp_path / "none.toml"),
    }
    done = run(env, "try")
    assert done.returncode == 0, done.stderr
    for said in ("Rehearsal", "Docs for a function", "Applied.", "Discarded.", "always Opus",
                 "answered for", "saved."):  # fmt: skip
        assert said in done.stdout, said
    stats = json.loads(run(env, "stats", "--json").stdout)
    assert stats["tasks"] == 0, "rehearsal never mixes with what is real"
    assert stats["rehearsal"]["tasks"] == 5


def test_route_answers_line_by_line_and_a_bad_line_does_not_stop_it(tmp_path: Path) -> None:
    env = {"TIERWISE_CONFIG": str(tmp_path / "none.toml")}
    lines = [
        '{"id": "a", "action": "edit", "instruction": "rename foo to bar", "odd": 1}',
        "{nonsense",
        '{"id": "c", "action": "dance", "instruction": "x"}',
        '{"id": "d", "action": "chat", "instruction": "@turbo hello"}',
        '{"id": "e", "action": "chat", "instruction": "@opus hello"}',
        '{"id": "f", "action": "fix", "instruction": "", "tier": "sonnet"}',
    ]
    done = run(env, "route", stdin="\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["a", None, "c", "d", "e", "f"]
    assert ["error" in a for a in answers] == [False, True, True, True, False, False]
    assert answers[4]["answering"] == "opus"
    assert answers[5]["cause"] == "override"
    assert done.stderr.count("odd") == 1
    assert done.returncode == 0


async def test_why_stats_and_history_tell_a_task(
    editor: Editor, rpc: Rpc, env: dict[str, str], tmp_path: Path
) -> None:
    uri = await start(editor)
    task_id = await document(editor, uri)
    view = await state(rpc, task_id, "proposed")
    await rpc.request("tierwise/edit/resolve", {"editId": view["editId"], "action": "discard"})
    await rpc.stop()
    why = await asyncio.to_thread(run, env, "why", task_id, "--json")
    told = json.loads(why.stdout)
    assert told["decision"]["answering"] == "haiku"
    assert told["attempts"][0]["costUsd"] == told["costUsd"] > 0
    assert [o["kind"] for o in told["outcomes"]] == ["discarded"]
    assert told["cheaper"] is None
    strict = tmp_path / "strict.toml"
    strict.write_text("confidence_target = 0.9999\n", encoding="utf-8")
    asked = env | {"TIERWISE_CONFIG": str(strict)}
    again = await asyncio.to_thread(run, asked, "why", task_id, "--json")
    assert json.loads(again.stdout)["dearer"] is None, "nothing is above the top"
    sent = await asyncio.to_thread(run, env, "why", task_id[:8], "--sent")
    assert "def add_numbers" in sent.stdout
    stats = json.loads((await asyncio.to_thread(run, env, "stats", "--json")).stdout)
    assert stats["byTier"]["haiku"]["tasks"] == 1
    assert stats["byAction"]["document"]["costUsd"] == pytest.approx(told["costUsd"])
    assert stats["savedUsd"] > 0
    history = await asyncio.to_thread(run, env, "history", "--json")
    assert json.loads(history.stdout)[0]["taskId"] == task_id
    assert (await asyncio.to_thread(run, env, "purge")).returncode == 0
    gone = await asyncio.to_thread(run, env, "why", task_id, "--sent")
    assert "no longer kept" in gone.stdout
    missing = await asyncio.to_thread(run, env, "why", "nothing")
    assert missing.returncode == 1
    assert "no task" in missing.stderr


def test_the_operators_own_prices_count_in_every_command(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    own = '[[prices]]\nmodel = "claude-haiku-5-5"\ninput = 100\noutput = 500\n'
    request = '{"id": "a", "action": "edit", "instruction": "rename foo to bar"}'
    told = []
    for text in ("", own):
        file.write_text(text, encoding="utf-8")
        env = {"TIERWISE_CONFIG": str(file), "TIERWISE_STATE_DIR": str(tmp_path / "state")}
        routed = json.loads(run(env, "route", stdin=request).stdout)
        prices = json.loads(run(env, "budget", "prices", "--json").stdout)
        rates = [p["inputUsd"] for p in prices if p["model"] == "claude-haiku-5-5"]
        told.append((routed["costUsd"]["haiku"], rates))
    assert told[1][1] == [100.0]
    assert told[0][1] == [0.1, 0.5]
    assert told[1][0] > 100 * told[0][0], "the rest is the chance of a redo"


def test_doctor_names_every_mistake_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("rehersal = true\n[budget]\nday = 3\n", encoding="utf-8")
    env = {"TIERWISE_CONFIG": str(file), "TIERWISE_STATE_DIR": str(tmp_path / "state")}
    done = run(env, "doctor", "--json", "--offline")
    row = next(row for row in json.loads(done.stdout)["checks"] if row["name"] == "configuration")
    assert row["state"] == "fail"
    assert "(did you mean 'rehearsal'?)" in row["todo"]
    assert "(did you mean 'day_usd'?)" in row["todo"]


def test_doctor_asks_nobody_while_the_file_has_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[[tiers]]\nname = 'a'\nmodel = 'm'\nmax_token = 9\n", encoding="utf-8")
    env = {"TIERWISE_CONFIG": str(file), "TIERWISE_STATE_DIR": str(tmp_path / "state"),
           "ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}  # fmt: skip
    done = run(env, "doctor", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert not told["ready"]
    assert "line 4" in told["notices"][0]
    assert {tier["unlisted"] for tier in told["tiers"]} == {"not asked"}


def test_doctor_looks_at_the_ledger_that_is_used(tmp_path: Path, postgres: PostgresServer) -> None:
    state = tmp_path / "state"
    env = {"TIERWISE_CONFIG": str(tmp_path / "none.toml"), "TIERWISE_STATE_DIR": str(state)}
    away = {"TIERWISE_STORE_URL": "postgresql://me:hunter2@127.0.0.1:9/nowhere"}
    with servers.schema(postgres.url) as url:
        for store, said in (({"TIERWISE_STORE_URL": url}, "ok"), (away, "fail"), ({}, "ok")):
            done = run({**env, **store}, "doctor", "--json", "--offline")
            rows = {row["name"]: row for row in json.loads(done.stdout)["checks"]}
            assert rows["ledger"]["state"] == said, rows["ledger"]
            assert (state / "ledger.db").exists() == (not store), "no file is made that is not used"
            assert "hunter2" not in done.stdout + done.stderr


def test_wrong_usage_is_exit_2(tmp_path: Path) -> None:
    env = {"TIERWISE_CONFIG": str(tmp_path / "none.toml")}
    assert run(env, "history", "--limit", "many").returncode == 2
    assert run(env, "serve", "--nonsense").returncode == 2

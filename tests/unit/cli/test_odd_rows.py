"""A row of the ledger that holds what no version writes costs that row, and never a command."""

from __future__ import annotations

import copy
import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.full_ledger import decision_row, fill
from typer.testing import CliRunner, Result

from tierwise.cli.commands import app
from tierwise.core.errors import TierwiseError
from tierwise.present.shown import shown
from tierwise.store import jobs
from tierwise.store.decisions import TaskHistory, TaskRow
from tierwise.store.deferred import Connection
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.learning import recall

RUNNER = CliRunner()
WELL = 5
DECISION = decision_row()
COMMANDS = (
    ("history",), ("history", "--json"), ("learn", "status"), ("learn", "diff"),
    ("stats", "--days", "0"), ("stats", "--json"),
    ("budget",), ("budget", "--json"), ("dial",), ("replay", "--ledger", "--days", "0"),
    ("report", "--since", "2025-01-01"), ("report", "--json"),
    ("export",), ("export", "--format", "jsonl"),
    *(("stats", "--days", "0", "--by", by)
      for by in ("day", "tier", "action", "project", "language", "client")),
    ("queue", "list"), ("queue", "report"), ("queue", "report", "--json"), ("queue", "show", "j"),
)  # fmt: skip
SPOILT = {
    "no estimate": "UPDATE decisions SET detail = json_remove(detail, '$.estimate')",
    "no situation": "UPDATE decisions SET detail = json_remove(detail, '$.situation')",
    "no signals": "UPDATE decisions SET detail = json_remove(detail, '$.signals')",
    "no cost": "UPDATE decisions SET detail = json_remove(detail, '$.cost')",
    "an empty object": "UPDATE decisions SET detail = '{}'",
    "a list": "UPDATE decisions SET detail = '[1, 2]'",
    "the word null": "UPDATE decisions SET detail = 'null'",
    "no JSON": "UPDATE decisions SET detail = '{\"signals\": '",
    "words for figures": "UPDATE decisions SET detail = json_set(detail, '$.cost.haiku', 'much')",
    "a ladder of 4": "UPDATE decisions SET detail = json_set(detail, '$.situation.ladder[0]', 4)",
    "a word for a share": "UPDATE decisions SET confidence = 'sure'",
    "bytes for a tier": "UPDATE decisions SET answering = x'00ff'",
    "a range of two": "UPDATE tasks SET range = '[1, 2]'",
    "a range of words": "UPDATE tasks SET range = 'here'",
    "an action of no version": "UPDATE tasks SET action = 'dance'",
    "a state of no version": "UPDATE tasks SET state = 'elsewhere'",
    "a time of words": "UPDATE tasks SET created_ms = 'noon'",
    "an outcome of no version": "UPDATE outcomes SET kind = 'liked'",
    "an outcome at no time": "UPDATE outcomes SET at_ms = 'noon'",
    "a value that is no JSON": "UPDATE outcomes SET value = '{{'",
}


@dataclass(frozen=True)
class OddLedger:
    """A ledger whose n-th task is odd in the n-th way; the last five tasks are well."""

    state: Path

    def run(self, *words: str) -> Result:
        env = {"TIERWISE_STATE_DIR": str(self.state), "TIERWISE_CONFIG": str(self.state / "no")}
        return RUNNER.invoke(app, list(words), env=env)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> OddLedger:
    state = tmp_path_factory.mktemp("state")
    ledger = Ledger.open(state)
    ids = fill(ledger, tasks=len(SPOILT) + WELL)
    ledger.close_sync()
    with closing(sqlite3.connect(state / "ledger.db")) as raw, raw:
        for task_id, statement in zip(ids, SPOILT.values(), strict=False):
            raw.execute(f"{statement} WHERE task_id = '{task_id}'")
    return OddLedger(state)


def held(result: Result, words: Sequence[str]) -> None:
    """A command ended in an answer, or in one sentence of ours; never in a traceback."""
    error = result.exception
    assert error is None or isinstance(error, SystemExit | TierwiseError), (words, repr(error))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_odd_rows_end_no_command(odd: OddLedger, words: tuple[str, ...]) -> None:
    held(odd.run(*words), words)


@pytest.mark.parametrize("number", range(len(SPOILT)), ids=list(SPOILT))
def test_why_of_an_odd_row_is_a_sentence(odd: OddLedger, number: int) -> None:
    held(odd.run("why", f"t{number:04}"), ("why",))


def test_the_others_are_there_and_the_odd_ones_are_named(odd: OddLedger) -> None:
    told = odd.run("history", "--limit", "100", "--json")
    shown = {task["taskId"] for task in json.loads(told.stdout)}
    assert shown >= {f"t{len(SPOILT) + n:04}" for n in range(WELL)}
    assert "t0000" not in shown
    for words in (("history",), ("learn", "status"), ("replay", "--ledger", "--days", "0")):
        said = odd.run(*words).stderr
        assert re.search(r"\d odd rows? left out: t00", said), words
        assert f"t{len(SPOILT):04}" not in said
    assert "t0000" in odd.run("history", "--limit", "100").stderr


SPOILT_QUEUE = {
    "an action of no version": "UPDATE queue_groups SET action = 'dance' WHERE id = '{}'",
    "a group's state of no version": "UPDATE queue_groups SET state = 'odd' WHERE id = '{}'",
    "words for money": "UPDATE queue_groups SET forecast = 'much' WHERE id = '{}'",
    "a job's state of no version": "UPDATE queue_jobs SET state = 'odd' WHERE group_id = '{}'",
    "tests of no version": "UPDATE queue_jobs SET tests = 'maybe' WHERE group_id = '{}'",
    "words for a job's money": "UPDATE queue_jobs SET cost = 'much' WHERE group_id = '{}'",
    "bytes for a tier": "UPDATE queue_jobs SET tier = x'00ff' WHERE group_id = '{}'",
    "a range of one": "UPDATE queue_jobs SET range = '[1]' WHERE group_id = '{}'",
    "a range that is a number": "UPDATE queue_jobs SET range = '4' WHERE group_id = '{}'",
    "a range that is no JSON": "UPDATE queue_jobs SET range = '[1' WHERE group_id = '{}'",
}


@pytest.fixture(scope="module")
def odd_queue(tmp_path_factory: pytest.TempPathFactory) -> OddLedger:
    """A queue whose n-th group is odd in the n-th way; the last group is well."""
    state = tmp_path_factory.mktemp("queue")
    ids = [f"g{number:02}" for number in range(len(SPOILT_QUEUE) + 1)]

    def queue(conn: Connection) -> None:
        for group in ids:
            jobs.insert_group(
                conn,
                GroupRow(group, str(state), str(state), 1_767_000_000_000, "edit", "file", "t"),
                [JobRow(f"j{group}", group, 0, "file:///p/a.py", "a.py", state="ready")],
            )

    ledger = Ledger.open(state)
    ledger.write_sync(queue)
    ledger.close_sync()
    with closing(sqlite3.connect(state / "ledger.db")) as raw, raw:
        for group, statement in zip(ids, SPOILT_QUEUE.values(), strict=False):
            raw.execute(statement.format(group))
    return OddLedger(state)


@pytest.mark.parametrize(
    "words",
    [("queue", "list"), ("queue", "list", "--json"), ("queue", "report"),
     ("queue", "report", "--json"), ("queue", "clean")],
    ids=" ".join,
)  # fmt: skip
def test_odd_groups_and_jobs_are_left_out_and_named(
    odd_queue: OddLedger,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(odd_queue.state)
    told = odd_queue.run(*words)
    assert told.exit_code == 0, repr(told.exception)
    named = {record.args[0] for record in caplog.records if isinstance(record.args, tuple)}
    assert {"g00", "g01", "g02", "jg03", "jg04", "jg05", "jg06", "jg07", "jg08"} <= named
    if words[1] != "clean":
        assert f"g{len(SPOILT_QUEUE):02}" in told.stdout


JSON: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1.5, "x", [], [1], ["a", None], {}, {"a": 1}, {"haiku": None}, [{"a": {}}]]
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_detail_it_is_read_or_odd(data: st.DataObject) -> None:
    """`readable` answers; it raises nothing, whatever replaced a part of the detail."""
    detail = copy.deepcopy(dict(DECISION.detail))
    key = data.draw(st.sampled_from(sorted(detail)))
    if isinstance(detail[key], dict) and detail[key] and data.draw(st.booleans()):
        below = data.draw(st.sampled_from(sorted(detail[key])))
        detail[key][below] = data.draw(JSON)
    elif data.draw(st.booleans()):
        detail[key] = data.draw(JSON)
    else:
        del detail[key]
    task = TaskRow("t", 1, "p", "chat", None, None, None, None, "s", False, "applied")
    told = TaskHistory(task, (replace(DECISION, detail=detail),), (), ())
    if recall.readable(told):
        shown(recall.decision(task, told.decisions[0]))

"""Replay: the figures, the prefix property, and what the learner may see."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from tests.bench.learning import streams
from typer.testing import CliRunner

from tierwise.cli.commands import app
from tierwise.core.errors import BadRequest
from tierwise.present.errors import sentence
from tierwise.present.learning import ledger_lines


def lines(count: int = 260) -> list[dict[str, Any]]:
    r = random.Random(7)
    made: list[dict[str, object]] = []
    for number in range(count):
        hard = number % 2
        made.append(
            {
                "id": f"t{number}",
                "action": "generate" if hard else "document",
                "instruction": "write a scheduler" if hard else "add a docstring",
                "files": [],
                "outcomes": {
                    "haiku": 0.1 if hard else 0.95,
                    "sonnet": round(r.random(), 3),
                    "opus": 0.9,
                },
            }
        )
    return made


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIERWISE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TIERWISE_CONFIG", str(tmp_path / "none.toml"))


def replayed(folder: Path, log: list[dict[str, Any]], *flags: str) -> dict[str, Any]:
    path = folder / "log.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in log) + "\n")
    done = CliRunner().invoke(app, ["replay", str(path), *flags, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_keys_of_the_contract_and_the_sums(tmp_path: Path) -> None:
    found = replayed(tmp_path, lines(120), "--no-learn", "--redo-cost", "0.5")
    assert list(found) == [
        "tasks", "quality", "firstQuality", "costUsd", "calls", "first",
        "escalations", "ece", "loss", "series",
    ]  # fmt: skip
    assert found["tasks"] == sum(found["first"].values()) == 120
    assert sum(found["calls"].values()) == 120 + found["escalations"]
    assert [(p["from"], p["to"]) for p in found["series"]] == [(0, 100), (100, 120)]
    assert sum(p["loss"] for p in found["series"]) == pytest.approx(found["loss"])
    wrong = (found["loss"] - found["costUsd"]) / 0.5
    assert wrong == pytest.approx(round(wrong), abs=1e-6)


def test_the_first_tasks_alone_give_the_same_figures(tmp_path: Path) -> None:
    flags = ("--learn", "--draw", "3")
    whole, part = (replayed(tmp_path, lines()[:n], *flags) for n in (260, 200))
    assert whole["series"][:2] == part["series"]


def test_the_learner_never_sees_a_tier_that_did_not_answer(tmp_path: Path) -> None:
    log = lines()
    told = replayed(tmp_path, log, "--learn")
    for line in log:
        passing = [t for t, p in line["outcomes"].items() if p >= 0.5]
        above = list(line["outcomes"])[list(line["outcomes"]).index(passing[0]) + 1 :]
        if line["outcomes"]["haiku"] >= 0.5:
            line["outcomes"].update(dict.fromkeys(above, 0.0))
    if told["first"]["haiku"] == told["calls"]["haiku"]:
        easy = replayed(tmp_path, log, "--learn")
        assert easy["first"] == told["first"]


def test_learning_helps_and_is_kept_in_a_state_folder(tmp_path: Path) -> None:
    state = str(tmp_path / "kept")
    frozen = replayed(tmp_path, lines(), "--no-learn")
    first = replayed(tmp_path, lines(), "--learn", "--state", state)
    second = replayed(tmp_path, lines(), "--no-learn", "--state", state)
    assert second["loss"] < first["loss"] < frozen["loss"]
    assert (tmp_path / "kept" / "learned.json").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1"),
        ("[]", "object"),
        ('{"action": "edit", "instruction": "x"}', "outcomes"),
        ('{"action": "edit", "instruction": "x", "outcomes": {"haiku": 2}}', "from 0 to 1"),
    ],
)
def test_a_bad_log_is_one_sentence(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n")
    done = CliRunner().invoke(app, ["replay", str(path)])
    assert isinstance(done.exception, BadRequest)
    assert says in sentence(done.exception)
    assert "\n" not in sentence(done.exception)


def test_an_empty_past_says_what_else_is_there() -> None:
    nothing = {"tasks": 0, "reproduced": 0, "otherWeights": 0}
    assert ledger_lines(nothing, 30) == ["no paid tasks in the last 30 days"]
    (line,) = ledger_lines(nothing, 0, left_out=3)
    assert "3 rehearsed ones" in line
    assert "--rehearsal" in line


def test_wrong_usage_is_exit_two() -> None:
    assert CliRunner().invoke(app, ["replay"]).exit_code == 2
    assert CliRunner().invoke(app, ["replay", "x.jsonl", "--ledger"]).exit_code == 2


@pytest.mark.shared
@pytest.mark.skipif(
    "CI" in os.environ or not (streams.folder() / "outcomes.dev.jsonl.gz").exists(),
    reason="needs the shared data folder",
)
def test_real_outcomes_are_routed_better_after_learning(tmp_path: Path) -> None:
    log = [dict(streams.line_of(row)) for row in streams.outcome_rows()]
    random.Random(5).shuffle(log)
    frozen = replayed(tmp_path, log[:500], "--no-learn", "--draw", "5")
    learned = replayed(tmp_path, log[:500], "--learn", "--draw", "5")
    late = [sum(p["loss"] for p in f["series"][-2:]) for f in (learned, frozen)]
    assert late[0] < 0.9 * late[1]

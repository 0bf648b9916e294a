"""`tierwise learn`: status, diff, reset, export, import, on, off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.learning.test_fold import WEIGHTS, live_memory, write
from typer.testing import CliRunner

from tierwise.cli.commands import app
from tierwise.learning import record
from tierwise.learning.record import Record
from tierwise.store.learned import LearnedFile
from tierwise.store.ledger import Ledger


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIERWISE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TIERWISE_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state"


def learn(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["learn", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def told(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(learn(*arguments, "--json"))
    return found


def teach(state: Path) -> None:
    LearnedFile(state).update(lambda _: record.to_json(Record(live_memory(), WEIGHTS.hash)))


def test_little_evidence_is_said_with_what_is_missing(state: Path) -> None:
    ledger = Ledger.open(state)
    for number in range(7):
        write(ledger, number, ("applied", 1_000))
    ledger.close_sync()
    assert learn("status").startswith("not enough evidence: 93 more outcomes needed")
    found = told("status")
    assert (found["live"], found["outcomes"], found["needed"]) == (False, 7, 93)


def test_a_live_state_is_shown_differs_and_can_be_switched_off(state: Path) -> None:
    teach(state)
    assert told("status")["live"] is True
    assert "document/python" in learn("diff")
    assert told("diff")["document/python"]["haiku"] < 0
    learn("off")
    found = told("status")
    assert (found["on"], found["live"], found["why"]) == (False, False, "off")
    assert learn("status").startswith("off:")
    learn("on")
    assert told("status")["live"] is True


def test_reset_forgets_and_export_import_carries_over_without_the_evidence(
    state: Path, tmp_path: Path
) -> None:
    teach(state)
    learn("export", str(tmp_path / "team.json"))
    assert json.loads(learn("export")) == json.loads((tmp_path / "team.json").read_text())
    learn("reset")
    assert learn("diff").strip() == "nothing was learned yet"
    learn("import", str(tmp_path / "team.json"))
    found = told("status")
    assert (found["live"], found["needed"]) == (False, 100), "it has to prove itself here"
    assert told("diff")["document/python"]["haiku"] < 0


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1}'])
def test_what_is_no_learned_state_is_not_imported(state: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    done = CliRunner().invoke(app, ["learn", "import", str(tmp_path / "bad.json")])
    assert done.exit_code != 0
    assert "learned state" in str(done.exception)

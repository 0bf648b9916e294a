"""Reasons: every code has words, whatever a ledger kept stays readable."""

from __future__ import annotations

import json
from dataclasses import asdict
from string import Formatter
from typing import Any, get_args

import pytest

from tierwise.core.check import CheckCode, FailedCheck
from tierwise.core.decision import Reason, ReasonCode
from tierwise.core.error_reason import ErrorCode, ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.path_concern import PathCode, PathConcern
from tierwise.core.situation import Floor
from tierwise.models.failure import KINDS
from tierwise.present import errors, failures, paths, pause
from tierwise.present.causes import CAUSES
from tierwise.present.checks import WORDS, sentence
from tierwise.present.reasons import words
from tierwise.tasks.learning import recall

SAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "said": ({"text": "db/ is protected: at least Opus"}, "db/ is protected: at least Opus"),
    "signal": (
        {"name": "sel.lines", "value": 1.0986, "eases": True},
        "2 lines selected: speaks for a cheaper tier",
    ),
    "unsure": (
        {"tier": "haiku", "estimate": 0.7, "lower": 0.6, "target": 0.8},
        "Haiku is sure to do for 1 in 2 only; 80 % is asked for",
    ),
    "opinion": (
        {"said": "haiku", "first": "sonnet"},
        "second opinion: Haiku, but the estimate says Sonnet",
    ),
    "no_opinion": ({}, "the second opinion did not come, so the tier stays"),
    "trial": ({"tier": "haiku", "instead_of": "sonnet"}, "a trial: Haiku instead of Sonnet"),
    "floor": (
        {"rule": "path", "subject": "db/a.sql", "tier": "opus"},
        "db/a.sql is protected: at least Opus",
    ),
    "floor_overruled": (
        {"rule": "action", "subject": "review"},
        "the action review is marked, but your choice holds",
    ),
    "chosen": ({"scope": "task", "tier": "opus"}, "you chose Opus for this task"),
    "remapped": ({"tier": "haiku", "to": "opus"}, "you gave Haiku's tasks to Opus"),
    "cache_keeps": (
        {"tier": "opus", "tokens": 50_000, "turns": 4},
        "Opus has 50,000 cached tokens, staying is cheaper; leaving pays after 4 turns",
    ),
    "cache_left": (
        {"tier": "opus", "tokens": 50_000, "turns": 1},
        "leaving Opus's 50,000 cached tokens pays after 1 turn",
    ),
    "budget": (
        {"tier": "haiku", "estimate": 0.6, "instead_of": "opus"},
        "the budget is nearly used up: Haiku is enough for about 2 in 3, so not Opus",
    ),
    "budget_no_help": ({"tier": "haiku"}, "Haiku would not cost less here, so the tier stays"),
    "no_room": (
        {"tier": "opus", "needs": 200_000_000, "left": 50_000_000, "to": "sonnet"},
        "Opus may need up to 20¢, 5¢ is left: Sonnet",
    ),
    "goes_on": ({"tier": "opus"}, "goes on with the task that runs: Opus"),
    "client_cap": ({"tier": "sonnet"}, "the client allows Sonnet at most"),
    "stuck": (
        {"tier": "haiku", "why": "errors", "to": "sonnet"},
        "Haiku: three tool errors in a row; Sonnet goes on",
    ),
    "client_named": ({"tier": "opus"}, "Opus was chosen in the client"),
    "kept": (
        {"tier": "haiku", "kept": 46, "judged": 48},
        "you kept 46 of the last 48 answers of Haiku to tasks of this kind",
    ),
    "team_cap": ({"tier": "sonnet"}, "capped by the team: Sonnet at most"),
    "team_answered": ({"tier": "sonnet"}, "the team's gateway let Sonnet answer"),
    "cap": ({"tier": "sonnet"}, "this workspace allows Sonnet at most"),
    "unavailable": (
        {"tier": "haiku", "why": "rate_limited", "to": "sonnet"},
        "Haiku is rate limited; Sonnet answers",
    ),
    "router_failed": (
        {"error": "KeyError"},
        "the router failed (KeyError): the top tier, to be safe",
    ),
    "too_dear": (
        {"tier": "haiku", "estimate": 0.8, "lower": 0.7, "wrong": 28_000_000},
        "Haiku may fall short in up to 1 of 3; a wrong answer costs 2.8¢",
    ),
    "worth_a_redo": (
        {"tier": "haiku", "estimate": 0.8, "lower": 0.7, "wrong": 28_000_000, "above": "sonnet"},
        "Haiku will do for 2 in 3 at the least; a redo at 2.8¢ costs less on average than the step"
        " to Sonnet",
    ),
    "may_need_top": (
        {"tier": "opus"},
        "may well need Opus: not started on the cheapest tier",
    ),
    "found_late": (
        {"kind": "security"},
        "about security: mistakes are found late here, so a dearer tier is worth more",
    ),
    "confidence_floor": (
        {"tier": "sonnet", "target": 0.9},
        "you ask for 90 % at least: Sonnet",
    ),
    "price_unknown": (
        {"tier": "local"},
        "price unknown: Local is counted at the dearest known rate",
    ),
    "learned": (
        {"outcomes": 400, "taken": "opus", "shipped": "haiku"},
        "learned from 400 outcomes: Opus first, shipped Haiku",
    ),
    "switched": (
        {
            "old": "haiku",
            "new": "opus",
            "why": "slow",
            "old_place": "a",
            "new_place": "b",
            "asked": True,
        },
        "Haiku is slow; Opus answers (you said yes)",
    ),
    "escalated": (
        {"tier": "haiku", "why": "unparsed", "about": "", "to": "sonnet"},
        "Haiku: the edit did not parse; Sonnet answers",
    ),
}


def test_every_code_has_a_sample() -> None:
    assert set(SAMPLES) == set(get_args(ReasonCode))


@pytest.mark.parametrize("code", get_args(ReasonCode))
def test_a_reason_is_worded_and_survives_the_ledger(code: ReasonCode) -> None:
    args, text = SAMPLES[code]
    reason = Reason("note", code, args)
    assert words(reason) == text
    kept = json.loads(json.dumps(asdict(reason)))
    assert recall.reason(kept) == reason


def test_what_an_older_ledger_kept_reads_as_it_was_said() -> None:
    assert words(recall.reason("second opinion: Haiku")) == "second opinion: Haiku"
    assert recall.floor({"tier": "opus", "why": "db/ is protected"}) == Floor(
        "opus", "db/ is protected"
    )
    assert recall.floor({"tier": "opus", "subject": "db/a", "rule": "path"}) == Floor(
        "opus", "db/a", "path"
    )


def test_a_cause_of_an_older_ledger_is_in_words_already() -> None:
    args = {"tier": "haiku", "why": "not answering", "to": "sonnet"}
    assert (
        words(Reason("availability", "unavailable", args))
        == "Haiku is not answering; Sonnet answers"
    )


def test_every_check_has_words() -> None:
    assert set(WORDS) == set(get_args(CheckCode))
    failed = FailedCheck("verify", "command_refused", "ruff", "E501")
    assert sentence(failed) == "ruff refused the edit"


def test_every_concern_about_a_path_has_words() -> None:
    assert set(paths.WORDS) == set(get_args(PathCode))
    found = (PathConcern("deleted", "a.py"), PathConcern("link", "a.py", "b.py"))
    assert paths.concerns(found) == "a.py will be deleted. a.py is a link to b.py"
    assert paths.concerns((PathConcern("deleted"),)) == "the file will be deleted"


def test_every_error_has_one_wording() -> None:
    assert {*errors.WORDS, *pause.WORDS, "call_failed"} == set(get_args(ErrorCode))
    assert not set(errors.WORDS) & set(pause.WORDS)
    for code, words_of in errors.WORDS.items():
        names = {name for _, name, _, _ in Formatter().parse(words_of) if name}
        said = errors.sentence(LedgerUnavailable(ErrorReason(code, dict.fromkeys(names, 1))))
        assert said.endswith("."), said


def test_every_way_a_call_fails_has_words() -> None:
    assert set(KINDS) <= set(CAUSES)
    assert set(KINDS) == set(failures.WORDS)

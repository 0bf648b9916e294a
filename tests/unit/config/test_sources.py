"""Which source may set what: no path by which a repository raises anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tierwise.config.load import Loaded, load


def loaded(
    tmp_path: Path, operator: str = "", repository: str | None = None, **settings: object
) -> Loaded:
    file = tmp_path / "config.toml"
    file.write_text(operator, encoding="utf-8")
    repo = None
    if repository is not None:
        repo = tmp_path / "repo"
        repo.mkdir(exist_ok=True)
        (repo / ".tierwise.toml").write_text(repository, encoding="utf-8")
    return load(file, settings=settings or None, repository=repo)


@pytest.mark.parametrize(
    "text",
    [
        "confidence_target = 0.1", "soft_target = 0.1", "redo_cost_usd = 0", "ask_above_usd = 0",
        'second_opinion = "uncertain"', "rehearsal = true", "content_keep_days = 900",
        '[[tiers]]\nname = "x"\nmodel = "y"', "[budget]\nday_usd = 50",
        "[budget]\nproject_usd = 500",
        "[budget]\nsoft_at = 1.0", '[budget]\ntimezone = "UTC"', '[floors.actions]\nedit = "opus"',
        '[remap]\nhaiku = "opus"', '[pins]\nproject = "opus"', "[learning]\non = false",
        "[learning]\ntrials = true", '[verify]\npython = ["sh"]', "[timeouts]\ntask = 1",
        "parallel = 64",
    ],
)  # fmt: skip
def test_a_repository_may_not_loosen_anything(tmp_path: Path, text: str) -> None:
    operator = '[budget]\nday_usd = 5\nproject_usd = 50\n[floors.paths]\n"a" = "opus"'
    own, with_repo = loaded(tmp_path, operator), loaded(tmp_path, operator, text)
    assert with_repo.config == own.config
    assert with_repo.notices or with_repo.asks, "what is ignored is said"


def test_a_repository_may_tighten(tmp_path: Path) -> None:
    repo = 'max_tier = "sonnet"\n[budget]\nday_usd = 1\n[ignore]\npatterns = ["*.sql"]'
    config = loaded(tmp_path, "[budget]\nday_usd = 5", repo).config
    assert config.budget.day_usd == 1
    assert config.max_tier == "sonnet"
    assert config.ignore.patterns == ("*.sql",)


@pytest.mark.parametrize(
    "settings",
    [
        {"tiers": [{"name": "x", "model": "y", "baseUrl": "http://evil"}]},
        {"verify": {"python": ["sh"]}},
        {"budget": {"dayUsd": 500}},
        {"budget": {"projectUsd": 5_000}},
    ],
)
def test_settings_over_the_wire_may_not_choose_endpoints_or_raise_budgets(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    operator = "[budget]\nday_usd = 5\nproject_usd = 50"
    own = loaded(tmp_path, operator)
    found = loaded(tmp_path, operator, **settings)
    assert found.config == own.config
    assert found.notices


def test_settings_over_the_wire_set_the_rest(tmp_path: Path) -> None:
    config = loaded(tmp_path, parallel=3, learning={"on": False}, rehearsal=True).config
    assert (config.parallel, config.learning.on, config.rehearsal) == (3, False, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("confidence_target = 7", "confidence_target"),
        ("nonsense = 1", "nonsense"),
        ("[budget]\nday_usd = -3", "budget.day_usd"),
        ("[budget]\nday_usd = nan", "budget.day_usd"),
        ('[remap]\nhaiku = "turbo"', "turbo"),
        ("[[tiers]]\nname = 'A B'\nmodel = 'x'", "tiers"),
        ("not toml at all [", "not valid TOML"),
    ],
)
def test_a_mistake_costs_its_own_key_and_is_named(tmp_path: Path, text: str, said: str) -> None:
    found = loaded(tmp_path, f"{text}\n")
    assert any(said in notice for notice in found.notices), found.notices
    assert found.config.soft_target == 0.55


def test_an_editors_settings_keep_names_of_tiers_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    tiers = "".join(f"[[tiers]]\nname = '{n}'\nmodel = '{n}'\n" for n in ("my-tier4", "big"))
    file.write_text(tiers, encoding="utf-8")
    found = load(file, settings={"remap": {"my-tier4": "big"}})
    assert not found.notices
    assert dict(found.config.remap) == {"my-tier4": "big"}


def test_the_old_default_target_is_no_floor_and_any_other_one_is(tmp_path: Path) -> None:
    found = loaded(tmp_path, "confidence_target = 0.80\n")
    assert found.config.confidence_target is None
    assert len(found.notices) == 1
    assert "no longer applied" in found.notices[0]
    kept = loaded(tmp_path, "confidence_target = 0.85\n")
    assert (kept.config.confidence_target, kept.notices) == (0.85, ())


@pytest.mark.parametrize(("given", "used"), [("0.0001", 0.005), ("7", 0.30)])
def test_a_redo_cost_out_of_range_counts_as_the_nearest_bound(
    tmp_path: Path, given: str, used: float
) -> None:
    found = loaded(tmp_path, f"redo_cost_usd = {given}\n")
    assert found.config.redo_cost == used
    assert len(found.notices) == 1
    assert "redo_cost_usd" in found.notices[0]


def test_the_dial_stands_for_a_redo_cost_and_a_given_one_wins(tmp_path: Path) -> None:
    costs = [
        loaded(tmp_path, f'preference = "{word}"\n').config.redo_cost
        for word in ("save", "balanced", "right")
    ]
    assert costs == sorted(costs)
    given = 'preference = "save"\nredo_cost_usd = 0.2\n'
    assert loaded(tmp_path, given).config.redo_cost == 0.2

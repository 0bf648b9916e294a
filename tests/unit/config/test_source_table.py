"""Every key of the configuration against every source, hostile values included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tierwise.config.load import LARGEST_FILE, Loaded, leaf, load
from tierwise.config.model import Config
from tierwise.config.sources import SOURCES
from tierwise.tasks.window.settings import configuration

OPERATOR = """
max_tier = "sonnet"
[budget]
day_usd = 5.0
project_usd = 50.0
hour_usd = 2.0
night_usd = 2.0
request_usd = 1.0
project_period = "total"
[floors.paths]
"db/**" = "sonnet"
[ignore]
patterns = ["*.sql"]
[index]
enabled = false
exclude = ["*.sql"]
"""

LOOSER: dict[str, list[Any]] = {
    "preference": ["save"],
    "confidence_target": [0.01],
    "soft_target": [0.01],
    "redo_cost_usd": [0.01],
    "ask_above_usd": [0.0, 900.0],
    "baseline": ["haiku", "turbo"],
    "notify_command": [["sh", "-c", "true"]],
    "second_opinion": ["uncertain"],
    "shadow": ["first_week", "uncertain"],
    "rehearsal": [True],
    "content_keep_days": [9000],
    "parallel": [64],
    "max_tier": ["opus", "turbo", ""],
    "prices": [[{"model": "claude-opus-5-5", "input": 0.01, "output": 0.01}]],
    "tiers": [
        [{"name": "haiku", "model": "m", "base_url": "http://evil.invalid"}],
        [{"name": "haiku", "model": "m", "api_key_env": "HOME"}],
    ],
    "budget.day_usd": [500, "500", 5.01, 1e18],
    "budget.project_usd": [5000, "5000"],
    "budget.hour_usd": [20, "20", 2.01],
    "budget.night_usd": [20, "20", 2.01],
    "budget.request_usd": [10, "10", 1.01],
    "budget.project_period": ["month"],
    "budget.soft_at": [1.0],
    "budget.timezone": ["Pacific/Kiritimati"],
    "floors.paths": [{"**": "opus"}],
    "floors.actions": [{"edit": "opus"}],
    "remap": [{"haiku": "opus"}],
    "pins.project": ["opus"],
    "learning.on": [False],
    "learning.trials": [True],
    "learning.team": [True],
    "verify": [{"python": ["sh", "-c", "true"]}],
    "timeouts.connect": [3000],
    "timeouts.first_event": [3000],
    "timeouts.between_events": [3000],
    "timeouts.attempt": [3000],
    "timeouts.task": [3000],
    "timeouts.slow_factor": [99],
    "timeouts.slow_at_least": [3000],
    "timeouts.verify": [3000],
    "ignore.patterns": [["!*.sql"], []],
    "gateway.port": [9999],
    "gateway.auto_models": [["claude-opus-5-5"]],
    "gateway.client_models": ["route"],
    "gateway.secrets": ["off"],
    "queue.test.command": [["sh", "-c", "true"]],
    "queue.test.timeout": [3_000],
    "queue.test.network": [True],
    "queue.link": [[".env"]],
    "queue.copies": [[".env"]],
    "store.url": ["postgresql://elsewhere/ledger"],
    "index.enabled": [True],
    "index.exclude": [["!*.csv"], []],
    "index.max_files": [900_000],
    "index.max_mb": [90_000],
}


def leaves(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every leaf of the tree; a section is a field whose type is a model."""
    found: set[str] = set()
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= leaves(kind, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def toml(key: str, value: object) -> str:
    """One key as TOML; JSON is TOML for everything used here but tables."""
    section, _, name = key.rpartition(".")
    head = f"[{section}]\n" if section else ""

    def shown(item: object) -> str:
        if isinstance(item, dict):
            return "{" + ", ".join(f"{json.dumps(k)} = {shown(v)}" for k, v in item.items()) + "}"
        if isinstance(item, list):
            return "[" + ", ".join(shown(v) for v in item) + "]"
        return json.dumps(item)

    return f"{head}{name} = {shown(value)}\n"


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def settings_of(key: str, value: object) -> dict[str, object]:
    section, _, name = key.rpartition(".")
    inner: dict[str, object] = {camel(name): value}
    return {camel(section): inner} if section else inner


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(OPERATOR, encoding="utf-8")
    (tmp_path / "repo").mkdir()
    return tmp_path


def from_repository(ground: Path, text: str, accepted: frozenset[str] = frozenset()) -> Loaded:
    (ground / "repo" / ".tierwise.toml").write_text(text, encoding="utf-8")
    return load(ground / "config.toml", repository=ground / "repo", accepted=accepted)


def test_every_key_has_a_rule_and_a_hostile_value() -> None:
    assert set(SOURCES) == leaves(Config) == set(LOOSER)


@pytest.mark.parametrize("key", sorted(LOOSER))
def test_no_repository_loosens_a_key(ground: Path, key: str) -> None:
    own = load(ground / "config.toml").config
    for value in LOOSER[key]:
        found = from_repository(ground, toml(key, value)).config
        assert found == own, value


@pytest.mark.parametrize("key", sorted(k for k, r in SOURCES.items() if r.settings != "any"))
def test_no_setting_over_the_wire_loosens_a_guarded_key(ground: Path, key: str) -> None:
    own = load(ground / "config.toml").config
    for value in LOOSER[key]:
        found = load(ground / "config.toml", settings=settings_of(key, value)).config
        assert found == own, value


@pytest.mark.parametrize("key", sorted(k for k, r in SOURCES.items() if r.settings == "any"))
def test_the_other_settings_over_the_wire_are_taken(ground: Path, key: str) -> None:
    before = leaf(load(ground / "config.toml").config, key)
    value = {"ask_above_usd": 0.2, "floors.paths": {"**": "opus"}}.get(key, LOOSER[key][0])
    found = load(ground / "config.toml", settings=settings_of(key, value))
    assert leaf(found.config, key) != before
    assert not found.notices


@pytest.mark.parametrize("key", sorted(LOOSER))
def test_the_operators_own_file_may_set_every_key(tmp_path: Path, key: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(toml(key, LOOSER[key][0]), encoding="utf-8")
    found = load(file)
    assert not found.notices
    default: object = Config()
    for part in key.split("."):
        default = getattr(default, part)
    if key not in ("budget.project_period", "index.enabled", "learning.team"):
        assert leaf(found.config, key) != default


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_tier", "haiku"),
        ("budget.day_usd", 1.0),
        ("budget.day_usd", 0.0),
        ("budget.project_usd", 2.0),
        ("budget.hour_usd", 0.5),
        ("budget.request_usd", 0.1),
        ("ignore.patterns", ["*.csv"]),
        ("index.exclude", ["*.csv"]),
        ("index.max_files", 100),
        ("index.max_mb", 1),
    ],
)
def test_both_may_tighten(ground: Path, key: str, value: object) -> None:
    wanted = ("*.sql", "*.csv") if isinstance(value, list) else value
    assert leaf(from_repository(ground, toml(key, value)).config, key) == wanted
    by_wire = load(ground / "config.toml", settings=settings_of(key, value))
    assert leaf(by_wire.config, key) == wanted


def test_settings_left_empty_by_an_editor_change_nothing(ground: Path) -> None:
    own = load(ground / "config.toml")
    empty: dict[str, object] = {"budget": {"dayUsd": None}, "maxTier": None, "tiers": None}
    found = load(ground / "config.toml", settings=empty)
    assert found == own


def test_a_repositorys_floor_waits_for_a_yes_and_a_changed_one_asks_again(ground: Path) -> None:
    text = toml("floors.paths", {"db/**": "opus", "api/**": "haiku"})
    (ask,) = from_repository(ground, text).asks
    accepted = frozenset({ask.digest})
    found = from_repository(ground, text, accepted)
    assert found.config.floors.paths == {"db/**": "opus", "api/**": "haiku"}
    assert not found.asks
    changed = from_repository(ground, toml("floors.paths", {"**": "opus"}), accepted)
    assert changed.config.floors.paths == {"db/**": "sonnet"}
    assert changed.asks[0].digest != ask.digest


def test_an_accepted_floor_never_lowers_the_operators_own(ground: Path) -> None:
    text = toml("floors.paths", {"db/**": "haiku"})
    (ask,) = from_repository(ground, text).asks
    found = from_repository(ground, text, frozenset({ask.digest})).config
    assert found.floors.paths == {"db/**": "sonnet"}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00", b"a = " + b"[" * 5_000, b"x" * (LARGEST_FILE + 10), b"budget = 3\n",
        b"[[budget]]\n", b"n = " + b"9" * 5_000, b"\x00", b"tiers = 'x'\n",
    ],
    ids=["encoding", "nested", "large", "type", "tables", "digits", "null", "tiers"],
)  # fmt: skip
def test_no_file_is_a_crash(ground: Path, data: bytes) -> None:
    own = load(ground / "config.toml").config
    (ground / "repo" / ".tierwise.toml").write_bytes(data)
    found = load(ground / "config.toml", repository=ground / "repo")
    assert found.config == own
    assert found.notices


def test_a_folder_in_place_of_the_file_is_said(ground: Path) -> None:
    (ground / "repo" / ".tierwise.toml").mkdir()
    assert "not a file" in load(ground / "config.toml", repository=ground / "repo").notices[0]


@pytest.mark.parametrize("settings", [{"budget": 3}, {"tiers": 1}, {"": {}}, {"a": {"b": [{}]}}])
def test_no_setting_is_a_crash(ground: Path, settings: dict[str, object]) -> None:
    own = load(ground / "config.toml").config
    assert load(ground / "config.toml", settings=settings).config == own


def names_of(key: str) -> list[str]:
    """How somebody might hope to set a key from the environment."""
    flat = key.replace(".", "_").upper()
    return [f"TIERWISE_{flat}", flat, key, f"tierwise.{key}", f"ANTHROPIC_{flat}"]


@pytest.mark.parametrize("key", sorted(LOOSER))
def test_the_environment_sets_no_key(ground: Path, key: str) -> None:
    env = {"TIERWISE_CONFIG": str(ground / "config.toml"), "TIERWISE_STATE_DIR": str(ground / "s")}
    own = configuration(env, {}, [ground / "repo"], True)
    for value in LOOSER[key]:
        hostile = {name: str(value) for name in names_of(key)}
        assert configuration({**hostile, **env}, {}, [ground / "repo"], True) == own


@pytest.mark.parametrize(
    "name",
    ["TIERWISE_CONFIG", "TIERWISE_STATE_DIR", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "A_KEY"],
)  # fmt: skip
def test_what_comes_from_the_environment_comes_from_nowhere_else(ground: Path, name: str) -> None:
    env = {"TIERWISE_CONFIG": str(ground / "config.toml"), "TIERWISE_STATE_DIR": str(ground / "s")}
    own = configuration(env, {}, [ground / "repo"], True)
    spelled = [name, name.lower(), name.removeprefix("TIERWISE_").lower(),
               name.removeprefix("ANTHROPIC_").lower()]  # fmt: skip
    for key in spelled:
        by_wire: dict[str, object] = {camel(key): "http://evil.invalid", "env": {key: "x"}}
        assert configuration(env, by_wire, [ground / "repo"], True).config == own.config
        text = f'{key} = "http://evil.invalid"\n[env]\n{key} = "x"\n'
        (ground / "repo" / ".tierwise.toml").write_text(text, encoding="utf-8")
        found = configuration(env, {}, [ground / "repo"], True)
        assert found.config == own.config
        assert found.notices
        assert configuration(env, {}, [ground / "repo"], False) == own, "untrusted: not even read"

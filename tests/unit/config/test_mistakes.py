"""Every key with every kind of mistake: what holds paid calls, what is a notice, what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from tests.unit.config.test_source_table import LOOSER, toml

from tierwise.config import checking, names
from tierwise.config.lines import line_of
from tierwise.config.load import Loaded, load
from tierwise.config.mistakes import GUARDED, HELD, Mistake, Source
from tierwise.config.model import Config

KEYS = sorted(LOOSER)
TEXTS = {"baseline", "max_tier", "pins.project", "budget.timezone", "second_opinion", "shadow",
         "budget.project_period", "gateway.client_models", "gateway.secrets",
         "store.url"}  # fmt: skip
SWITCHES = {"rehearsal", "learning.on", "learning.trials", "learning.team", "index.enabled",
            "queue.test.network"}  # fmt: skip
TABLES = {"remap", "floors.paths", "floors.actions", "verify"}
LISTS = {"tiers", "prices", "ignore.patterns", "notify_command", "gateway.auto_models",
         "index.exclude", "queue.test.command", "queue.link", "queue.copies"}  # fmt: skip
WRONG: dict[str, list[Any]] = {
    "text": [True, 7, ["a"], {"a": 1}],
    "switch": ["perhaps", 7, [], {"a": 1}],
    "table": ["x", 3, True, ["a"]],
    "list": ["x", 3, True, [["a"]], [{"nobody": 1}]],
    "number": [True, False, "many", -1, [], [1], {"usd": 1}, ""],
}


def kind(key: str) -> str:
    if key in TEXTS:
        return "text"
    if key in SWITCHES:
        return "switch"
    return "table" if key in TABLES else "list" if key in LISTS else "number"


def loaded(tmp_path: Path, text: str) -> Loaded:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize("key", KEYS)
def test_a_value_that_cannot_be_is_said_with_its_line_and_held_where_it_bounds_money(
    tmp_path: Path, key: str
) -> None:
    for value in WRONG[kind(key)]:
        found = loaded(tmp_path, "# mine\n\n" + toml(key, value))
        line = 4 if "." in key else 3
        assert found.notices, value
        assert f"config.toml, line {line}: " in found.notices[0], (value, found.notices)
        guarded = key.split(".")[0] in GUARDED
        assert bool(found.holds) == guarded, (value, found.notices)
        assert all(text.endswith(HELD) for text in found.holds)
        assert found.config == Config(), value


def slips(name: str) -> set[str]:
    """A name with a slip of the pen that still tells it from every other word."""
    spelled = {name + "s", name[:-1], name[:2] + name[1:], name[1:], name.upper(),
               name.replace("_", "-")}  # fmt: skip
    return spelled - {name} if len(name) >= 4 else set()


@pytest.mark.parametrize("key", [k for k in KEYS if slips(k.rpartition(".")[2])])
def test_a_misspelt_key_is_said_with_the_nearest_and_held_where_it_bounds_money(
    tmp_path: Path, key: str
) -> None:
    section, _, name = key.rpartition(".")
    for spelled in sorted(slips(name)):
        _misspelt(tmp_path, key, section, spelled, name)


def _misspelt(tmp_path: Path, key: str, section: str, spelled: str, name: str) -> None:
    found = loaded(tmp_path, toml(f"{section}.{spelled}" if section else spelled, LOOSER[key][0]))
    assert found.notices
    assert spelled in found.notices[0]
    guarded = key.split(".")[0] in GUARDED
    assert bool(found.holds) == guarded, found.notices
    assert f"did you mean '{name}'" in found.notices[0]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("[[tiers]]\nname='a'\nmodel='m'\nmax_token=4000", "line 4"),
        (
            "[[tiers]]\nname='a'\nmodel='m'\n[[tiers]]\nname='b'\nmodel='m'\nmax_token=4000",
            "line 7",
        ),
        ("[[tiers]]\nname='a'\nmodel='m'\nbase_url=''", "line 4"),
        ("[[tiers]]\nname='a'\nmodel='m'\nbase_url='127.0.0.1:8080'", "http://"),
        ("[[tiers]]\nname='a'\nmodel='m'\n[[tiers]]\nname='a'\nmodel='m'", "two tiers 'a'"),
        ("[[tiers]]\nname='a'\nmodel='m'\nfallback=['b']", "no tier 'b'"),
        ("[[tiers]]\nname='a'\nmodel='m'\napi_key_env='sk-ant-123456'", "line 4"),
        ("[[tiers]]\nname='a'\nmodel='m'\n[[tiers.elsewhere]]\nmodl='m'", "line "),
        ("tiers = []", "line 1"),
        ("[tiers]\nname='a'\nmodel='m'", "line 1"),
        ("[[tier]]\nname='a'\nmodel='m'", "did you mean 'tiers'"),
        ("[[models]]\nbase_url='http://127.0.0.1:1'", "models"),
        ("[limits]\nday_usd = 5", "limits"),
        ("day_usd = 5", "day_usd"),
        ("base_url = 'http://127.0.0.1:1'", "base_url"),
        ("daily_budget = 5", "daily_budget"),
        ("cheapest_tier = 'haiku'", "cheapest_tier"),
        ("endpoint = 'http://127.0.0.1:1'", "endpoint"),
        ("url = 'HTTPS://models.example.org'", "url"),
        ("[budget]\nday = 5", "budget.day"),
        ("[budgets]\nday_usd = 5", "did you mean 'budget'"),
        ("budget = 5", "line 1"),
        ("[[budget]]\nday_usd = 5", "line 1"),
        ("[budget.day]\nusd = 5", "budget.day"),
        ("[budget]\ntimezone = 'Europe/Belin'", "no time zone"),
        ("[learning]\non = true\nmax_tier = 'sonnet'", "learning.max_tier"),
        ("max_tier = 'sonet'", "no tier 'sonet'"),
        ("[ignore]\npattern = ['*.sql']", "did you mean 'patterns'"),
        ("[[prices]]\nmodel='m'\ninput=1\noutput=1\nday_usd=5", "prices.0.day_usd"),
        ("[[prices]]\nmodel='m'\ninput=1", "prices.0.output"),
        ("[budget\nday_usd = 5", "not valid TOML"),
        ("[budget]\nday_usd = 5\nday_usd = 6", "not valid TOML"),
        ("\n".join(f"x{i} = 1" for i in range(70)) + "\n[budget]\nday_usd = 5", "more than 64"),
    ],
)
def test_what_holds_paid_calls(tmp_path: Path, text: str, held: str) -> None:
    found = loaded(tmp_path, text)
    assert any(held in sentence for sentence in found.holds), (found.holds, found.notices)
    assert "sk-ant" not in "".join(found.notices)


@pytest.mark.parametrize(
    "text",
    [
        "[store]\nurls = 'x'",
        "[queue.tests]\ncommand = ['pytest']", "shadows = 'off'",
        "[timeouts]\nfirst_evnt = 3", "[learning]\nspeed = 1",
        "confidence_targt = 0.5", "[[prices]]\nmodel='m'\ninput=1\noutput=1\nbatched=1",
    ],
)  # fmt: skip
def test_a_key_of_a_newer_version_is_a_notice(tmp_path: Path, text: str) -> None:
    found = loaded(tmp_path, text)
    assert found.notices
    assert not found.holds
    assert "not a key of this version" in found.notices[0]


@pytest.mark.parametrize(
    "data", [b"\xff\xfea", b"a = " + b"[" * 5_000, b"x" * 1_000_010, b"\x00", b"]"]
)
def test_a_file_that_cannot_be_read_holds_paid_calls(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(data)
    assert load(file).holds
    repository = tmp_path / "repo"
    repository.mkdir()
    (repository / ".tierwise.toml").write_bytes(data)
    found = load(tmp_path / "none.toml", repository=repository)
    assert found.notices
    assert not found.holds, "a repository cannot stop the operator's own work"


def test_a_folder_or_a_locked_file_holds_paid_calls_and_no_file_does_not(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "not a file" in load(tmp_path / "folder.toml").holds[0]
    assert load(tmp_path / "none.toml") == Loaded(Config())


@pytest.mark.parametrize(
    "settings",
    [{"budget": {"dayUsd": True}}, {"budget": {"dayUsd": "five"}}, {"budget": 3},
     {"budget": {"daysUsd": 3}}, {"maxTier": "sonet"}, {"ignore": {"patterns": "x"}}],
)  # fmt: skip
def test_a_bound_that_an_editor_sends_wrongly_is_not_lost(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    assert load(tmp_path / "none.toml", settings=settings).holds


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("a",), 1), (("b", "c"), 3), (("b", "d"), 4), (("t",), 6), (("t", 0, "x"), 7),
        (("t", 1, "x"), 10), (("t", 1, "nothing"), 9), (("t", 1, "u", 0, "y"), 12),
        (("b", "q q"), 5), (("nowhere",), None), (("i", "j"), 13), (("e", "f", "g"), 14),
    ],
)  # fmt: skip
def test_the_line_of_a_key_is_found(where: tuple[int | str, ...], line: int | None) -> None:
    text = (
        "a = 1\n[b]\nc = 1\nd.e = 2\n'q q' = 3\n[[t]]\nx = 1\n\n[[t]]\nx = 2\n[[t.u]]\ny = 1\n"
        "[i]\n[e.f]\ng = 1\n"
    )
    assert line_of(text, where) == (line + 1 if where == ("e", "f", "g") and line else line)


def test_every_section_is_known_to_the_nearest_names() -> None:
    from tierwise.config.mistakes import siblings

    for name, info in Config.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            assert siblings((name, "x")) == tuple(inner.model_fields)
    assert "max_tokens" in siblings(("tiers", 0, "x"))
    assert "base_url" in siblings(("tiers", 0, "elsewhere", 1, "x"))
    assert "over" in siblings(("prices", 0, "x"))


def test_a_mistake_in_an_address_repeats_no_password() -> None:
    found: list[Mistake] = []
    own = {"store": {"url": "postgresql://me:hunter2@db/ledger"}}
    checking.validated(own, {"store": {"url": 7}}, Source("a file", guarded=frozenset()), found)
    assert len(found) == 1
    assert "hunter2" not in str(found[0])
    assert "*** stays" in str(found[0])


def test_the_names_of_all_keys_are_found_without_the_whole_configuration(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        "[[tiers]]\nname = 'haiku'\nmodel = 'm'\napi_key_env = 'MINE'\n"
        "[[tiers.elsewhere]]\nmodel = 'm'\napi_key_env = 'THEIRS'\n",
        encoding="utf-8",
    )
    assert names.key_names(file) == {"ANTHROPIC_API_KEY", "MINE", "THEIRS"}

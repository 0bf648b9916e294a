"""The documentation says what the program is: pages that are made, links, and every command."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.full_ledger import fill
from typer.testing import CliRunner

from tierwise.cli import reference
from tierwise.cli.command_table import COMMANDS
from tierwise.cli.commands import app
from tierwise.cli.commands import load as load_command
from tierwise.config.load import load
from tierwise.config.model import Config, Section
from tierwise.core.errors import TierwiseError
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.edits.forms import Delete, Rename, Replace
from tierwise.edits.reader import Reader
from tierwise.store.ledger import Ledger
from tierwise.tasks.window.settings import price_table

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
MADE = {"commands": "commands.md", "configuration": "configuration.md",
        "schema": "config.schema.json"}  # fmt: skip
NOT_RUN = {
    "tierwise serve": "waits for an editor; tests/e2e and tests/wire run it",
    "tierwise gateway": "serves until it is ended; tests/gateway runs it",
    "tierwise gateway setup": "writes settings of other programs; tests/gateway runs it on copies",
    "tierwise try": "starts a server; tests/e2e/test_try.py runs it",
    "tierwise top": "asks a gateway that runs; tests/gateway runs it",
    "tierwise statusline": "is told by an agent on standard input; tests/gateway runs it",
    "tierwise doctor": "exit 1 without a key is its answer; tests/e2e/test_cli.py runs it",
    "tierwise index rebuild": "reads the folder it is in; tests/unit/index runs it",
    "tierwise queue": "has an edge of its own; its tests run it",
    "tierwise work": "runs until the night is over; its tests run it",
    "tierwise team": "needs a team's gateway; its tests run it",
    "tierwise store": "moves a ledger to another database; its tests run it",
    "tierwise why TASK --sent": "shows what is kept, of which a filled ledger has nothing",
}
"""Commands of the documentation that this test only parses, each with the reason."""
TASK = "t0001"
RUNNER = CliRunner()


def commands() -> list[str]:
    """Every command line that begins with `tierwise`, in a block or between backticks."""
    found: set[str] = set()
    for page in PAGES:
        if page.parent.name == "reference" or page.name == "words.md":
            continue
        text = page.read_text(encoding="utf-8")
        inline = re.findall(r"(?<!`)`(tierwise [^`\n]+)`(?!`)", text)
        blocks = re.findall(r"^(?:[A-Z_]+=\S+ )?(tierwise [^#\n]+)", text, re.MULTILINE)
        found |= {" ".join(one.split()) for one in (*inline, *blocks)}
    return sorted(found)


def known(line: str) -> bool:
    return any(line == one or line.startswith(f"{one} ") for one in NOT_RUN)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    ledger = Ledger.open(folder)
    fill(ledger, tasks=8)
    ledger.close_sync()
    (folder / "requests.jsonl").write_text("", encoding="utf-8")
    return folder


@pytest.mark.parametrize("line", [line for line in commands() if not known(line)])
def test_every_command_of_the_documentation_runs(
    line: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(state)
    (state / "logs" / "projects").mkdir(parents=True, exist_ok=True)
    told = re.sub(r"\[save\|[^]]*\]", "", line.split("<")[0]).split(" | ")[0]
    told = re.sub(r"[][]", "", told).replace("USD", "0.01").replace("SEED", "3")
    told = told.replace("FILE.jsonl", "requests.jsonl").replace("DIR", "kept")
    words = [TASK if word == "TASK" else word for word in shlex.split(told)[1:]]
    env = {"TIERWISE_STATE_DIR": str(state), "TIERWISE_CONFIG": str(state / "config.toml"),
           "CLAUDE_CONFIG_DIR": str(state / "logs")}  # fmt: skip
    done = RUNNER.invoke(app, words, env=env, input="")
    assert done.exception is None or isinstance(done.exception, SystemExit | TierwiseError)
    assert done.exit_code != 2, f"`{line}` is no command: {done.output}"


@pytest.mark.parametrize("line", [one for one in commands() if known(one)])
def test_every_command_that_is_not_run_has_a_name_and_options_of_the_program(line: str) -> None:
    entries = {entry.name: entry for entry in COMMANDS}
    name, *words = re.sub(r"[][|]|<[^>]*>|\.\.\.", " ", line).split()[1:]
    if name == "serve":
        return
    command: Any = load_command(entries[name])
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    there = {option for one in command.params for option in one.opts} | {"-h", "--help"}
    named = {word.split("=")[0] for word in words if re.match(r"--\w", word)}
    assert named <= there, f"{line} names {sorted(named - there)}"


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower())
    return re.sub(r"\s+", "-", plain.strip())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            text = (page.parent / target if target else page).read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{target}#{anchor}"


def test_every_reason_not_to_run_a_command_is_needed() -> None:
    lines = commands()
    idle = [one for one in NOT_RUN if not any(known(line) and line.startswith(one)
                                              for line in lines)]  # fmt: skip
    later = {"tierwise queue", "tierwise work", "tierwise team", "tierwise store",
             "tierwise index rebuild", "tierwise top", "tierwise statusline"}  # fmt: skip
    assert set(idle) <= later, idle


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_program_is_as_it_is_made_now(name: str) -> None:
    kept = (DOCS / "reference" / MADE[name]).read_text(encoding="utf-8")
    assert kept == reference.MADE[name](), "run `make docs-reference`"


SECTIONS = [Config, *(kind for _, kind in reference.sections())]


@pytest.mark.parametrize("kind", SECTIONS, ids=lambda kind: kind.__name__)
def test_every_key_of_the_configuration_says_what_it_is(kind: type[Section]) -> None:
    texts = reference.described(kind)
    untold = [
        key
        for key, found in kind.model_fields.items()
        if key not in texts and reference.inner(found.annotation) is None
    ]
    assert not untold, "write a docstring below the field"


def examples() -> list[str]:
    blocks = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks += re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    return [block for block in blocks if "language-server" not in block]


@pytest.mark.parametrize("number", range(len(examples())))
def test_every_example_of_a_configuration_is_one(number: int) -> None:
    Config.model_validate(tomllib.loads(examples()[number]))


LOCAL = [block for block in examples() if "[[tiers]]" in block and "127.0.0.1" in block]


@pytest.mark.parametrize("block", LOCAL, ids=range(len(LOCAL)))
def test_a_model_of_this_machine_in_an_example_costs_nothing_and_needs_no_key(
    block: str, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(block, encoding="utf-8")
    loaded = load(file)
    assert loaded.notices == ()
    prices, refused = price_table(loaded.config)
    assert refused == ()
    (local,) = (tier for tier in loaded.config.ladder() if tier.base_url is not None)
    assert prices.free(local.model, datetime.now(UTC), local.base_url)
    assert local.api_key_env == ""
    assert local.features == frozenset()


def test_both_pages_show_a_model_of_this_machine() -> None:
    assert len(LOCAL) == 2


def test_the_example_of_a_local_model_keeps_other_tiers() -> None:
    text = (DOCS / "questions.md").read_text(encoding="utf-8")
    (block,) = (block for block in LOCAL if block in text)
    ladder = Config.model_validate(tomllib.loads(block)).ladder()
    shipped = {tier.name: tier for tier in DEFAULT_LADDER}
    assert ladder.names == ("local", "sonnet", "opus")
    assert [t for t in ladder if t.name != "local"] == [shipped["sonnet"], shipped["opus"]]


def test_the_schema_knows_every_key_and_says_what_it_is() -> None:
    made = json.loads(reference.schema())
    assert set(made["properties"]) == set(Config.model_fields)
    for name, kind in reference.sections():
        told = made["$defs"][kind.__name__]["properties"]
        assert set(told) == set(kind.model_fields), name
        assert all("description" in one for one in told.values() if "$ref" not in one), name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_fence_is_closed(page: Path) -> None:
    marks = re.findall(r"^ *(?:```|~~~)(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(marks) % 2 == 0, "a fence is open"
    assert not any(info.strip() for info in marks[1::2]), "a fence closes where one should open"


def test_the_page_on_answers_shows_the_forms_that_are_read() -> None:
    fences = re.findall(r"^```\n(.*?)^```", (DOCS / "answers.md").read_text("utf-8"), re.M | re.S)
    shown = [change for fence in fences for change in Reader(fence.splitlines()).changes]
    old, new = "the lines as they are\n", "the lines as they should be\n"
    assert shown == [
        Replace("src/shop.py", old, new),
        Rename("src/old.py", "src/new.py"),
        Delete("src/gone.py"),
    ]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize(
    "target",
    sorted(
        set(
            re.findall(
                r"`(?:[A-Z]+=\S+ )?make ([a-z-]+)",
                "\n".join(p.read_text(encoding="utf-8") for p in PAGES),
            )
        )
    ),
)
def test_every_make_target_that_is_named_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

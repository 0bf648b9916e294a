"""Fixtures of the tests that drive the real server: a state folder, a model, a server."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from tests.support import leaks, ledgers
from tests.support import postgres as postgres_server
from tests.support.editor import Editor
from tests.support.postgres import PostgresServer
from tests.support.rpc import Rpc
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present import questions

# Python's readline, which pytest loads, tells children a width that no terminal here has.
for _width in ("COLUMNS", "LINES"):
    os.environ.pop(_width, None)

settings.register_profile("house", deadline=None)
settings.load_profile("house")
# A generated case may take as long as a busy machine makes it: no test measures time.

SAMPLE = """\
import os


def add_numbers(a, b):
    return a + b


def greet(name):
    print(f"hello {name}")
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one Python file."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "sample.py").write_text(SAMPLE, encoding="utf-8")
    return root


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The operator's configuration file, empty until a test writes it."""
    path = tmp_path / "config.toml"
    path.write_text("", encoding="utf-8")
    return path


@pytest_asyncio.fixture
async def model() -> AsyncIterator[RehearsalServer]:
    """The loopback model, in the test's own process so that it sees what it was sent."""
    server = await RehearsalServer().start()
    yield server
    await server.close()


@pytest.fixture
def env(tmp_path: Path, config: Path, model: RehearsalServer) -> dict[str, str]:
    """The environment of a server that talks to the loopback model."""
    return {
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": model.base_url,
    }


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test with a server: nothing ignored left the machine, no key was written."""
    if "env" not in request.fixturenames:
        yield
        return
    env: dict[str, str] = request.getfixturevalue("env")
    model: RehearsalServer = request.getfixturevalue("model")
    root: Path = request.getfixturevalue("workspace")
    yield
    editor = request.node.funcargs.get("editor")
    assert not leaks.secrets_in_bodies(model.requests)
    if editor is None or editor.choice != questions.SEND:
        known = editor.texts.values() if editor is not None else ()
        assert not leaks.in_bodies(root, model.requests, known)
    keys = [env[name] for name in ("ANTHROPIC_API_KEY", "LOCAL_KEY") if name in env]
    assert not leaks.keys_on_disk(Path(env["TIERWISE_STATE_DIR"]), keys)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store",
        choices=["file", "postgres"],
        default="file",
        help="where the ledgers of the tests of store and budget are kept",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--store") != "postgres":
        return
    about = [item for item in items if item.get_closest_marker("ledger_file")]
    config.hook.pytest_deselected(items=about)
    items[:] = [item for item in items if item not in about]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this run; where none is installed the test is skipped, not in CI."""
    if not postgres_server.installed():
        missing = "no PostgreSQL server: run tests/postgres/install.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def ledgers_on_the_chosen_store(request: pytest.FixtureRequest) -> Iterator[None]:
    """With `--store postgres`, every folder that a test opens has its ledger on one server."""
    if request.config.getoption("--store") != "postgres":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    os.environ[ledgers.SERVER] = server.url
    yield
    del os.environ[ledgers.SERVER]


Serve = Callable[[], Awaitable[Rpc]]


@pytest_asyncio.fixture
async def serve(env: dict[str, str]) -> AsyncIterator[Serve]:
    """Start servers; each is ended after the test."""
    started: list[Rpc] = []

    async def start() -> Rpc:
        rpc = await Rpc.start(env)
        started.append(rpc)
        return rpc

    yield start
    for rpc in started:
        await rpc.kill()


@pytest_asyncio.fixture
async def rpc(serve: Serve) -> Rpc:
    """One server, not initialized."""
    return await serve()


@pytest.fixture
def editor(rpc: Rpc, workspace: Path) -> Editor:
    """An editor on that server and the sample workspace."""
    return Editor(rpc, workspace)

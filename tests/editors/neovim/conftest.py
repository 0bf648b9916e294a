"""A Neovim of each supported version with the plugin, on a workspace of a few files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.editors.neovim.driver import PLAIN, ROOT, Driver, Open
from tests.support.forks import Forks
from tests.support.loopback import Loopback


@pytest.fixture(scope="session")
def shared_model() -> Iterator[Loopback]:
    with Loopback() as model:
        yield model


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    with Forks() as found:
        yield found


@pytest.fixture
def model(shared_model: Loopback) -> Iterator[Loopback]:
    """The loopback model, with no faults and no memory of other tests."""
    shared_model.fresh()
    yield shared_model
    shared_model.fresh()


@pytest.fixture
def model_env(tmp_path: Path, config: Path, model: Loopback) -> dict[str, str]:
    return {
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": model.base_url,
        "PYTHONPATH": str(ROOT / "server"),
    }


@pytest.fixture(params=["0.11", "0.12"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_nvim(
    version: str, tmp_path: Path, workspace: Path, model_env: dict[str, str], forks: Forks
) -> Iterator[Open]:
    """Open Neovims; each is ended after the test.

    Their servers are forked ones unless a test asks for `plain`: a start as the operator's.
    """
    (workspace / ".git").mkdir()
    opened: list[Driver] = []

    def start(*files: str, plain: bool = False, **options: str) -> Driver:
        home = tmp_path / f"nvim-{len(opened)}"
        server = PLAIN if plain else forks.command
        driver = Driver(
            version, home, workspace, model_env, *(files or ("sample.py",)), server=server,
            **options,
        )  # fmt: skip
        opened.append(driver)
        return driver

    yield start
    for driver in opened:
        driver.quit()


@pytest.fixture
def nvim(open_nvim: Open) -> Driver:
    """A Neovim on the sample, with the server attached."""
    return open_nvim().ready()

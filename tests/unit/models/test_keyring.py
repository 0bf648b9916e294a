"""The OS keyring: asked after the environment, on a thread, and never written anywhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tierwise import logs
from tierwise.core.errors import NotConfigured
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.models import client as module
from tierwise.models.client import KEYRING_SERVICE, ModelClient

keyring = pytest.importorskip("keyring", reason="the keyring extra is not installed")
TIER = DEFAULT_LADDER.get("haiku")
KEPT = "key-from-the-ring"


@pytest.fixture
def ring() -> Iterator[list[tuple[str, str]]]:
    """A real keyring with a backend in memory; what it was asked for."""
    from keyring.backend import KeyringBackend

    asked: list[tuple[str, str]] = []

    class InMemory(KeyringBackend):
        priority = 1.0

        def get_password(self, service: str, username: str) -> str | None:
            asked.append((service, username))
            return KEPT if (service, username) == (KEYRING_SERVICE, TIER.api_key_env) else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise AssertionError("nothing is written into the keyring")

        def delete_password(self, service: str, username: str) -> None:
            raise AssertionError("nothing is removed from the keyring")

    before = keyring.get_keyring()
    backend: Any = InMemory
    keyring.set_keyring(backend())
    yield asked
    keyring.set_keyring(before)


def test_the_environment_comes_first_and_the_keyring_once(ring: list[tuple[str, str]]) -> None:
    assert ModelClient({TIER.api_key_env: "from-env"}).key(TIER) == "from-env"
    assert not ring
    client = ModelClient({})
    assert [client.key(TIER) for _ in range(3)] == [KEPT] * 3
    assert ring == [(KEYRING_SERVICE, TIER.api_key_env)]


def test_a_key_of_the_keyring_is_blanked_in_logs(
    ring: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    logs.setup("debug", tmp_path)
    assert ModelClient({}).key(TIER) == KEPT
    logging.getLogger("tierwise").debug("sent with %s", KEPT)
    for handler in root.handlers:
        handler.close()
    assert KEPT not in (tmp_path / "tierwise.log").read_text(encoding="utf-8")


def test_a_keyring_that_fails_or_is_empty_is_no_key(
    ring: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = DEFAULT_LADDER.get("opus")
    client = ModelClient({})

    def locked(service: str, name: str) -> str:
        raise RuntimeError("locked")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(NotConfigured):
        client.require_key(other)
    monkeypatch.undo()
    assert client.key(other) is None, "not asked again at once"
    monkeypatch.setattr(module, "KEYRING_AGAIN", 0.0)
    assert client.key(other) == KEPT

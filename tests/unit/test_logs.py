"""No key reaches a log, whoever writes it and however."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tierwise import logs
from tierwise.core.redact import redact

KEY = "sk-ant-" + "api03-" + "Ab1" * 12
ODD = "plain-key-of-a-local-server"


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    """Give the root logger back as it was; `setup` replaces its handlers."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        f"key {KEY} used",
        f"Authorization: Bearer {KEY[7:]}",
        "{'x-api-key': 'abcdefgh12345'}",
        "api_key=abcdefgh12345",
        "proxy http://user:abcdefgh12345@host:80 failed",
        f"server said no to {ODD}",
    ],
)
def test_keys_are_blanked(text: str) -> None:
    shown = redact(text, [ODD])
    assert "[key]" in shown
    for secret in (KEY, KEY[7:], "abcdefgh12345", ODD):
        assert secret not in shown


@pytest.mark.parametrize(
    "text",
    ["task 3f2a on haiku took 120 ms", "reserved 1200000 for 812 tokens", "port 127.0.0.1:9"],
)
def test_ids_sizes_tiers_and_times_stay(text: str) -> None:
    assert redact(text, [ODD]) == text


def written(folder: Path) -> str:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return (folder / "tierwise.log").read_text(encoding="utf-8")


def test_arguments_and_exceptions_are_blanked_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup("debug", tmp_path, [ODD])
    log = logging.getLogger("tierwise.test")
    log.debug("call with %s and %r", KEY, {"key": ODD})
    try:
        raise RuntimeError(f"refused {KEY} at {ODD}")
    except RuntimeError:
        log.exception("failed")
    text = written(tmp_path)
    assert "RuntimeError" in text
    assert "[key]" in text
    for seen in (text, capsys.readouterr().err):
        assert KEY not in seen
        assert ODD not in seen


def test_libraries_that_log_whole_messages_are_kept_quiet_at_debug(tmp_path: Path) -> None:
    logs.setup("debug", tmp_path)
    for name in ("pygls.protocol", "anthropic._base_client", "httpx2"):
        logging.getLogger(name).info("MESSAGE BODY")
        logging.getLogger(name).debug("MESSAGE BODY")
    logging.getLogger("tierwise").debug("written")
    text = written(tmp_path)
    assert "written" in text
    assert "MESSAGE BODY" not in text


def test_a_state_folder_that_cannot_be_made_costs_only_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    logs.setup("info", tmp_path / "file" / "state")
    logging.getLogger("tierwise").info("fine")
    assert len(logging.getLogger().handlers) == 1

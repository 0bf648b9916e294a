"""The systemd unit that runs the worker as a service of the user."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = "tierwise-work.service"


def path(env: Mapping[str, str]) -> Path:
    """The path of the unit file."""
    config = env.get("XDG_CONFIG_HOME")
    base = Path(config) if config else Path(env.get("HOME", "~")).expanduser() / ".config"
    return base / "systemd" / "user" / NAME


def text(python: Path, env: Mapping[str, str]) -> str:
    """The text of the unit. It has the state folder, the configuration and PATH, never a key."""
    kept = [name for name in ("TIERWISE_STATE_DIR", "TIERWISE_CONFIG", "PATH") if env.get(name)]
    lines = "".join(f"Environment={_quoted(f'{name}={env[name]}')}\n" for name in kept)
    return (
        "[Unit]\n"
        "Description=Tierwise: does what was queued for the night\n\n"
        "[Service]\n"
        f"ExecStart={_quoted(str(python))} -m tierwise work\n"
        f"{lines}"
        "Restart=on-failure\n"
        "RestartSec=30\n"
        "RestartPreventExitStatus=4\n"
        "Nice=10\n\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def parsed(unit: str) -> dict[str, dict[str, str]]:
    """The sections of a unit. Raises `ValueError` for text that is no unit file."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(unit)
    except configparser.Error as error:
        raise ValueError(str(error)) from None
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _quoted(value: str) -> str:
    """A value as systemd reads it: percent signs are doubled, and it is quoted if needed."""
    escaped = value.replace("%", "%%")
    return (
        escaped
        if shlex.quote(escaped) == escaped
        else '"{}"'.format(escaped.replace("\\", "\\\\").replace('"', '\\"'))
    )

"""Where the configuration file and the state folder are. Nothing of this comes from a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs


def state_dir(env: Mapping[str, str]) -> Path:
    """The folder of ledger and kept content: `TIERWISE_STATE_DIR`, or else the platform's."""
    named = env.get("TIERWISE_STATE_DIR")
    return Path(named) if named else Path(platformdirs.user_state_dir("tierwise", appauthor=False))


def store_url(env: Mapping[str, str], configured: str | None) -> str | None:
    """The database that the ledger is in: `TIERWISE_STORE_URL`, or else `[store] url`.

    It is None where the ledger is a file in the state folder.
    """
    return env.get("TIERWISE_STORE_URL") or configured


def config_file(env: Mapping[str, str]) -> Path:
    """The operator's TOML file: `TIERWISE_CONFIG`, or else one in the platform's configuration
    folder.
    """
    named = env.get("TIERWISE_CONFIG")
    if named:
        return Path(named)
    return Path(platformdirs.user_config_dir("tierwise", appauthor=False)) / "config.toml"


def kept_files(env: Mapping[str, str]) -> tuple[Path, ...]:
    """The configuration files that a setting must be written to, so that it holds now and later.

    A client that lays its settings over the operator's own file hands over the result as
    `TIERWISE_CONFIG`, which this process reads, and names the file itself as `TIERWISE_OWN_CONFIG`.
    """
    read, named = config_file(env), env.get("TIERWISE_OWN_CONFIG")
    return (Path(named), read) if named and Path(named) != read else (read,)

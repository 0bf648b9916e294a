"""Where the configuration file and the state folder are. Nothing of this comes from a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs


def state_dir(env: Mapping[str, str]) -> Path:
    """The folder of ledger and kept content: `TIERWISE_STATE_DIR` or the platform's."""
    named = env.get("TIERWISE_STATE_DIR")
    return Path(named) if named else Path(platformdirs.user_state_dir("tierwise", appauthor=False))


def config_file(env: Mapping[str, str]) -> Path:
    """The operator's TOML file: `TIERWISE_CONFIG` or the platform's configuration folder."""
    named = env.get("TIERWISE_CONFIG")
    if named:
        return Path(named)
    return Path(platformdirs.user_config_dir("tierwise", appauthor=False)) / "config.toml"

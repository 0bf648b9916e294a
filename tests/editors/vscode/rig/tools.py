"""Where the editors are that `make editors` installed, and what to do when one is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[4]
EXTENSION = ROOT / "vscode-client"
TOOLS = ROOT / ".tools" / "vscode"
LATEST, OLDER = "4.139.1", "4.100.3"
"""Versions of code-server: VS Code 1.139 and 1.100."""


def node(version: str) -> str:
    """The Node that a version of code-server runs on."""
    own = TOOLS / "node24/bin/node"
    return str(own) if version == LATEST else _found("node")


def entry(version: str) -> Path:
    """The program of a version of code-server; skips where it is not installed."""
    path = TOOLS / version / "node_modules/code-server/out/node/entry.js"
    if not (TOOLS / version / ".installed").exists():
        missing(f"code-server {version} is not installed")
    return path


def chromium() -> str:
    """The browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return found if found is not None else missing("no Chromium is installed")


@cache
def built_extension() -> Path:
    """The folder of the extension, bundled from its sources as they are now."""
    if not (EXTENSION / "node_modules").exists():
        missing("the packages of vscode-client are not installed")
    done = subprocess.run(
        [_found("node"), "esbuild.mjs"], cwd=EXTENSION, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"the extension does not build: {done.stderr[-2000:]}"
    return EXTENSION


def missing(what: str) -> NoReturn:
    """A failure where everything has to be there, else a skip that says what to do."""
    if os.environ.get("CI") == "true":
        raise AssertionError(what)
    pytest.skip(f"{what}: run make editors")


def _found(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        missing(f"{name} is not installed")
    return path

"""Where the editors are that `make editors` installed, and what to do when one is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[4]
EXTENSION = ROOT / "vscode-client"
TOOLS = ROOT / ".tools" / "vscode"
LATEST, OLDER = "4.139.1", "4.100.3"
"""Versions of code-server: VS Code 1.139 and 1.100."""
BUNDLES = ("extension.js", "connection.js", "webview.js", "webview.css")


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


@contextmanager
def built_extension() -> Iterator[Path]:
    """The folder of the extension, bundled from its sources as they are now.

    It stays as it is while the context lasts: tests run side by side, and bundling anew begins
    with taking the old bundle away.
    """
    if not (EXTENSION / "node_modules").exists():
        missing("the packages of vscode-client are not installed")
    (EXTENSION / "out").mkdir(exist_ok=True)
    with FileLock(EXTENSION / "out/bundle.lock", timeout=400):
        if not _bundle_is_new():
            _bundle()
        yield EXTENSION


def vsix() -> Path:
    """The VSIX, built as it is for everybody."""
    with built_extension():
        done = subprocess.run(
            ["make", "vsix"], cwd=ROOT, capture_output=True, text=True, timeout=300
        )
    assert done.returncode == 0, f"the VSIX is not built: {(done.stdout + done.stderr)[-2000:]}"
    return EXTENSION / "tierwise.vsix"


def _bundle() -> None:
    done = subprocess.run(
        [_found("node"), "esbuild.mjs"], cwd=EXTENSION, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"the extension does not build: {done.stderr[-2000:]}"


def _bundle_is_new() -> bool:
    """Whether every part was bundled after every source, and after any was taken away."""
    made = [EXTENSION / "dist" / name for name in BUNDLES]
    if not all(file.exists() for file in made):
        return False
    sources = [EXTENSION / name for name in ("esbuild.mjs", "package.json", "package-lock.json")]
    for folder in ("src", "webview"):
        sources += [EXTENSION / folder, *(EXTENSION / folder).rglob("*")]
    oldest = min(file.stat().st_mtime for file in made)
    return all(source.stat().st_mtime < oldest for source in sources)


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

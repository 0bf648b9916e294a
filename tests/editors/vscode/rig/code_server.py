"""One code-server: the workbench and its extension host, with the extension installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import keys, tools

READY_WITHIN = 60.0
"""Seconds until it must answer; a bound for failures."""
SETTINGS: dict[str, Any] = {
    "workbench.startupEditor": "none",
    "workbench.welcomePage.walkthroughs.openOnInstall": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.tips.enabled": False,
    "window.commandCenter": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "git.enabled": False,
    "chat.disableAIFeatures": True,
    "files.autoSave": "off",
    "editor.minimap.enabled": False,
    "workbench.editor.restoreViewState": False,
    "security.workspace.trust.enabled": False,
}
_COPIED = ("package.json", "package.nls.json", "dist", "media", "l10n", "walkthrough")
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_LAUNCHER = """\
#!/bin/sh
set -a
. "{environment}"
PYTHONPATH="{root}"
exec {command} "$@"
"""


class CodeServer:
    """A context manager. `launcher` is the language server with the environment of one test.

    The extension host keeps the environment it was started with, but each window starts its own
    language server, and that goes through `launcher`: it reads the variables of `use`. With `vsix`
    the extension is installed from that file by the workbench itself and finds its own server, with
    `env` over the environment of everything. A `bare` one has no extension at all.
    """

    def __init__(
        self,
        version: str,
        *,
        trust: bool = False,
        vsix: Path | None = None,
        bare: bool = False,
        env: Mapping[str, str] | None = None,
        options: tuple[str, ...] = (),
        **settings: Any,
    ) -> None:
        self.version, self.trust, self.vsix, self._bare = version, trust, vsix, bare
        self._env, self._options = env or {}, options
        self.folder = Path(tempfile.mkdtemp(prefix="tierwise-code-"))
        self.launcher = self.folder / "tierwise"
        self.log = self.folder / "code-server.log"
        self.told = self.folder / "told"
        """What clients were told of tasks, as `told.py` writes it."""
        self._environment = self.folder / "environment"
        self._settings = {**SETTINGS, "security.workspace.trust.enabled": trust, **settings}
        self._port = _free_port()

    def use(self, variables: Mapping[str, str]) -> None:
        """Set what the language servers that start from here on find in their environment."""
        lines = [f"{name}='{value}'\n" for name, value in variables.items()]
        self._environment.write_text("".join(lines), encoding="utf-8")

    def configure(self, **settings: Any) -> None:
        """Write the user's settings; an open window takes them over by itself."""
        self._settings |= settings
        path = self.folder / "data/User/settings.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._settings, indent=1), encoding="utf-8")
        machine = self.folder / "data/Machine/settings.json"
        machine.parent.mkdir(parents=True, exist_ok=True)
        own = {
            name: value
            for name, value in self._settings.items()
            if name.startswith(("tierwise.", "workbench.welcomePage."))
        }
        machine.write_text(json.dumps(own, indent=1), encoding="utf-8")

    def serve(self, tap: Path | None = None) -> None:
        """Let windows start the real server; with `tap`, note there when its deltas leave it."""
        python = sys.executable
        rig = "tests.editors.vscode.rig"
        command = f'"{python}" -m {rig}.told "{self.told}" tierwise'
        if tap is not None:
            command = f'"{python}" -m {rig}.tap "{tap}" "{python}" -m tierwise'
        script = _LAUNCHER.format(environment=self._environment, root=tools.ROOT, command=command)
        self.launcher.write_text(script, encoding="utf-8")
        self.launcher.chmod(0o755)

    def url(self, workspace: Path, *files: Path) -> str:
        """The address of a window on a folder, with some files open."""
        opened = [["openFile", f"vscode-remote://127.0.0.1:{self._port}{file}"] for file in files]
        payload = f"&payload={quote(json.dumps(opened))}" if files else ""
        return f"http://127.0.0.1:{self._port}/?folder={quote(str(workspace))}{payload}"

    @property
    def origin(self) -> str:
        """What every address of the workbench begins with."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> CodeServer:
        self.use({})
        self.serve()
        if self._bare:
            self.configure()
        elif self.vsix is None:
            self._copy()
            self.configure(**{"tierwise.server.command": [str(self.launcher), "serve"]})
        else:
            self._install(self.vsix)
            self.configure()
        (self.folder / "data/User/keybindings.json").write_text(keys.bindings(), encoding="utf-8")
        (self.folder / "config.yaml").write_text("{}\n", encoding="utf-8")
        argv = [
            *self._program(),
            *("--config", str(self.folder / "config.yaml"), "--auth", "none"),
            *("--bind-addr", f"127.0.0.1:{self._port}"),
            *(
                "--disable-telemetry",
                "--disable-update-check",
                "--disable-getting-started-override",
            ),
            *(() if self.trust else ("--disable-workspace-trust",)),
            *self._options,
        ]
        self._process = subprocess.Popen(
            argv,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=self._environ(),
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the whole group; its files go only once nothing writes them any more."""
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, wanted)
                self._process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        shutil.rmtree(self.folder, ignore_errors=True)

    def _program(self) -> list[str]:
        return [
            *(tools.node(self.version), str(tools.entry(self.version))),
            *("--user-data-dir", str(self.folder / "data")),
            *("--extensions-dir", str(self.folder / "extensions")),
        ]

    def _environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {"EXTENSIONS_GALLERY": '{"serviceUrl":""}', "NODE_NO_WARNINGS": "1"}
        return {**kept, **own, **self._env}

    def _install(self, vsix: Path) -> None:
        """Let the workbench install the extension from its file."""
        done = subprocess.run(
            [*self._program(), "--install-extension", str(vsix)],
            env=self._environ(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _copy(self) -> None:
        """Put the extension where user extensions lie, as unpacking the VSIX would."""
        with tools.built_extension() as source:
            manifest = json.loads((source / "package.json").read_text(encoding="utf-8"))
            name = f"{manifest['publisher']}.{manifest['name']}-{manifest['version']}"
            target = self.folder / "extensions" / name
            target.mkdir(parents=True)
            for part in _COPIED:
                if (source / part).is_dir():
                    shutil.copytree(source / part, target / part)
                elif (source / part).exists():
                    shutil.copy(source / part, target / part)

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.origin}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"code-server did not start:\n{self.log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

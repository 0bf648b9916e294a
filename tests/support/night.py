"""Sets up a folder with files and a loopback model, and runs the `queue` and `work` commands."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.bound import bound
from tests.support.environment import kept

SERVER = str(Path(__file__).parents[2] / "server")
FILES = {
    "src/a.py": b"def first(a, b):\n    return a + b\n\n\ndef second(a):\n    return a * 2\n",
    "src/b.py": b"\xef\xbb\xbfdef third(x):\r\n    return x\r\n",
    "src/c.py": b"def fourth(x):\n    return x",
}


@dataclass
class NightFolder:
    """One operator's machine: a project, a state folder, a configuration, a model server."""

    folder: Path
    model_url: str = ""
    config: str = ""
    more: dict[str, str] = field(default_factory=dict)
    through: tuple[str, ...] = ()
    """A command that every command is given to, such as one that makes another machine of this."""

    def __post_init__(self) -> None:
        self.put(FILES)
        (self.root / ".git").mkdir(parents=True, exist_ok=True)
        self.configure(self.config)

    @property
    def root(self) -> Path:
        """The project."""
        return self.folder / "project"

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    @property
    def env(self) -> dict[str, str]:
        """The environment of every command."""
        keyed = {"ANTHROPIC_API_KEY": "test-key-of-nobody", "ANTHROPIC_BASE_URL": self.model_url}
        return {
            **kept(),
            "PYTHONPATH": SERVER,
            "TIERWISE_STATE_DIR": str(self.state),
            "TIERWISE_CONFIG": str(self.folder / "config.toml"),
            **(keyed if self.model_url else {}),
            **self.more,
        }

    def configure(self, text: str) -> None:
        """Write the operator's configuration."""
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def put(self, files: dict[str, bytes]) -> None:
        """Write files of the project."""
        for name, data in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def digests(self) -> dict[str, str]:
        """Every file of the project by the digest of its bytes."""
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def run(
        self, *args: str, stdin: str = "", within: float = 110
    ) -> subprocess.CompletedProcess[str]:
        """One command, in the project's folder, in so many seconds."""
        return subprocess.run(
            [*self.through, sys.executable, "-m", "tierwise", *args],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.root,
            env=self.env,
            timeout=within,
            check=False,
        )

    def facts(self, *args: str, stdin: str = "") -> Any:
        """What a command prints as JSON."""
        done = self.run(*args, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def report(self, group: str) -> dict[str, Any]:
        """The report of one group."""
        (found,) = self.facts("queue", "report", group)["groups"]
        return dict(found)

    def worker(self, *args: str) -> subprocess.Popen[str]:
        """A worker as a process of its own."""
        return subprocess.Popen(
            bound(*self.through, sys.executable, "-m", "tierwise", "work", *args),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.root,
            env=self.env,
        )

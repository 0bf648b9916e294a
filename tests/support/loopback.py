"""Runs the loopback model as a separate process, for editors that start their own server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.bound import bound


class Loopback:
    """A context manager around `python -m tierwise.models.rehearsal`."""

    def __enter__(self) -> Loopback:
        server = str(Path(__file__).parents[2] / "server")
        self.process = subprocess.Popen(
            bound(sys.executable, "-m", "tierwise.models.rehearsal"),
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": server},
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def requests(self) -> list[dict[str, Any]]:
        """The bodies it was sent."""
        found: list[dict[str, Any]] = self._call("/_requests")["requests"]
        return found

    def began(self) -> list[float]:
        """When the first event of each stream left, on the clock of `time.perf_counter`."""
        found: list[float] = self._call("/_requests")["began"]
        return found

    def gone(self) -> list[float]:
        """When clients went away before the end of their stream, on the same clock."""
        found: list[float] = self._call("/_requests")["gone"]
        return found

    def faults(self, **settings: Any) -> None:
        """Tell it which faults to have."""
        self._call("/_faults", settings)

    def fresh(self) -> None:
        """Forget faults and requests."""
        self._call("/_faults", {"clear": True, "forget": True})

    def _call(self, path: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(self.base_url + path, data=body, timeout=10) as answer:
            return json.load(answer)

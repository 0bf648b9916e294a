"""Runs a PostgreSQL server for tests, in a temporary folder.

PostgreSQL refuses to run as root. So if the tests run as root, it is started as an ordinary user of
the system. If the test process is killed, another process (`postgres_end.py`) ends the server.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

ROOT: Final = Path(__file__).parents[2]
PROGRAMS: Final = ROOT / ".tools" / "postgres" / "bin"
"""Where `tests/postgres/install.sh` links them."""
PORTS: Final = 3
"""Ports that are tried where another program is quicker."""
ENDS: Final = Path(__file__).with_name("postgres_end.py")
ORDINARY: Final = ("postgres", "nobody")
"""Users that a server is started as where the tests run as root, in this order."""


def installed() -> bool:
    """Whether there is a server to start."""
    return (PROGRAMS / "initdb").exists()


class PostgresServer:
    """A server on loopback. `url` names its database; `durable` waits for the disk."""

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="tw-pg-"))
        self._data = self.folder / "data"
        self.port = _free_port()
        self.user = _ordinary_user()
        self.name = self.user or pwd.getpwuid(os.getuid()).pw_name
        if self.user:
            shutil.chown(self.folder, self.user)
        # In a session of its own: a signal to the group of the test process does not reach it.
        self._end = subprocess.Popen(
            [sys.executable, "-I", "-S", str(ENDS), str(self.folder)],
            stdin=subprocess.PIPE, cwd="/", start_new_session=True,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The address of its database, as `[store] url` takes it."""
        return f"postgresql+psycopg://{self.name}@127.0.0.1:{self.port}/postgres"

    def make(self) -> Self:
        """Lay out the data folder."""
        self._run("initdb", "-D", str(self._data), "-A", "trust", "--no-sync", "-E", "UTF8",
                  "--locale=C", "-U", self.name)  # fmt: skip
        return self

    def start(self) -> Self:
        """Start, and wait until it answers."""
        fast = () if self._durable else ("-c fsync=off",)
        options = (
            f"-p {self.port}", "-c listen_addresses=127.0.0.1",
            f"-c unix_socket_directories={self.folder}", "-c max_connections=200", *fast,
        )  # fmt: skip
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"),
                  "-o", " ".join(options), "start")  # fmt: skip
        return self

    def stop(self, how: str = "immediate") -> None:
        """Stop: `immediate` is what a crash looks like, `fast` an orderly end."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", how, "stop")

    def close(self) -> None:
        """Stop, if it runs, and remove everything."""
        try:
            if (self._data / "postmaster.pid").exists():
                self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            self._end.communicate()

    def __enter__(self) -> Self:
        try:
            self.make()
            for _ in range(PORTS):
                try:
                    return self.start()
                except RuntimeError:
                    # Another program took the port between the look and the start.
                    self.port = _free_port()
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, program: str, *args: str) -> None:
        command: Sequence[str] = (str(PROGRAMS / program), *args)
        if self.user:
            command = ("runuser", "-u", self.user, "--", *command)
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The address of an empty schema of that database, which is dropped afterwards."""
    import psycopg

    name = f"t{uuid.uuid4().hex[:12]}"
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as conn:
        conn.execute(f"CREATE SCHEMA {name}")
    try:
        yield f"{url}?options=-csearch_path%3D{name}"
    finally:
        with psycopg.connect(plain, autocommit=True) as conn:
            conn.execute(f"DROP SCHEMA {name} CASCADE")


def _ordinary_user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ORDINARY if name in known)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

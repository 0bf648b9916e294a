"""A PostgreSQL server that a test started does not outlive the test process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.postgres import ROOT, PostgresServer

pytestmark = pytest.mark.postgres

STARTED = """
from tests.support.postgres import PostgresServer
with PostgresServer() as server:
    lock = server.folder / "data" / "postmaster.pid"
    print(server.folder, lock.read_text().split()[0], flush=True)
    input()
"""
BEFORE_IT_RUNS = """
from tests.support.postgres import PostgresServer
class Slow(PostgresServer):
    def _run(self, program, *args):
        if program == "pg_ctl":
            print(self.folder, 0, flush=True)
        super()._run(program, *args)
with Slow() as server:
    input()
"""


@contextmanager
def process(program: str) -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """A test process of its own that starts a server; the server's folder and its process."""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, text=True, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as started:  # fmt: skip
        assert started.stdout is not None
        try:
            folder, pid = started.stdout.readline().split()
            yield started, Path(folder), int(pid)
        finally:
            if started.poll() is None:
                started.kill()


@pytest.mark.parametrize("program", [STARTED, BEFORE_IT_RUNS], ids=["running", "starting"])
@pytest.mark.parametrize("whole_group", [False, True], ids=["process", "group"])
def test_a_server_ends_with_a_test_process_that_was_killed(
    postgres: PostgresServer, program: str, whole_group: bool
) -> None:
    with process(program) as (started, folder, pid):
        assert folder.exists()
        if whole_group:
            os.killpg(started.pid, signal.SIGKILL)
        else:
            started.kill()
        # The pipe ends once the last process that has it ended: the one that ends the server.
        assert started.communicate()[0] == ""
    assert not folder.exists()
    if pid:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_server_ends_with_its_test_in_order(postgres: PostgresServer) -> None:
    with process(STARTED) as (started, folder, _):
        assert started.communicate("go on\n")[0] == ""
        assert started.returncode == 0
    assert not folder.exists()

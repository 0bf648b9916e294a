"""What a test starts ends with it, also where the test is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.bound import bound

ROOT = Path(__file__).parents[2]
TEST = """
import subprocess, sys, time
from tests.support.bound import bound
started = subprocess.Popen(bound(sys.executable, "-c", "import time; time.sleep(600)"))
print(started.pid, flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to another")
def test_a_process_ends_when_the_test_that_started_it_is_killed() -> None:
    test = subprocess.Popen(
        [sys.executable, "-c", TEST], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert test.stdout is not None
    started = int(test.stdout.readline())
    assert alive(started)
    test.kill()
    test.wait()
    test.stdout.close()
    ends = time.monotonic() + 30
    while alive(started) and time.monotonic() < ends:
        time.sleep(0.02)
    assert not alive(started)


def test_a_bound_program_gets_its_words_and_answers_with_its_code() -> None:
    words = bound(sys.executable, "-c", "import os, sys; print(sys.argv[1:]); sys.exit(3)", "a b")
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ})
    assert (done.returncode, done.stdout) == (3, "['a b']\n")

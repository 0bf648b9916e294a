"""One heap for all threads: what a thread allocates does not make a heap of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

COUNT = """
import ctypes, re, sys, threading
from tierwise.core.memory import share_heap
if sys.argv[1] == "shared":
    share_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
gates = [threading.Event(), threading.Event()]
def allocate():
    libc.malloc(100_000)
    gates[0].set()
    gates[1].wait()
thread = threading.Thread(target=allocate)
thread.start()
gates[0].wait()
sys.stdout.flush()
libc.malloc_stats()
gates[1].set()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has heaps of threads")
@pytest.mark.parametrize(("how", "heaps"), [("shared", 1), ("as it is", 2)])
def test_a_thread_shares_the_heap_of_the_process(how: str, heaps: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNT, how], capture_output=True, text=True, check=True
    )
    assert done.stderr.count("Arena ") == heaps

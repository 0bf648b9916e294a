"""Writes without blocking the loop: messages go into a queue, and a thread writes the queue out.

If a client stops reading, only the queue grows and the server goes on. Once much is waiting, the
server stops reading from that client as well. So a client that floods the server without reading
the answers blocks itself and does not fill our memory.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import BinaryIO, Final

CONGESTED: Final = 1 << 20
"""With more waiting bytes than this, the client counts as not reading."""
FULL: Final = 16 << 20
"""From this many waiting bytes on, nothing more is read from the client."""


class Writer:
    """A queue in front of a byte stream, written by a thread. `close` writes what is left."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._wake = threading.Condition()
        self._closed = False
        self.broken = False
        self._thread = threading.Thread(target=self._run, name="lsp-writer", daemon=True)
        self._thread.start()

    @property
    def congested(self) -> bool:
        """True if the client is not reading. Callers then hold back what can wait."""
        return self._bytes > CONGESTED

    def write(self, data: bytes) -> None:
        """Queue bytes to be written, and return at once."""
        with self._wake:
            if self._closed or self.broken:
                return
            self._queue.append(data)
            self._bytes += len(data)
            self._wake.notify_all()

    def wait_for_room(self) -> None:
        """Block until fewer than `FULL` bytes wait to be written, or the client is gone.

        Only the reading thread may call this.
        """
        with self._wake:
            self._wake.wait_for(lambda: self._bytes < FULL or self._closed or self.broken)

    def wait_until_written(self, timeout: float = 0.5) -> None:
        """Block until nothing waits to be written, or for `timeout` seconds."""
        with self._wake:
            self._wake.wait_for(lambda: not self._bytes or self._closed or self.broken, timeout)

    def close(self, timeout: float = 0.5) -> None:
        """Write what is left, for at most `timeout` seconds."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                if not self._queue:
                    return
                batch = b"".join(self._queue)
                self._queue.clear()
            try:
                self._stream.write(batch)
                self._stream.flush()
            except (OSError, ValueError):
                with self._wake:
                    self.broken = True
                    self._wake.notify_all()
                return
            with self._wake:
                self._bytes -= len(batch)
                self._wake.notify_all()

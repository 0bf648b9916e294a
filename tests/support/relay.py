"""A relay that a test's editor starts instead of `python -m tierwise`. It asks for a forked server.

The server takes over the relay's pipes. The relay forwards signals to the server and ends with the
server's exit code. It imports only the standard library, so that it starts in 20 ms
(`python -I -S relay.py SOCKET ...`).
"""

import json
import os
import signal
import socket
import sys


def main() -> int:
    """Have the command run in a fork; its exit code, 1 where the forking process is gone."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(sys.argv[1])
        said = {"arguments": sys.argv[2:], "folder": os.getcwd(), "env": dict(os.environ)}
        text = json.dumps(said).encode()
        socket.send_fds(link, [len(text).to_bytes(4, "big")], [0, 1, 2])
        link.sendall(text)
        pid = int.from_bytes(link.recv(4), "big")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda got, _: os.kill(pid, got))
        code = link.recv(1)
        return code[0] if code else 1


if __name__ == "__main__":
    sys.exit(main())

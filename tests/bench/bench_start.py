"""From spawning a server to its first code action with a title, beside other servers in one run.

Run by `make bench`, or by itself with `python -m tests.bench.bench_start`. Figures are processor
time of the server's process and medians: on a shared machine the clock on the wall says little,
and the ratios to the bare server of the same round say most. Beside Tierwise run a bare pygls
server with as many actions, ruff's server, and pyright's where `npm` can be asked for it. Python
starts from byte code, as after an installation, whatever the environment says of writing it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.loopback import Loopback

BARE: Final = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
server = LanguageServer("bare", "1")
@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(params):
    titles = [f"Action {n}" for n in range(7)]
    return [types.CodeAction(title=t, kind="refactor.rewrite") for t in titles]
server.start_io()
"""
CODE: Final = "import os\nimport sys\n\n\ndef add(a, b):\n    return a + b\n" + "".join(
    f"\n\ndef f{n}(a):\n    return a + {n}\n" for n in range(200)
)
SPAN: Final = {"start": {"line": 4, "character": 0}, "end": {"line": 6, "character": 0}}
UNTYPED: Final = "import untyped\n"
"""Pyright has one action: it makes stubs of an installed module without types. Its file imports one
in its first line, and is asked about that line once it has told what is wrong there: while it is
asked again and again it does not look."""
UNTYPED_SPAN: Final = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 14}}
PYRIGHT: Final = '{"reportMissingTypeStubs": "warning", "venvPath": ".", "venv": "env"}'
CHAT: Final = {"experimental": {"tierwise": {"chat": True, "task": True}}}
WITHIN: Final = 60.0
"""Seconds a server may take; what needs longer is not measured."""


@dataclass
class Figures:
    """Milliseconds of processor time, megabytes, and for the chat milliseconds on the wall."""

    initialize: list[float] = field(default_factory=list)
    action: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    decision: list[float] = field(default_factory=list)
    delta: list[float] = field(default_factory=list)


class Client:
    """A client of one server process, which reads one message after the other."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], root: Path) -> None:
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **env},
            cwd=root,
        )
        self.root, self._next = root, 0

    def send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def post(self, method: str, params: Any) -> int:
        self._next += 1
        self.send({"id": self._next, "method": method, "params": params})
        return self._next

    def read(self) -> dict[str, Any]:
        """The next message; requests of the server's are answered with nothing."""
        stdout, length = self.process.stdout, 0
        assert stdout is not None
        while line := stdout.readline().strip():
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(stdout.read(length))
        if "method" in message and "id" in message:
            items = (message.get("params") or {}).get("items", [])
            nothing = [None for _ in items] if message["method"].endswith("configuration") else None
            self.send({"id": message["id"], "result": nothing})
        return message

    def result(self, number: int) -> Any:
        while True:
            message = self.read()
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def cpu(self) -> float:
        """Milliseconds of processor time of the process and its threads."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e6

    def rss(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(next(x for x in status.splitlines() if x.startswith("VmRSS")).split()[1]) / 1024

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def once(
    argv: Sequence[str], env: Mapping[str, str], root: Path, found: Figures, chat: bool
) -> None:
    """One start: what it took until the first code action that is there."""
    client = Client(argv, env, root)
    folder = {"uri": root.as_uri(), "name": root.name}
    params = {"processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder]}
    client.result(client.post("initialize", {**params, "capabilities": CHAT}))
    found.initialize.append(client.cpu())
    client.send({"method": "initialized", "params": {}})
    uri = (root / "code.py").as_uri()
    stubs = "node" in argv
    text = UNTYPED + CODE if stubs else CODE
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    client.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    asked = {
        "textDocument": {"uri": uri},
        "range": UNTYPED_SPAN if stubs else SPAN,
        "context": {"diagnostics": [], "triggerKind": 1},
    }
    while stubs and client.read().get("method") != "textDocument/publishDiagnostics":
        pass
    until = time.perf_counter() + WITHIN
    while not client.result(client.post("textDocument/codeAction", asked)):
        if time.perf_counter() > until:
            raise TimeoutError("no code action came")
        time.sleep(0.02)
    found.action.append(client.cpu())
    found.wall.append((time.perf_counter() - client.began) * 1000)
    found.rss.append(client.rss())
    if chat:
        _chat(client, found)
    client.end()


def _chat(client: Client, found: Figures) -> None:
    """A chat sent right after the first title: until its decision and its first words."""
    sent = time.perf_counter()
    client.post("tierwise/chat/send", {"prompt": "what is a list?", "taskId": "first"})
    decided = False
    while True:
        message = client.read()
        if not message.get("method", "").startswith(("tierwise/chat/", "tierwise/task/")):
            continue
        took = (time.perf_counter() - sent) * 1000
        if not decided:
            decided = True
            found.decision.append(took)
        if message["params"].get("kind") == "delta":
            found.delta.append(took)
            return


def servers(pyright: Path | None) -> dict[str, list[str]]:
    """The servers that are there, by name."""
    python = [sys.executable]
    found = {
        "bare pygls": [*python, "-c", BARE],
        "tierwise": [*python, "-m", "tierwise", "serve"],
    }
    if (ruff := shutil.which("ruff", path=os.path.dirname(sys.executable))) is not None:
        found["ruff server"] = [ruff, "server"]
    if pyright is not None:
        found["pyright"] = ["node", str(pyright), "--stdio"]
    return found


def fetched_pyright(folder: Path) -> Path | None:
    """Pyright's server, installed into a folder; None where npm has none to give."""
    if shutil.which("npm") is None:
        return None
    install = ["npm", "install", "--silent", "--no-fund", "--prefix", str(folder), "pyright"]
    subprocess.run(install, capture_output=True, timeout=300, check=False)
    server = folder / "node_modules" / "pyright" / "langserver.index.js"
    return server if server.exists() else None


def row(what: str, value: float, bar: float, unit: str) -> None:
    """Print a figure beside its bar."""
    met = "met" if value <= bar else "MISSED"
    print(f"{what:62} {value:9.2f} {unit:3} <= {bar:g} {unit:3} {met}")


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.bench_start")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pyright", action="store_true", help="fetch pyright from npm as well")
    given = parser.parse_args()
    with Loopback() as model, tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        (root / "env/lib/python3.11/site-packages/untyped").mkdir(parents=True)
        (root / "env/lib/python3.11/site-packages/untyped/__init__.py").touch()
        (root / "code.py").write_text(CODE, encoding="utf-8")
        (root / "pyrightconfig.json").write_text(PYRIGHT, encoding="utf-8")
        env = {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode"),
            "TIERWISE_STATE_DIR": str(Path(folder) / "state"),
            "TIERWISE_CONFIG": str(Path(folder) / "none.toml"),
            "ANTHROPIC_API_KEY": "bench",
            "ANTHROPIC_BASE_URL": model.base_url,
        }
        pyright = fetched_pyright(Path(folder) / "npm") if given.pyright else None
        found = {name: Figures() for name in servers(pyright)}
        for number in range(given.rounds + 1):
            for name, argv in servers(pyright).items():
                figures = found[name] if number else Figures()
                once(argv, env, root, figures, chat=name == "tierwise")
    _print(found)


def _print(found: Mapping[str, Figures]) -> None:
    middle = statistics.median
    bare, ours = found["bare pygls"], found["tierwise"]
    heads = f"{'initialize':>11} {'first action':>13} {'to bare':>8} {'wall':>8} {'RSS':>7}"
    print(f"{'server':14} {heads}")
    for name, figures in found.items():
        ratio = middle(figures.action) / middle(bare.action)
        print(
            f"{name:14} {middle(figures.initialize):8.0f} ms {middle(figures.action):10.0f} ms"
            f" {ratio:7.2f}x {middle(figures.wall):5.0f} ms {middle(figures.rss):4.0f} MB"
        )
    first = middle(ours.action) / middle(bare.action)
    row("processor time to the first titled code action / bare", first, 1.5, "x")
    early = middle(ours.initialize) / middle(bare.initialize)
    row("processor time to initialize / bare", early, 1.05, "x")
    row("chat sent with the first title: to its decision", middle(ours.decision), 600, "ms")
    print(f"chat sent with the first title: to its first words {middle(ours.delta):.0f} ms")


if __name__ == "__main__":
    main()

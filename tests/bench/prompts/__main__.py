"""Prompts as the server sends them: `python -m tests.bench.prompts [--against COMMIT]`.

Every task goes through a real server over stdio to a loopback model, which keeps what it was
sent. With `--against` the server of that commit is asked the same, and the two are compared:
the median of what each has, and the median of the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.bench.prompts.asked import ROOT, BenchTask, tasks
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.server import RehearsalServer

CHARS: Final = 3.0
"""Characters per token, on average over code and prose; ratios hang little on it."""
_PART: Final = re.compile(r'<(context-[0-9a-f]{8}) path="[^"]*" kind="(\w+)"[^>]*>\n.*?</\1>', re.S)
WHOLE: Final = 1_500
"""Tokens up to which a file is shown whole, whatever is selected in it."""
OVER: Final = ("proposed", "answered", "failed", "cancelled", "discarded")

Parts = Mapping[str, int]
"""Tokens by the kind of the part: "system", "request", and the kinds of context."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.prompts", description=__doc__)
    parser.add_argument("--against", metavar="COMMIT", help="compare with the server of a commit")
    parser.add_argument("--each", action="store_true", help="print every task")
    given = parser.parse_args()
    now = asyncio.run(_measured(ROOT / "server"))
    _print("now", now)
    if given.against is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = ["git", "-C", str(ROOT), "archive", given.against, "server"]
        packed = subprocess.run(archive, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        was = asyncio.run(_measured(Path(folder) / "server"))
    _print(given.against, was)
    both = now.keys() & was.keys()
    ratios = {name: _total(now[name]) / _total(was[name]) for name in both}
    print(f"\n{len(both)} tasks asked of both, {len(tasks()) - len(both)} of one or none")
    print(f"median tokens: {median(_total(now[n]) for n in both):,.0f} now,"
          f" {median(_total(was[n]) for n in both):,.0f} at {given.against}")  # fmt: skip
    small = {t.name for t in tasks() if _tokens(t.files[0][2]) <= WHOLE}
    for kind, names in (("up to", small), ("over", both - small)):
        found = [ratios[n] for n in both if n in names]
        print(f"  files {kind} {WHOLE:,} tokens: {len(found)} tasks, ratio {median(found):.3f}")
    share = sum(_total(now[n]) for n in both) / sum(_total(was[n]) for n in both)
    print(f"median of the ratios {median(ratios.values()):.3f}; all tokens {share:.3f}")
    if given.each:
        for name in sorted(both, key=lambda n: -ratios[n]):
            print(f"{ratios[name]:6.2f} {_total(was[name]):6,} {_total(now[name]):6,}  {name}")
            print(f"{'':21} was {dict(was[name])}\n{'':21} now {dict(now[name])}")


async def _measured(server: Path) -> Mapping[str, Parts]:
    """The parts of every task's first prompt, asked of the server in a folder."""
    found: dict[str, Parts] = {}
    model = await RehearsalServer().start()
    with tempfile.TemporaryDirectory() as state, tempfile.TemporaryDirectory() as folder:
        config = Path(state) / "config.toml"
        config.write_text("content_keep_days = 0\n[budget]\nday_usd = 10000\n", encoding="utf-8")
        env = {
            "PYTHONPATH": str(server),
            "TIERWISE_STATE_DIR": state,
            "TIERWISE_CONFIG": str(config),
            "ANTHROPIC_API_KEY": "of-nobody",
            "ANTHROPIC_BASE_URL": model.base_url,
        }
        editor = Editor(await Rpc.start(env), Path(folder))
        own = {"experimental": {"tierwise": {"task": True}}}
        await editor.start({**PROFILES["vscode"], **own})
        for task in tasks():
            before = len(model.requests)
            try:
                await _ask(task, editor)
            except RpcError as error:
                print(f"not asked: {task.name}: {error}")
            if len(model.requests) > before:
                found[task.name] = _parts(model.requests[before])
        await editor.rpc.kill()
    await model.close()
    return found


async def _ask(task: BenchTask, editor: Editor) -> None:
    """One task, with its files in the workspace and open, and gone again afterwards."""
    rpc = editor.rpc
    for path, _, text in task.files:
        (editor.root / path).parent.mkdir(parents=True, exist_ok=True)
        (editor.root / path).write_bytes(text.encode())
    uris = [editor.open(path, text, language) for path, language, text in task.files]
    span = {
        "start": {"line": task.start[0], "character": task.start[1]},
        "end": {"line": task.end[0], "character": task.end[1]},
    }
    if task.action == "chat":
        where = {"uri": uris[0], "range": span}
        said = {"prompt": task.instruction, "tier": "sonnet", "selection": where}
        await rpc.request("tierwise/chat/send", said)
    else:
        params: dict[str, Any] = {
            "action": task.action,
            "instruction": task.instruction,
            "tier": "sonnet",
            "textDocument": {"uri": uris[0]},
            "range": span,
        }
        if task.diagnostics:
            params["diagnostics"] = [
                {"path": task.files[0][0], "line": line + 1, "message": message}
                for line, message in task.diagnostics
            ]
        started = await rpc.request("tierwise/task/start", params)
        await rpc.until(lambda: any(
            view["taskId"] == started["taskId"] and view["state"] in OVER
            for view in rpc.of("tierwise/task/didChange")
        ))  # fmt: skip
    for uri, (path, _, _) in zip(uris, task.files, strict=True):
        rpc.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        (editor.root / path).unlink()


def _parts(body: Any) -> Parts:
    system = body["system"]
    told = system if isinstance(system, str) else "".join(part["text"] for part in system)
    asked = body["messages"][-1]["content"]
    text = asked if isinstance(asked, str) else "".join(part["text"] for part in asked)
    counted = Counter({"system": _tokens(told)})
    for match in _PART.finditer(text):
        counted[match.group(2)] += _tokens(match.group())
    counted["request"] = _tokens(_PART.sub("", text).strip())
    return counted


def _tokens(text: str) -> int:
    return round(len(text) / CHARS)


def _total(parts: Parts) -> int:
    return sum(parts.values())


def _print(label: str, found: Mapping[str, Parts]) -> None:
    print(
        f"\n{label}: {len(found)} prompts, median {median(map(_total, found.values())):,.0f} tokens"
    )
    kinds = Counter[str]()
    for parts in found.values():
        kinds.update(parts)
    for kind, tokens in kinds.most_common():
        holders: Sequence[int] = [p[kind] for p in found.values() if p.get(kind)]
        print(f"  {kind:12} {tokens / len(found):7.0f} mean of all"
              f" {median(holders):7.0f} median of the {len(holders)} that have it")  # fmt: skip


if __name__ == "__main__":
    main()

"""The corpus of natural answers through the whole server: how they end, and what they cost.

`python -m tests.bench.bench_answers [TASK...]`: each answer is what the loopback model says to a
real task of a real client; what is proposed is applied, and the texts are compared. A retry gets
the task's exact answer, as a better tier would give it. Tiers are not chosen by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.corpus.answers import Answer, Task, tasks
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.syntax.positions import LineIndex

OWN = {"experimental": {"tierwise": {"task": True, "preview": True}}}
TEXT = ("explain", "review", "commit", "chat")


@dataclass
class Tally:
    """How many answers ended how, and the model calls they took."""

    ended: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)


async def measure(names: list[str], tally: Tally) -> None:
    """Every answer of every task, each task in a workspace and a server of its own."""
    for task in tasks():
        if task.action in TEXT or (names and task.name not in names):
            continue
        print(f"{task.name}: {len(task.answers)} answers", flush=True)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            await _task(task, Path(folder).resolve(), tally)


async def _task(task: Task, folder: Path, tally: Tally) -> None:
    root = folder / "ws"
    for file in task.files:
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_bytes(file.text.encode())
    model = await RehearsalServer().start()
    config = folder / "config.toml"
    config.write_text("", encoding="utf-8")
    rpc = await Rpc.start({
        "TIERWISE_STATE_DIR": str(folder / "state"), "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_API_KEY": "test-key-of-nobody", "ANTHROPIC_BASE_URL": model.base_url,
    })  # fmt: skip
    try:
        editor = Editor(rpc, root)
        editor.choice = "Apply"
        await editor.start(OWN)
        uris = {f.path: editor.open(f.path, f.text, f.language)
                for f in task.files if f.role != "disk"}  # fmt: skip
        for answer in task.answers:
            await _answer(task, answer, editor, model, uris, tally)
    finally:
        await rpc.kill()
        await model.close()


async def _answer(
    task: Task, answer: Answer, editor: Editor, model: RehearsalServer, uris: dict[str, str],
    tally: Tally,
) -> None:  # fmt: skip
    better = next((a.text for a in task.answers if a.right and not a.marked), "Nothing to do.")
    model.faults.queue[:] = [Fault(text=answer.text, stop_reason=answer.stop_reason)]
    model.faults.default = Fault(text=better)
    before = len(model.requests)
    start, end = task.selection.start, task.selection.end
    started = await editor.rpc.request("tierwise/task/start", {
        "action": task.action, "instruction": task.instruction.replace("@", "@@", 1)
        if task.instruction.startswith("@") else task.instruction,
        "textDocument": {"uri": uris[task.file.path]},
        "range": {"start": {"line": start.line, "character": start.character},
                  "end": {"line": end.line, "character": end.character}},
        "files": [{"uri": uris[f.path], "attached": True}
                  for f in task.files if f.role == "attached"],
    })  # fmt: skip
    view = await _ended(editor.rpc, started["taskId"])
    calls = len(model.requests) - before
    first = calls == 1
    marked = bool(view.get("progress"))
    outcome = await _applied(task, editor, uris, view) if view.get("editId") else None
    if first and (outcome in answer.right or (outcome is None and not answer.right)):
        how = "right"
    elif outcome is None or not first:
        how = "refused"
    else:
        how = "marked" if marked else "WRONG"
    kind = "usable" if answer.usable else "not usable"
    tally.ended[f"{kind}: {how}"] += 1
    tally.calls[kind] += calls
    tally.tasks[kind] += 1
    if how != "right" and (answer.usable or how == "WRONG"):
        said = view.get("causeNote") or view.get("progress") or ""
        tally.odd.append(f"{answer.name} {how} {view['state']} {said} {sorted(outcome or ())}")


async def _ended(rpc: Rpc, task_id: str) -> Any:
    def found() -> Any:
        mine = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
        over = ("proposed", "answered", "failed")
        return mine[-1] if mine and mine[-1]["state"] in over else None

    return await rpc.until(found)


async def _applied(
    task: Task, editor: Editor, uris: dict[str, str], view: Any
) -> dict[str, str] | None:
    """The files that change when a proposal is applied; everything is put back afterwards."""
    resolve = {"editId": view["editId"], "action": "apply"}
    await editor.rpc.request("tierwise/edit/resolve", resolve)
    known = {f.path: f.text for f in task.files}
    changed: dict[str, str] = {}
    for uri, text in list(editor.texts.items()):
        path = Path(uri.removeprefix("file://"))
        name = next((p for p, u in uris.items() if u == uri), None)
        name = name or path.relative_to(editor.root).as_posix()
        if text == known.get(name):
            continue
        changed[name] = text
        if name in uris:
            _put_back(editor, uri, known[name])
        else:
            editor.texts.pop(uri)
            editor.rpc.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            if name in known:
                (editor.root / name).write_bytes(known[name].encode())
            else:
                (editor.root / name).unlink(missing_ok=True)
    for path in (p for p in editor.root.rglob("*") if p.is_file()):
        name = path.relative_to(editor.root).as_posix()
        if name not in known:
            changed.setdefault(name, path.read_bytes().decode())
            path.unlink()
    return changed


def _put_back(editor: Editor, uri: str, text: str) -> None:
    """Make a document read as it did, whatever its last line is."""
    index = LineIndex(editor.texts[uri])
    line, character = index.to_wire(index.position(len(index.text)), editor.encoding)
    end = {"line": line, "character": character}
    start = {"line": 0, "character": 0}
    editor._edit(uri, [{"range": {"start": start, "end": end}, "newText": text}])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tasks", nargs="*")
    tally = Tally()
    asyncio.run(measure(parser.parse_args().tasks, tally))
    for kind, count in sorted(tally.ended.items()):
        print(f"{kind}: {count}")
    for kind, count in tally.tasks.items():
        print(f"paid calls per task, {kind}: {tally.calls[kind] / count:.3f} ({count} answers)")
    print("\n".join(tally.odd))


if __name__ == "__main__":
    main()

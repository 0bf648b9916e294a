"""Forty whole-project tasks with one file open: are the files changed that had to change?

`python -m tests.bench.project_edits.bench_project_edits --trees DIR [--seed N] [--without]`: DIR
holds the trees of Python projects, one folder each. Each task has a copy of its tree and a server
of its own; what is proposed is applied. `--without` leaves the project out, as an editor's open
files alone would have it. Counts files with code; documents that a task also touches are named.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.bench.project_edits.project_tasks import ProjectTask, tasks
from tests.bench.project_edits.scripted import answers
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.server import RehearsalServer

OWN = {"experimental": {"tierwise": {"task": True, "preview": True}}}
ENDED = ("proposed", "answered", "failed", "cancelled")


async def changed(task: ProjectTask, folder: Path, project: bool) -> tuple[set[str], str]:
    """The paths a task changes, and in a few words how it ended."""
    root = folder / task.tree.name
    shutil.copytree(task.tree, root)
    model = await RehearsalServer(answers=answers(task)).start()
    (folder / "config.toml").write_text("", encoding="utf-8")
    rpc = await Rpc.start({
        "TIERWISE_STATE_DIR": str(folder / "state"), "TIERWISE_CONFIG": str(folder / "config.toml"),
        "ANTHROPIC_API_KEY": "test-key-of-nobody", "ANTHROPIC_BASE_URL": model.base_url,
    })  # fmt: skip
    editor = Editor(rpc, root)
    editor.choice = "Apply"
    try:
        await editor.start(OWN)
        uri = editor.open(task.path)
        where = editor.span(uri, *task.lines)
        asked: dict[str, Any] = {"action": "edit", "textDocument": {"uri": uri}, "range": where,
                                 "instruction": task.wish}  # fmt: skip
        if not project:
            asked["project"] = False
        task_id = (await rpc.request("tierwise/task/start", asked))["taskId"]

        def ended() -> Any:
            mine = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
            return mine[-1] if mine and mine[-1]["state"] in ENDED else None

        view = await rpc.until(ended)
        said = "; ".join([view["state"], *view.get("notices", ())])
        if view["state"] != "proposed":
            return set(), said
        got = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
        resolve = {"editId": view["editId"], "action": "apply"}
        await rpc.request("tierwise/edit/resolve", resolve)
        for open_uri, text in editor.texts.items():
            (root / open_uri.removeprefix(root.as_uri() + "/")).write_text(text, "utf-8")
        return {h["uri"].removeprefix(root.as_uri() + "/") for h in got["hunks"]}, said
    finally:
        await rpc.kill()
        await model.close()


def compiles(root: Path) -> bool:
    """Whether every file of a tree is still Python."""
    told = [sys.executable, "-m", "compileall", "-q", "-f", str(root)]
    return subprocess.run(told, capture_output=True, check=False).returncode == 0


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without", action="store_true")
    given = parser.parse_args()
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    found = tasks(sorted(p for p in given.trees.iterdir() if p.is_dir()), given.seed)
    for task in found:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            home = Path(folder).resolve()
            paths, said = await changed(task, home, not given.without)
            code = {path for path in paths if path.endswith(".py")}
            sound = compiles(home / task.tree.name)
        good = code == task.must
        right[task.kind] += good
        whole[task.kind] += sound and good
        missing, more = sorted(task.must - code), sorted(code - task.must)
        other = sorted(paths - code)
        print(f"{'right' if good else 'WRONG'}  {task.kind:9} {task.tree.name:12} {task.name}"
              f" ({len(task.must)} files){'' if sound else ', does not compile'}"
              f"{f', documents {other}' if other else ''}", flush=True)  # fmt: skip
        if not good:
            print(f"       missing {missing}, more {more}: {said}", flush=True)
    print(f"files changed are those that had to change: {right.total()} of {len(found)}"
          f" {dict(right)}; of these compile {whole.total()}")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())

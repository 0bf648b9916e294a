"""`python -m tests.soak.soak_apply --groups 20`: what is applied of a group leaves the tests green.

Each group has jobs about one file each and two about the same lines of one. The operator's tests
fail for some proposals by themselves and for some pairs and threes together, drawn anew for each
group. After `apply --passed` the tests must be green on the operator's own tree, and `undo` must
give the bytes back. Prints a line for each group; exits 1 where one fails.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.support.night import NightFolder
from tests.support.night_inside import NightInside

from tierwise.core.request import Diagnostic
from tierwise.tasks.testing import cell

FILES: Final = 8
CODE: Final = b"def f%d(a):\n    b = a\n    return b\n"
CHECK: Final = """\
import sys
said = {{n for n in range({files}) if '\"\"\"' in open(f'src/m{{n}}.py').read()}}
sys.exit(any(set(each) <= said for each in {spoils}))
"""


def spoils(chance: random.Random) -> list[list[int]]:
    """What makes the tests fail: files by themselves, and files together."""
    numbers = range(FILES)
    alone = [[n] for n in numbers if chance.random() < 0.15]
    pairs = [chance.sample(numbers, 2) for _ in range(chance.randint(0, 2))]
    threes = [chance.sample(numbers, 3) for _ in range(chance.randint(0, 2))]
    return [*alone, *pairs, *threes]


def made(folder: Path, wrong: list[list[int]]) -> NightInside:
    """A repository whose tests fail for what is wrong."""
    command = f"command = {[sys.executable, 'check.py']}\n"
    night = NightFolder(folder, config=f"rehearsal = true\n[queue.test]\n{command}")
    for name in list((night.root / "src").iterdir()):
        name.unlink()
    night.put({f"src/m{n}.py": CODE % n for n in range(FILES)})
    night.put({"check.py": CHECK.format(files=FILES, spoils=wrong).encode()})
    (night.root / ".git").rmdir()
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", *who, *args], cwd=night.root, check=True)
    return NightInside(night)


async def one(folder: Path, chance: random.Random) -> str:
    """A group from the queue to the tree and back; what is wrong of it, empty where nothing is."""
    wrong = spoils(chance)
    night = made(folder, wrong)
    root = night.folder.root
    before = {k: v for k, v in night.folder.digests().items() if not k.startswith(".git/")}
    twice = chance.randrange(FILES)
    lines = [(n, 2) for n in range(FILES)] + [(twice, 3)]
    problems = tuple(
        Diagnostic(str(root / f"src/m{n}.py"), line, "warning", "D103", "Missing docstring")
        for n, line in lines
    )
    await night.act(_agreed)
    group = await night.put(FILES, each="diagnostic", problems=problems)
    if await night.work():
        return "the worker did not end"
    states = await night.states(group)
    done = await night.apply(group)
    green = await asyncio.to_thread(passes, root)
    if len(done.done) + len(done.left) != states.count("ready"):
        return "something was left without a word"
    undone = await night.act(lambda queue: queue.undo(group.id))
    after = {k: v for k, v in night.folder.digests().items() if not k.startswith(".git/")}
    print(
        f"{len(wrong)} rules: {states.count('red')} red, {len(done.done)} applied, "
        f"{len(done.left)} left, {len(undone.done)} undone",
        flush=True,
    )
    if not green:
        return f"the tests are red after apply: {wrong}"
    if after != before:
        return "undo did not give the bytes back"
    return ""


def passes(root: Path) -> bool:
    """Whether the operator's tests are green."""
    done = subprocess.run([sys.executable, "check.py"], cwd=root, check=False)
    return done.returncode == 0


async def _agreed(queue: Any) -> None:
    queue.tests_agreed(yes=True)


def main() -> int:
    """Run it; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_apply")
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--seed", type=int, default=25)
    asked = parser.parse_args()
    if not cell.cuts_off():
        print("this machine cannot cut a command off, so no tests run")
        return 1
    bad = 0
    for number in range(asked.groups):
        with tempfile.TemporaryDirectory(prefix="tierwise-soak-") as folder:
            said = asyncio.run(one(Path(folder), random.Random(f"{asked.seed}:{number}")))
        if said:
            print(f"WRONG: group {number}: {said}")
        bad += bool(said)
    print(f"{asked.groups - bad} of {asked.groups} groups green after apply, bytes back after undo")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())

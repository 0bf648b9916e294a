"""How much the free checks catch, and what an operator's command adds: `make bench` prints it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.checks.edit_tasks import EditTask, tasks
from tests.bench.checks.mutators import alike_answers, bad_answers, good_answers, wrong_answers
from tests.support.desk import Desk

from tierwise.core.document import Position, Range
from tierwise.edits.verify import Subject, verify
from tierwise.tasks.proposing.drafts import Draft

CLASSES = ("broken", "elided", "out of scope", "cut off", "empty")
RUNNER = (
    "import sys; scope = {'__name__': 'edited'}; import types, sys as s;"
    "m = types.ModuleType('edited'); s.modules['edited'] = m;"
    "exec(compile(sys.stdin.read(), 'edited', 'exec'), m.__dict__);"
    "exec(open(sys.argv[1]).read(), m.__dict__)"
)
COMMANDS = {
    "python -m py_compile": [sys.executable, "-m", "py_compile", "{file}"],
    "ruff check": [sys.executable, "-m", "ruff", "check", "--isolated", "-q",
                   "--output-format", "concise", "--stdin-filename", "{path}", "-"],
    "a run of the tests": [sys.executable, "-c", RUNNER, "TESTS"],
}  # fmt: skip


@dataclass
class Tally:
    """How many there were and how many a check caught, with those it did not."""

    seen: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    """(class, task, how) of the bad ones not caught, and of the good ones refused."""

    def add(self, kind: str, task: EditTask, how: str, keys: Sequence[str]) -> None:
        self.seen[kind] += 1
        self.caught[kind] += bool(keys)
        self.by[kind].update(keys[:1])
        if bool(keys) == kind.startswith("good"):
            self.missed.append((kind, f"{task.language}/{task.name}", how))

    def rate(self, kind: str) -> float:
        return self.caught[kind] / self.seen[kind] if self.seen[kind] else 0.0


class CorpusDesk(Desk):
    """A workspace with a file beside the one that is asked about."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.write({"docs/notes.md": "Nothing to see.\n"})

    def answered(self, task: EditTask, text: str, stop_reason: str = "end_turn") -> Draft:
        """An answer to a task of the corpus read, placed and checked."""
        self.write({task.path: task.source})
        span = Range(Position(task.first, 0), Position(task.last, 0))
        return self.draft(
            task.path, span, text, action=task.action, instruction=task.instruction,
            stop_reason=stop_reason,
        )  # fmt: skip

    def right(self, task: EditTask, draft: Draft) -> bool:
        """Whether a draft does what the good answer does, and nothing else."""
        good = self.answered(task, task.answer())
        mine = draft.proposal.files if draft.proposal is not None else ()
        theirs = good.proposal.files if good.proposal is not None else ()
        return [(f.path, f.kind, f.after) for f in mine] == [
            (f.path, f.kind, f.after) for f in theirs
        ]


def measure(desk: CorpusDesk, seeds: int = 1) -> Tally:
    """Every class over the whole corpus."""
    tally = Tally()
    for task in tasks():
        for how, text in good_answers(task):
            tally.add("good", task, how, _keys(desk.answered(task, text)))
        for seed in range(seeds):
            for how, text in alike_answers(task, seed):
                keys = _keys(desk.answered(task, text))
                tally.add("good, with remarks that sound alike", task, how, keys)
            for bad in bad_answers(task, seed):
                draft = desk.answered(task, bad.answer, bad.stop_reason)
                keys = _keys(draft)
                if bad.kind == "out of scope" and not keys and desk.right(task, draft):
                    tally.add("out of scope, set right", task, bad.how, ("right",))
                    continue
                tally.add(bad.kind, task, bad.how, keys)
                if bad.kind == "cut off":
                    tally.add(f"cut off, {bad.how}", task, bad.how, keys)
            for how, text in wrong_answers(task, seed):
                tally.add("wrong but parses", task, how, _keys(desk.answered(task, text)))
    return tally


async def with_commands(desk: CorpusDesk, seeds: int) -> Tally:
    """Python answers that fail their tests, held against each command; and the good ones."""
    tally = Tally()
    for task in (t for t in tasks() if t.tests):
        tests = desk.root / "expected.py"
        tests.write_text(task.tests, encoding="utf-8")
        answers = [("good", how, text) for how, text in list(good_answers(task))[:1]]
        for seed in range(seeds):
            answers += [("wrong", how, text) for how, text in wrong_answers(task, seed)]
        for kind, how, text in answers:
            draft = desk.answered(task, text)
            subject = _subject(desk, task, draft)
            if subject is None:
                continue
            runs = {name: await _refuses(command, subject, desk.root, tests)
                    for name, command in COMMANDS.items()}  # fmt: skip
            if kind == "wrong" and not runs["a run of the tests"]:
                continue
            free = bool(draft.failed)
            tally.add(f"{kind}: free checks alone", task, how, _keys(draft))
            for name, refused in runs.items():
                tally.add(f"{kind}: with {name}", task, how, ("x",) if free or refused else ())
    return tally


async def _refuses(command: list[str], subject: Subject, root: Path, tests: Path) -> bool:
    filled = [str(tests) if part == "TESTS" else part for part in command]
    alone = subject if filled[-1] != str(tests) else Subject(
        subject.path, subject.inside, None, subject.after)  # fmt: skip
    return (await verify(filled, alone, (), root, seconds=30)).kind == "refused"


def _subject(desk: CorpusDesk, task: EditTask, draft: Draft) -> Subject | None:
    files = draft.proposal.files if draft.proposal is not None else ()
    file = next((f for f in files if f.path == task.path), None)
    return None if file is None else Subject(desk.root / task.path, task.path, file.before,
                                             file.after)  # fmt: skip


def _keys(draft: Draft) -> tuple[str, ...]:
    return tuple(f.key for f in draft.failed)


def table(tally: Tally, kinds: Iterable[str]) -> Iterator[str]:
    """The rows of a table in markdown."""
    for kind in kinds:
        by = ", ".join(f"{key} {n}" for key, n in tally.by[kind].most_common(4))
        yield (f"| {kind} | {tally.seen[kind]} | {tally.caught[kind]} |"
               f" {100 * tally.rate(kind):.1f} % | {by} |")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--missed", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        desk = CorpusDesk(Path(folder).resolve())
        tally = measure(desk, given.seeds)
        commands = asyncio.run(with_commands(desk, given.seeds))
    counted = Counter(task.language for task in tasks())
    print(f"{sum(counted.values())} tasks: {dict(counted)}")
    print("| answers | how many | failed a check | rate | by |\n|---|---|---|---|---|")
    rows = ("good", "good, with remarks that sound alike", *CLASSES,
        "elided, held-out wordings", "cut off, and said so", "cut off, without saying so",
            "out of scope, set right",            "wrong but parses")  # fmt: skip
    print("\n".join(table(tally, rows)))
    print("\nPython answers, held against their tests:\n")
    print("| answers | how many | failed | rate | |\n|---|---|---|---|---|")
    print("\n".join(table(commands, commands.seen)))
    if given.missed:
        for kind, name, how in tally.missed:
            if kind != "wrong but parses":
                print("missed", kind, name, how)


if __name__ == "__main__":
    main()

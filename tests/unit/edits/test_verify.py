"""The operator's command: new complaints count, old ones do not, and nothing outlives its time."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from tierwise.edits.verify import CheckVerdict, Subject, verify

FAILS_ON_BAD = "import sys; t = sys.stdin.read(); print('a.py:1:1: bad'); sys.exit('bad' in t)"
SAYS = (
    "import sys\nfor n, t in enumerate(sys.stdin): print(f'a.py:{n + 1}:1: {t.strip()}')\n"
    "sys.exit(1)"
)


async def run(code: str, before: str | None, after: str, root: Path, *more: str,
              seconds: float = 20.0) -> CheckVerdict:  # fmt: skip
    subject = Subject(root / "a.py", "a.py", before, after)
    command = [sys.executable, "-c", code, *more]
    return await verify(command, subject, (), root, seconds=seconds)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("good", "better", "passed"),
        ("good", "bad", "refused"),
        ("bad", "bad too", "passed"),
        (None, "bad", "refused"),
        (None, "good", "passed"),
    ],
)
async def test_only_a_new_failure_counts(
    before: str | None, after: str, kind: str, tmp_path: Path
) -> None:
    assert (await run(FAILS_ON_BAD, before, after, tmp_path)).kind == kind


async def test_a_new_complaint_among_old_ones_counts(tmp_path: Path) -> None:
    assert (await run(SAYS, "old\n", "x\nold\n", tmp_path)) == CheckVerdict("refused", "x")
    assert (await run(SAYS, "old\n", "old\n", tmp_path)).kind == "passed"


async def test_places_are_filled_in_without_a_shell_and_without_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "nobody's")
    code = (
        "import os, sys; path, file, shadow, text = sys.argv[1:];"
        "assert open(file).read() == 'new' and file.startswith(shadow), file;"
        f"assert path == {str(tmp_path / 'a.py')!r} and text == '$(id) {{path}}'.replace("
        "'{path}', path), text;"
        "assert 'ANTHROPIC_API_KEY' not in os.environ and os.getcwd() == os.path.dirname(path)"
    )
    given = ("{path}", "{file}", "{shadow}", "$(id) {path}")
    assert await run(code, "old", "new", tmp_path, *given) == CheckVerdict("passed")


async def test_time_runs_out_for_all_that_a_command_started(tmp_path: Path) -> None:
    mark = tmp_path / "late"
    child = f"import time; time.sleep(3); open({str(mark)!r}, 'w')"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    began = time.monotonic()
    verdict = await run(code, "a", "b", tmp_path, seconds=1.0)
    assert verdict.kind == "slow"
    await asyncio.sleep(max(0.0, 4.0 - (time.monotonic() - began)))
    assert not mark.exists(), "the child was killed with its parent"


async def test_a_program_that_is_not_there_or_lies_in_the_workspace_is_not_run(
    tmp_path: Path,
) -> None:
    subject = Subject(tmp_path / "a.py", "a.py", "a", "b")
    for name in ("no-such-program-anywhere", "./check"):
        verdict = await verify([name], subject, (), tmp_path, seconds=5)
        assert verdict.kind == "missing"

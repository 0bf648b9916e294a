"""From files to jobs: one for each file, function or diagnostic."""

from __future__ import annotations

import pytest

from tierwise.core.document import Snapshot
from tierwise.core.request import Diagnostic
from tierwise.night.fan_out import diagnostics_in, fan_out, innermost

TEXT = "class A:\n    def one(self):\n        return 1\n\n    def two(self):\n        return 2\n"
DOCUMENT = Snapshot("file:///p/a.py", "/p/a.py", None, "python", TEXT)
EMPTY = Snapshot("file:///p/b.py", "/p/b.py", None, "python", "\n\n")


def test_a_file_is_one_job_over_all_its_lines_and_an_empty_one_is_none() -> None:
    (place,) = fan_out("file", [DOCUMENT, EMPTY])
    assert (place.range.start.line, place.range.end.line) == (0, 6)


def test_no_two_jobs_are_about_the_same_lines() -> None:
    assert [s.name for s in innermost(DOCUMENT)] == ["one", "two"]
    places = fan_out("symbol", [DOCUMENT])
    assert places[0].range.end <= places[1].range.start


def test_a_checkers_output_becomes_jobs_about_the_functions_around() -> None:
    lines = ["/p/a.py:3:9: F821 Undefined name `x`", "", "Found 1 error.", "/p/c.py:1: W1 other",
             "/p/a.py:99:1: E999 past the end"]  # fmt: skip
    problems = list(diagnostics_in(lines))
    assert [(p.path, p.line, p.code) for p in problems][:2] == [
        ("/p/a.py", 3, "F821"), ("/p/c.py", 1, "W1"),
    ]  # fmt: skip
    (place,) = fan_out("diagnostic", [DOCUMENT], problems)
    assert place.diagnostic == problems[0]
    assert (place.range.start.line, place.range.end.line) == (1, 2)


@pytest.mark.parametrize("line", [2, 3, 5])
def test_a_problem_of_an_empty_line_is_about_the_lines_around_it(line: int) -> None:
    """A job about nothing could not be begun, and would keep the others from the queue."""
    text = "import a\n\n\nimport b\n\n"
    document = Snapshot("file:///p/c.py", "/p/c.py", None, "python", text)
    problem = Diagnostic("/p/c.py", line, "warning", "W391", "Blank line")
    (place,) = fan_out("diagnostic", [document], [problem])
    lines = text.split("\n")[place.range.start.line : place.range.end.line + 1]
    assert any(each.strip() for each in lines)

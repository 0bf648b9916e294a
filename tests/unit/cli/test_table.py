"""A table fits its terminal: what matters least goes first, and is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tierwise.cli.table import GAP, TableColumn, fitting, show

COLUMNS = (TableColumn("when", 6), TableColumn("task", 9), TableColumn("file", 2))


@given(
    rows=st.lists(st.tuples(*[st.text(alphabet="abc 漢é", max_size=20)] * 3), max_size=5),
    width=st.integers(20, 200),
)
def test_what_is_kept_fits_and_what_must_stay_stays(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    kept, gone = fitting(COLUMNS, rows, width)
    assert sorted(kept + gone) == [0, 1, 2]
    assert 1 in kept
    if kept != [1]:
        widths = [max(cell_len(COLUMNS[n].name), *[cell_len(r[n]) for r in rows] or [0])
                  for n in kept]  # fmt: skip
        assert sum(w + GAP for w in widths) - GAP <= width


def test_the_least_important_goes_first() -> None:
    rows = [("11-29 09:00", "ac21ac6be49a", "a_file_with_a_long_name.py")]
    assert fitting(COLUMNS, rows, 80)[1] == []
    assert fitting(COLUMNS, rows, 40)[1] == [2]
    assert fitting(COLUMNS, rows, 20)[1] == [0, 2]


def test_what_fits_is_not_folded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("when", "task", "file")
    monkeypatch.setenv("COLUMNS", str(10 + 8 + 9 + 2 * GAP))
    show([TableColumn(name) for name in names], [("2026-11-29", "ac21ac6b", "sample.py")])
    assert "2026-11-29  ac21ac6b  sample.py" in capsys.readouterr().out


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    show(COLUMNS, [("11-29 09:00", "x" * 60, "a_file_with_a_long_name.py")], "Tasks", "a note")
    told = capsys.readouterr().out
    assert max(cell_len(line) for line in told.splitlines()) <= width
    assert "file" in told, "a column that found no room is named"
    assert "\x1b" not in told

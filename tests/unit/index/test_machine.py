"""What the machine has to spare, as the system tells of it."""

from __future__ import annotations

from pathlib import Path

from tierwise.index import machine


def test_a_battery_that_is_emptied_counts_and_nothing_else(tmp_path: Path) -> None:
    assert not machine.on_battery(tmp_path / "none")
    for name, state in (("AC", None), ("BAT0", "Charging"), ("BAT1", "Full")):
        (tmp_path / name).mkdir()
        if state is not None:
            (tmp_path / name / "status").write_text(f"{state}\n", encoding="ascii")
    assert not machine.on_battery(tmp_path)
    (tmp_path / "BAT1" / "status").write_text("Discharging\n", encoding="ascii")
    assert machine.on_battery(tmp_path)


def test_memory_is_told_where_the_system_tells(tmp_path: Path) -> None:
    assert machine.resident() > 2**20
    assert machine.resident(tmp_path / "none") == 0

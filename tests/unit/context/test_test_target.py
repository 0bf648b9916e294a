"""What a model is shown of the file that its tests go to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.context.test_collect import doc, materials, root, span

from tierwise.context import test_target
from tierwise.context.collect import collect
from tierwise.core.context import Pack
from tierwise.core.request import Request

__all__ = ["root"]

SOURCE = "def total(rows):\n    return sum(rows)\n"
FIXTURES = "import pytest\n\n\n@pytest.fixture\ndef rows():\n    return [1]\n"


def asked(root: Path, target: test_target.TestTarget) -> Pack:
    found = replace(materials(root, doc(root, "a.py", SOURCE), span(0, 2)), tests=target)
    return collect(Request("test", ""), found)


def of(pack: Pack, *kinds: str) -> list[tuple[str, str, str]]:
    return [(i.kind, i.path, i.text) for i in pack.items if i.kind in kinds]


def test_a_small_test_file_and_its_fixtures_are_shown_whole(root: Path) -> None:
    tests, helpers = doc(root, "test_a.py", "from a import total\n"), doc(root, "c.py", FIXTURES)
    pack = asked(root, test_target.TestTarget("test_a.py", tests, (helpers,), None, "pytest"))
    assert of(pack, "tests") == [("tests", "test_a.py", "from a import total\n")]
    assert of(pack, "related") == [("related", "c.py", FIXTURES)]
    assert next(i.why for i in pack.items if i.kind == "tests") == "run with pytest"


def test_a_large_one_by_its_head_what_it_defines_and_its_last_test(root: Path) -> None:
    body = "".join(f"def test_{n}(rows):\n    assert total(rows) != {n}\n\n\n" for n in range(200))
    tests = doc(root, "test_a.py", f"{FIXTURES}\n\n{body}")
    pack = asked(root, test_target.TestTarget("test_a.py", tests))
    first, last = of(pack, "tests")
    assert first[2].startswith("import pytest")
    assert last[2].startswith("def test_199(")
    (names,) = of(pack, "outline")
    assert "5: def rows():" in names[2]
    assert "def test_150(rows):" in names[2]
    assert sum(i.tokens for i in pack.items) < 4_000


def test_a_new_one_comes_with_an_example(root: Path) -> None:
    example = doc(root, "test_b.py", "import b\n\n\ndef test_b():\n    assert b\n")
    pack = asked(root, test_target.TestTarget("tests/test_a.py", None, (), example))
    assert of(pack, "tests") == [("tests", "tests/test_a.py", "")]
    assert of(pack, "related") == [("related", "test_b.py", example.text)]


def test_nothing_ignored_is_shown_of_tests_or_fixtures(root: Path) -> None:
    (root / ".tierwiseignore").write_text("hidden*\n")
    hidden = [doc(root, f"hidden_{n}.py", f"LEAK = {n}\n") for n in range(3)]
    target = test_target.TestTarget("hidden_0.py", hidden[0], (hidden[1],), hidden[2])
    pack = asked(root, target)
    assert "LEAK" not in repr(pack.items)
    assert {left.path for left in pack.left_out} == {f"hidden_{n}.py" for n in range(3)}

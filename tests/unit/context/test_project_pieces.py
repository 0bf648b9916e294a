"""Pieces of the project's files: every use, placed without doubt, and nothing that is kept back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.context import collect
from tierwise.context.ignore import IgnoreRules
from tierwise.context.project import ProjectFiles
from tierwise.core.context import ContextItem, Pack
from tierwise.core.document import Snapshot
from tierwise.core.request import Request

LINES = st.lists(
    st.sampled_from(["x = 1", "y = foo(1)", "", "    return foo", "foobar = 2", "z = food"]),
    max_size=40,
)
KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def packed(root: Path, project: ProjectFiles, wish: str = "rename foo to bar everywhere") -> Pack:
    """The pack of a request that draws on these files of the project."""
    materials = collect.Materials(
        None, None, (), (), lambda doc: Path(doc.path or "").relative_to(root).as_posix(),
        IgnoreRules((root,)), project=project,
    )  # fmt: skip
    return collect.collect(Request("chat", wish), materials)


def doc(root: Path, name: str, text: str) -> Snapshot:
    path = root / name
    return Snapshot(path.as_uri(), str(path), None, "python", text)


def spread(root: Path, docs: Sequence[Snapshot]) -> tuple[ContextItem, ...]:
    return packed(root, ProjectFiles(frozenset({"foo"}), True, tuple(docs))).items


@settings(deadline=None)
@given(LINES)
def test_every_use_is_shown_once_in_a_piece_that_stands_once_in_its_file(
    lines: list[str],
) -> None:
    root = Path("/nowhere")
    text = "\n".join(lines)
    items = spread(root, [doc(root, "a.py", text)])
    shown = [n for i in items for n in range(i.start_line, i.end_line + 1)]
    for number, line in enumerate(lines, 1):
        uses = any(word == "foo" for word in line.replace("(", " ").split())
        assert not uses or number in shown
    for item in items:
        assert item.changes == "foo"
        assert item.text in text
        every = (item.start_line, item.end_line) == (1, text.count("\n") + 1)
        assert text.count(item.text) == 1 or every or len(lines) > 30


def test_what_is_ignored_linked_out_or_secret_is_not_shown(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "far.py").write_text("foo(CANARY)\n")
    (root / "link.py").symlink_to(outside / "far.py")
    (root / ".gitignore").write_text("built/\n")
    (root / ".tierwiseignore").write_text("hidden.py\n")
    names = ("link.py", "built/a.py", "hidden.py", ".env", "id_rsa")
    docs = [doc(root, name, "foo(CANARY)\n") for name in names]
    docs.append(doc(root, "open.py", f'foo("{KEY}")\n'))
    pack = packed(root, ProjectFiles(frozenset({"foo"}), True, tuple(docs)))
    assert {item.path for item in pack.items} == {"open.py"}
    assert "CANARY" not in str(pack.items)
    assert KEY not in "".join(item.text for item in pack.items)
    assert [left.path for left in pack.left_out] == ["5 files"], "a count and no name"


def test_a_question_gets_definitions_outlines_and_a_card_within_their_tokens(
    tmp_path: Path,
) -> None:
    text = "".join(f"def handle_{n}(money):\n    return money + {n}\n\n\n" for n in range(400))
    docs = tuple(doc(tmp_path, f"m{n}.py", text) for n in range(10))
    found = ProjectFiles(frozenset({"handle_7"}), docs=docs, outlined=docs, card="a\n" * 2_000)
    items = packed(tmp_path, found, "what does handle_7 do with money?").items
    kinds = [item.kind for item in items]
    assert kinds.count("related") == 5
    assert "def handle_7(" in items[0].text
    assert sum(i.tokens for i in items if i.kind == "outline") <= 4_100
    assert sum(i.tokens for i in items if i.kind == "card") <= 310

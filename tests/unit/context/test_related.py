"""What belongs to a selection is found, ranked, and told from what merely lies open."""

from __future__ import annotations

from pathlib import Path

from tests.unit.context.test_collect import doc, materials, root, span

from tierwise.context import window
from tierwise.context.collect import collect
from tierwise.core.context import Pack
from tierwise.core.document import Range, Snapshot
from tierwise.core.request import Request

__all__ = ["root"]

PRICE = "def price(row):\n    return row.net * 2\n"
CALLS = "from shop import price\n\n\ndef bill(rows):\n    return sum(price(r) for r in rows)\n"


def packed(root: Path, focus: Snapshot, lines: Range, opened: tuple[Snapshot, ...],
           instruction: str = "do it", attached: tuple[Snapshot, ...] = ()) -> Pack:  # fmt: skip
    found = materials(root, focus, lines, attached, opened)
    return collect(Request("edit", instruction), found)


def shown(pack: Pack) -> list[tuple[str, str]]:
    return [(i.kind, i.path) for i in pack.items if i.kind in ("related", "usage")]


def test_uses_of_what_the_selection_defines_are_sent(root: Path) -> None:
    focus, caller = doc(root, "shop.py", PRICE), doc(root, "bill.py", CALLS)
    pack = packed(root, focus, span(0, 2), (caller,))
    assert shown(pack) == [("usage", "bill.py"), ("usage", "bill.py")]
    assert "uses price" in {i.why for i in pack.items}


def test_what_is_named_most_and_imported_ranks_first(root: Path) -> None:
    focus = doc(
        root, "a.py",
        "from b import often\n\n\ndef f(x):\n    once(x)\n    often(x)\n    return often(x)\n",
    )  # fmt: skip
    others = (
        doc(root, "c.py", "def once(x):\n    return x\n"),
        doc(root, "b.py", "def often(x):\n    return x\n"),
        doc(root, "d.py", "def never(x):\n    return x\n"),
    )
    pack = packed(root, focus, span(3, 7), others)
    assert shown(pack) == [("related", "b.py"), ("related", "c.py")]
    assert [(x.path, x.why) for x in pack.left_out] == [
        ("d.py", "open, but not named by the selection")
    ]


def test_a_name_of_the_instruction_brings_its_definition(root: Path) -> None:
    focus = doc(root, "a.py", "def f(x):\n    return x\n")
    helper = doc(root, "b.py", "def rounded(x):\n    return round(x)\n")
    pack = packed(root, focus, span(0, 2), (helper,), "use rounded here")
    assert shown(pack) == [("related", "b.py")]


def test_a_rename_is_sent_every_use(root: Path) -> None:
    focus = doc(root, "shop.py", PRICE)
    body = "".join(f"\n\nx{n} = price({n})\n\n\n# {n}\n" for n in range(30))
    pack = packed(root, focus, span(0, 2), (doc(root, "uses.py", body),), "rename price to cost")
    sent = "\n".join(i.text for i in pack.items if i.kind == "usage")
    assert all(f"x{n} = price({n})" in sent for n in range(30))
    few = packed(root, focus, span(0, 2), (doc(root, "uses.py", body),), "make it faster")
    assert len(shown(few)) == 4


def test_a_large_attachment_gives_way_to_its_outline(root: Path) -> None:
    body = "".join(f"def f{n}(x):\n    return [{n}] * x  # {'-' * 60}\n\n\n" for n in range(400))
    focus = doc(root, "a.py", "x = 1\n")
    large = doc(root, "large.py", body)
    pack = packed(root, focus, span(0, 1), (), attached=(large,))
    assert [i.kind for i in window.fit(pack, 24_000).items] == ["selection", "file"]
    fitted = window.fit(pack, 5_000)
    assert [i.kind for i in fitted.items] == ["selection", "outline"]
    assert "13: def f3(x):" in fitted.items[1].text
    assert fitted.left_out[-1].why.endswith("its outline is sent")
    assert fitted.tokens <= 5_000


def test_a_large_symbol_gives_way_to_the_lines_around(root: Path) -> None:
    body = "def f(x):\n" + "".join(f"    x += {n}  # {'-' * 50}\n" for n in range(900))
    pack = packed(root, doc(root, "a.py", body), span(450, 451), ())
    fitted = window.fit(pack, 4_000)
    assert [(i.kind, i.start_line, i.end_line) for i in fitted.items] == [
        ("selection", 451, 451),
        ("above", 421, 450),
        ("below", 452, 482),
        ("within", 1, 1),
    ]

"""Edits over several files that a request does call for are not held to be beyond it."""

from __future__ import annotations

import pytest

from tierwise.core.actions import Action
from tierwise.core.document import Position, Range, Snapshot
from tierwise.edits import free_checks
from tierwise.edits.asked import AskedEdit
from tierwise.edits.proposal import NewText, make

SHOP = """\
import json
from dataclasses import dataclass

TAX = 0.19


@dataclass
class Item:
    name: str
    net: float


def gross(item):
    return item.net * (1 + TAX)


def bill(items):
    return sum(gross(item) for item in items)


def dump(items):
    return json.dumps([item.name for item in items])
"""
USER = """\
from shop import Item, bill, gross

ITEMS = [Item("a", 1.0), Item("b", 2.0)]


def report():
    for item in ITEMS:
        print(item.name, gross(item))
    print(bill(ITEMS))
"""


def keys(
    instruction: str,
    after: dict[str, str],
    lines: tuple[int, int] | None = None,
    action: Action = "edit",
    diagnostics: frozenset[int] = frozenset(),
) -> list[str]:
    docs = {
        "shop": Snapshot("shop", "/shop.py", 1, "python", SHOP),
        "user": Snapshot("user", "/user.py", 1, "python", USER),
    }
    texts = {n: NewText(docs.get(n), f"{n}.py", text) for n, text in after.items()}
    span = Range(Position(lines[0], 0), Position(lines[1], 0)) if lines else None
    asked = AskedEdit(
        action, instruction, "shop", span, open=frozenset({"user"}), documents=docs,
        diagnostics=diagnostics,
    )  # fmt: skip
    return [f.key for f in free_checks.check(make("e", "t", texts), asked)]


def shop(*changes: tuple[str, str], text: str = SHOP) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


CENTS = "def cents(value):\n    return round(value, 2)"
DUMP = "\n\ndef dump(items):\n    return json.dumps([item.name for item in items])\n"
GROSS, ITEM = (12, 14), (6, 10)


@pytest.mark.parametrize(
    ("instruction", "after", "lines", "action"),
    [
        ("let the caller give the tax rate",
         {"shop": shop(("gross(item):", "gross(item, rate=TAX):"), ("(1 + TAX)", "(1 + rate)"),
                       ("gross(item) for", "gross(item, TAX) for")),
          "user": shop(("gross(item))", "gross(item, 0.19))"), text=USER)}, GROSS, "edit"),
        ("rename gross to with_tax",
         {"shop": shop(("gross", "with_tax")), "user": shop(("gross", "with_tax"), text=USER)},
         GROSS, "refactor"),
        ("add a field count, 1 by default",
         {"shop": shop(("net: float\n", "net: float\n    count: int = 1\n"),
                       ("item.net *", "item.net * item.count *"))}, ITEM, "edit"),
        ("extract the tax into a module of its own",
         {"shop": shop(("TAX = 0.19\n", "from tax import TAX\n")), "tax": "TAX = 0.19\n"},
         GROSS, "refactor"),
        ("round to cents",
         {"shop": shop(("item.net * (1 + TAX)", "cents(item.net * (1 + TAX))"),
                       ("def gross", f"{CENTS}\n\n\ndef gross"))}, GROSS, "edit"),
        ("use Decimal",
         {"shop": shop(("import json\n", "import json\nfrom decimal import Decimal\n"),
                       ("TAX = 0.19", 'TAX = Decimal("0.19")'), ("net: float", "net: Decimal"))},
         ITEM, "refactor"),
        ("remove dump, nobody uses it",
         {"shop": shop(("import json\n", ""), (DUMP, ""))}, None, "edit"),
        ("make Item frozen", {"shop": shop(("@dataclass\n", "@dataclass(frozen=True)\n"))},
         (7, 8), "edit"),
        ("", {"shop": shop(("import json\n", "import json\nimport sys\n"),
                           ("return sum(gross", "return sys.intern(gross"))}, (16, 18), "fix"),
        ("write tests for it", {"test_shop": "from shop import gross\n\n\ndef test_it():\n    "
                                             "assert gross\n"}, GROSS, "test"),
    ],
)  # fmt: skip
def test_what_is_called_for_is_in_scope(
    instruction: str, after: dict[str, str], lines: tuple[int, int] | None, action: Action
) -> None:
    assert keys(instruction, after, lines, action) == []


def test_a_diagnostic_elsewhere_is_in_scope() -> None:
    fixed = shop(("[item.name for item in items]", "[i.name for i in items]"))
    assert keys("", {"shop": fixed}, (16, 18), "fix", frozenset({21})) == []
    assert keys("", {"shop": fixed}, (16, 18), "fix") == ["scope"]

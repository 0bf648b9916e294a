"""A provider's usage export: read in every known shape, refused in every other, and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.money import to_nanos
from tierwise.present import team as words
from tierwise.team import invoice
from tierwise.team.invoice import Billed, Difference, OddExport

HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"
LINES = [
    Billed("2026-11-28", HAIKU, to_nanos("1.2345")),
    Billed("2026-11-29", SONNET, to_nanos("40.02")),
]


def report(*rows: dict[str, Any], **more: Any) -> str:
    """A cost report as the Admin API gives it; amounts are cents."""
    data = [
        {
            "starting_at": f"{row['day']}T00:00:00Z",
            "ending_at": "2026-12-01T00:00:00Z",
            "results": [{"amount": row["amount"], "currency": "USD", "model": row["model"],
                         "cost_type": "tokens", "workspace_id": None}],
        }
        for row in rows
    ]  # fmt: skip
    return json.dumps({"data": data, "has_more": False, "next_page": None, **more})


ROWS = (
    {"day": "2026-11-28", "amount": "123.45", "model": HAIKU},
    {"day": "2026-11-29", "amount": "4002", "model": SONNET},
)


@pytest.mark.parametrize(
    "text",
    [
        report(*ROWS),
        "[" + report(ROWS[0], has_more=True, next_page="p") + "," + report(ROWS[1]) + "]",
        f"usage_date_utc,model_version,cost_usd\n2026-11-28,{HAIKU},1.2345\n"
        f"2026-11-29,{SONNET},40.02\n",
        f"\ufeffDate;Model;Amount USD\r\n2026-11-28;{HAIKU};$1.2345\r\n"
        f"2026-11-29;{SONNET};40.02\r\n",
        f"Day\tModel Name\tcost cents\n2026-11-28\t{HAIKU}\t123.45\n\n"
        f"2026-11-29\t{SONNET}\t4,002\n",
        json.dumps([
            {"date": "2026-11-28", "model": HAIKU, "cost_usd": 1.2345, "currency": "usd"},
            {"date": "2026-11-29", "model": SONNET, "cost_usd": "40.02"},
        ]),
    ],
    ids=["report", "pages", "csv", "semicolons", "cents", "list"],
)  # fmt: skip
def test_every_known_shape_says_the_same(text: str) -> None:
    assert list(invoice.read(text)) == LINES


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("date,model,cost_usd\n", "empty"),
        ("{", "no_json"),
        ("[1, 2]", "no_json"),
        ('"a\rb,c' + "x" * 200_000, "no_csv"),
        (report(*ROWS, has_more=True), "unfinished"),
        ("when,model,cost_usd\n2026-11-28,m,1\n", "no_day"),
        ("date,model,cost\n2026-11-28,m,1\n", "no_amount"),
        ("date,model,amount\n2026-11-28,m,1\n", "no_amount"),
        ("date,cost_usd,currency\n2026-11-28,1,EUR\n", "currency"),
        ("date,cost_usd\n28.11.2026,1\n", "value"),
        ("date,cost_usd\n2026-11-28,one\n", "value"),
        ("date,cost_usd\n2026-11-28,NaN\n", "value"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(OddExport) as refused:
        invoice.read(text)
    assert refused.value.why == why
    assert words.odd_export(refused.value.why, refused.value.about).endswith(".")


@given(st.text())
def test_whatever_a_file_holds_it_is_read_or_refused(text: str) -> None:
    try:
        assert invoice.read(text)
    except OddExport:
        pass


def test_differences_are_named_by_day_and_model_on_the_days_of_the_export() -> None:
    ours = [
        Billed("2026-11-27", HAIKU, 10**9),
        Billed("2026-11-28", f"{HAIKU}-20251001", to_nanos("1.2345")),
        Billed("2026-11-29", SONNET, to_nanos("39.96")),
    ]
    found = invoice.reconcile(ours, LINES)
    assert (found.first, found.last) == ("2026-11-28", "2026-11-29")
    assert list(found.lines) == [
        Difference("2026-11-29", SONNET, to_nanos("39.96"), to_nanos("40.02"))
    ]
    told = words.both_sums(found.first, found.last, found.ours, found.invoice)
    assert told == "2026-11-28 to 2026-11-29 (UTC): ours $41.19, invoice $41.25"


SIDES = st.lists(
    st.builds(Billed, st.sampled_from(["2026-11-28", "2026-11-29"]),
              st.sampled_from([HAIKU, SONNET, ""]), st.integers(0, 10**12)),
    max_size=8,
)  # fmt: skip


@given(SIDES, SIDES.filter(bool))
def test_differences_are_exactly_what_both_sums_differ_by(
    ours: list[Billed], theirs: list[Billed]
) -> None:
    found = invoice.reconcile(ours, theirs)
    assert found.invoice == sum(row.nanos for row in theirs)
    assert sum(line.invoice - line.ours for line in found.lines) == found.invoice - found.ours


def test_an_export_of_the_console_is_a_file_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("usage_date_utc,cost_usd\n2026-11-28,0.5\n", encoding="utf-8-sig")
    (row,) = invoice.read(file.read_text(encoding="utf-8"))
    assert row == Billed("2026-11-28", "", 5 * 10**8)

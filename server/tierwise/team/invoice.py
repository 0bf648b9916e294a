"""Compares a provider's usage export with what the team's ledger booked. Pure.

It reads the JSON of the cost report (`/v1/organizations/cost_report`, whose amounts are in the
smallest unit of the currency). It also reads CSV files with a day, a model and an amount in
dollars, whose headers may be spelled in several ways. An export that cannot be read for sure is
refused, because a wrong sum is worse than none.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from tierwise.budget.model_ids import normal
from tierwise.core.dataclass import dataclass
from tierwise.core.money import to_nanos

DAY: Final = ("usage_date_utc", "usage_date", "date_utc", "date", "day", "starting_at")
MODEL: Final = ("model", "model_version", "model_name", "model_id")
DOLLARS: Final = ("cost_usd", "amount_usd", "cost_in_usd", "total_cost_usd", "spend_usd")
CENTS: Final = ("amount_cents", "cost_cents")
"""Spellings of the column names above and here, in lower case with `_` between words. A name that
leaves the unit open, such as `cost`, is not among them.
"""
CURRENCY: Final = "currency"
THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")

Why = Literal[
    "empty", "no_json", "no_csv", "no_day", "no_amount", "currency", "value", "unfinished"
]
"""Why an export is refused."""


class OddExport(ValueError):
    """Raised for an export that cannot be read. `about` names the column or the value."""

    def __init__(self, why: Why, about: str = "") -> None:
        super().__init__(why)
        self.why, self.about = why, about


@dataclass(frozen=True, slots=True)
class Billed:
    """The cost of one model on one UTC day, in nano-dollars.

    `model` is empty for costs that belong to no model, such as those of searches.
    """

    day: str
    model: str
    nanos: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One day and model for which the ledger (`ours`) and the export (`invoice`) differ, in
    nano-dollars.
    """

    day: str
    model: str
    ours: int
    invoice: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The sums of the ledger and the export, and every day and model for which they differ."""

    first: str
    last: str
    ours: int
    invoice: int
    lines: Sequence[Difference]


def read(text: str) -> Sequence[Billed]:
    """The lines of an export. Raises `OddExport`."""
    text = text.removeprefix("\ufeff").strip()
    if not text:
        raise OddExport("empty")
    rows = list(_of_json(text) if text[0] in "{[" else _of_csv(text))
    if not rows:
        raise OddExport("empty")
    return rows


def reconcile(ours: Iterable[Billed], invoice: Iterable[Billed]) -> Reconciled:
    """Compare the ledger's costs with the export's by day and model, from the export's first day to
    its last.
    """
    theirs = _summed(invoice)
    days = sorted({day for day, _ in theirs})
    first, last = days[0], days[-1]
    own = {key: nanos for key, nanos in _summed(ours).items() if first <= key[0] <= last}
    lines = [
        Difference(*key, own.get(key, 0), theirs.get(key, 0)) for key in sorted({*own, *theirs})
    ]
    return Reconciled(
        first, last, sum(own.values()), sum(theirs.values()),
        [line for line in lines if line.ours != line.invoice],
    )  # fmt: skip


def _summed(rows: Iterable[Billed]) -> Mapping[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.day, normal(row.model))
        found[key] = found.get(key, 0) + row.nanos
    return found


def _of_json(text: str) -> Iterator[Billed]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise OddExport("no_json") from None
    pages = data if isinstance(data, list) else [data]
    for page in pages:
        if isinstance(page, Mapping) and page.get("has_more") is True and page is pages[-1]:
            raise OddExport("unfinished")
        buckets = page.get("data") if isinstance(page, Mapping) else None
        for bucket in buckets if isinstance(buckets, list) else [page]:
            if not isinstance(bucket, Mapping):
                raise OddExport("no_json")
            results = bucket.get("results")
            for row in results if isinstance(results, list) else [bucket]:
                if not isinstance(row, Mapping):
                    raise OddExport("no_json")
                # In the cost report `amount` is in cents. In a CSV file the unit of such a column
                # is unknown.
                cents = {"amount_cents": row["amount"]} if "amount" in row else {}
                yield _row({"starting_at": bucket.get("starting_at"), **cents, **row})


def _of_csv(text: str) -> Iterator[Billed]:
    try:
        dialect: Any = csv.Sniffer().sniff(text.splitlines()[0], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        # Files of some systems end their lines with only a carriage return.
        rows = list(csv.DictReader(io.StringIO(text, newline=None), dialect=dialect))
    except csv.Error:
        raise OddExport("no_csv") from None
    for row in rows:
        if any(value for value in row.values() if isinstance(value, str)):
            yield _row(row)


def _row(row: Mapping[Any, Any]) -> Billed:
    told = {str(key).strip().lower().replace(" ", "_"): value for key, value in row.items()}
    currency = told.get(CURRENCY)
    if currency and str(currency).upper() != "USD":
        raise OddExport("currency", str(currency))
    day, model = _first(told, DAY), _first(told, MODEL)
    if day is None:
        raise OddExport("no_day", ", ".join(sorted(told)))
    dollars, cents = _first(told, DOLLARS), _first(told, CENTS)
    if dollars is None and cents is None:
        raise OddExport("no_amount", ", ".join(sorted(told)))
    return Billed(
        _day(day),
        str(model or "").strip(),
        _amount(dollars) if dollars is not None else _amount(cents, 100),
    )


def _first(told: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((told[name] for name in names if told.get(name) not in (None, "")), None)


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value).strip()[:10]).isoformat()
    except ValueError:
        raise OddExport("value", str(value)) from None


def _amount(value: Any, parts: int = 1) -> int:
    """An amount in nano-dollars. `parts` is how many units make one dollar: 100 for cents."""
    try:
        text = str(value).strip().removeprefix("$")
        # A comma before three digits separates thousands. Any other comma may be a decimal one.
        if "," in text and not THOUSANDS.fullmatch(text):
            raise InvalidOperation
        found = Decimal(text.replace(",", "")) / parts
        if not found.is_finite() or abs(found) > 10**9:
            raise InvalidOperation
    except InvalidOperation:
        raise OddExport("value", str(value)) from None
    return to_nanos(found)

"""Prices as data: effective dates, prompt-length bands and cache kinds.

Rates are integer nano-dollars per token: a dollar per million tokens is exactly 1,000
nano-dollars per token, and the finest list price (one cent per million, a cache read) is
10, so no list price is ever rounded. A model that is not listed costs the dearest known rate.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from importlib import resources
from typing import Any, Final

from tierwise.budget.model_ids import normal
from tierwise.core import address
from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage

WRITE_5M: Final = Decimal("1.25")
WRITE_1H: Final = Decimal(2)
"""Cache writes as multiples of the input price, for rows without a price of their own. It is the
rule of the published price list."""
SEARCH: Final = 10_000_000
"""Nano-dollars of one web search that a server makes: $10 per 1,000, as its maker lists it."""


@dataclass(frozen=True, slots=True)
class PriceRate:
    """Nano-dollars per token of each kind, for prompts longer than `over` tokens."""

    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int
    over: int = 0

    @property
    def dearest_input(self) -> int:
        """The most one prompt token can cost, whatever the cache does with it."""
        return max(self.input, self.write_5m, self.write_1h, self.read)

    def cost(self, usage: Usage) -> int:
        """Nano-dollars of a request billed at this rate."""
        return (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_write_5m_tokens * self.write_5m
            + usage.cache_write_1h_tokens * self.write_1h
            + usage.cache_read_tokens * self.read
        )


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price row: for which model, from which date (UTC) on, in which band.

    `base_url` narrows a row to one server; there `model` may be None, for all of its
    models. `batch` is the factor of the batch interface.
    """

    model: str | None
    since: date
    rate: PriceRate
    base_url: str | None = None
    batch: Decimal = Decimal("0.5")


_Key = tuple[str | None, str | None]


class PriceTable:
    """All known prices. `own` rows (the operator's) replace the shipped ones of their model.

    A model is looked up as it is written, then by its maker's own id (`model_ids`).
    """

    def __init__(self, rows: Sequence[PriceRow], own: Sequence[PriceRow] = ()) -> None:
        replaced = {(row.base_url, row.model) for row in own}
        kept = [row for row in rows if (row.base_url, row.model) not in replaced]
        self.rows: tuple[PriceRow, ...] = (*kept, *own)
        self._by_key: dict[_Key, list[PriceRow]] = {}
        for row in self.rows:
            self._by_key.setdefault((row.base_url, row.model), []).append(row)
        for found in self._by_key.values():
            found.sort(key=lambda row: row.since)

    @classmethod
    def load(cls, extra: Sequence[Mapping[str, Any]] = ()) -> PriceTable:
        """The shipped table with the operator's rows over it.

        Raises `ValueError` with a sentence for a row that cannot be a price: a name or a number is
        missing, or a number is negative, finer than a nano-dollar a token, or 0 in a row without a
        `base_url`.
        """
        text = resources.files("tierwise.budget").joinpath("prices.toml").read_text("utf-8")
        shipped = [_row(item) for item in tomllib.loads(text)["price"]]
        return cls(shipped, [_row(item) for item in extra])

    def known(self, model: str, base_url: str | None = None) -> bool:
        """Whether the price of a model is known. If it is not, "price unknown" is shown."""
        return self._found(model, base_url) is not None

    def free(self, model: str, at: datetime, base_url: str | None = None) -> bool:
        """Whether the operator set all prices of a model to 0, as for a server of their own."""
        rows = self._found(model, base_url)
        if rows is None:
            return False
        rate = _dearest_of(_in_force(rows, at, row.rate.over + 1).rate for row in rows)
        return rate.dearest_input == 0 and rate.output == 0

    def rate(
        self, model: str, at: datetime, prompt_tokens: int, base_url: str | None = None
    ) -> PriceRate:
        """The rate of a request that was sent at `at` with this many prompt tokens."""
        rows = self._found(model, base_url)
        if rows is None:
            return self._dearest(at)
        return _in_force(rows, at, prompt_tokens).rate

    def dearest_band(
        self, model: str, at: datetime, prompt_tokens: int, base_url: str | None = None
    ) -> PriceRate:
        """The dearest rate of each kind in all bands that a prompt of up to this many tokens can
        reach.
        """
        rows = self._found(model, base_url)
        if rows is None:
            return self._dearest(at)
        reached = {row.rate.over for row in rows if row.rate.over < max(prompt_tokens, 1)}
        return _dearest_of(_in_force(rows, at, over + 1).rate for over in reached | {0})

    def cost(
        self,
        model: str,
        usage: Usage,
        at: datetime,
        base_url: str | None = None,
        *,
        batch: bool = False,
    ) -> int:
        """Nano-dollars of a finished request.

        A fraction that the batch factor leaves is rounded up.
        """
        whole = self.rate(model, at, usage.prompt_tokens, base_url).cost(usage)
        fees = self.fees(model, usage.searches, at, base_url)
        if not batch:
            return whole + fees
        rows = self._found(model, base_url)
        factor = _in_force(rows, at, usage.prompt_tokens).batch if rows else Decimal(1)
        return int((whole * factor).to_integral_value(rounding=ROUND_CEILING)) + fees

    def fees(self, model: str, searches: int, at: datetime, base_url: str | None = None) -> int:
        """Nano-dollars of this many web searches; 0 for a model that is free."""
        return searches * SEARCH if searches and not self.free(model, at, base_url) else 0

    def _found(self, model: str, base_url: str | None) -> list[PriceRow] | None:
        server = address.base(base_url) if base_url else None
        own = normal(model)
        keys: list[_Key] = [(server, model), (server, own), (server, None)] if server else []
        keys += [(None, model), (None, own)]
        return next((self._by_key[key] for key in keys if key in self._by_key), None)

    def _dearest(self, at: datetime) -> PriceRate:
        listed = [rows for (server, _), rows in self._by_key.items() if server is None]
        return _dearest_of(
            _in_force(rows, at, row.rate.over + 1).rate for rows in listed for row in rows
        )


def _in_force(rows: Sequence[PriceRow], at: datetime, prompt_tokens: int) -> PriceRow:
    """The newest row in force at a time, of the highest band that the prompt reaches.

    `rows` are sorted by date. Before the first date the first row counts.
    """
    day = at.astimezone(UTC).date()
    over = max((r.rate.over for r in rows if r.rate.over < max(prompt_tokens, 1)), default=0)
    band = [r for r in rows if r.rate.over == over]
    current = [r for r in band if r.since <= day]
    return current[-1] if current else band[0]


def _dearest_of(rates: Iterable[PriceRate]) -> PriceRate:
    found = list(rates)
    return PriceRate(
        max(r.input for r in found),
        max(r.output for r in found),
        max(r.write_5m for r in found),
        max(r.write_1h for r in found),
        max(r.read for r in found),
    )


def _row(item: Mapping[str, Any]) -> PriceRow:
    model, server = item.get("model"), item.get("base_url")
    name = f"price of {model or server}"
    if not model and not server:
        raise ValueError("a price row names neither a model nor a base_url")

    def nanos(key: str, default: Decimal | None = None) -> int:
        try:
            exact = Decimal(str(item[key])) * 1000 if key in item else default
        except InvalidOperation:
            raise ValueError(f"{name}: {key} is not a number") from None
        if exact is None:
            raise ValueError(f"{name}: {key} is missing")
        if exact < 0 or (exact == 0 and not server):
            raise ValueError(f"{name}: {key} must be above 0 (0 is for an own base_url only)")
        if exact != exact.to_integral_value():
            raise ValueError(f"{name}: {key} is finer than a nano-dollar a token")
        return int(exact)

    paid = Decimal(nanos("input"))
    rate = PriceRate(
        int(paid),
        nanos("output"),
        nanos("write_5m", (paid * WRITE_5M).to_integral_value(rounding=ROUND_CEILING)),
        nanos("write_1h", paid * WRITE_1H),
        nanos("read", paid),
        int(item.get("over", 0)),
    )
    return PriceRow(
        str(model) if model else None,
        item.get("from", date.min),
        rate,
        address.base(str(server)) if server else None,
        Decimal(str(item.get("batch", "1"))),
    )

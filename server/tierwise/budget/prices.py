"""Prices as data: effective dates, prompt-length bands and cache kinds.

Rates are integer nano-dollars per token: a dollar per million tokens is exactly 1,000
nano-dollars per token, and the finest list price (one cent per million, a cache read) is
10, so no rate is ever rounded. A model that is not listed costs the dearest known rate.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

from tierwise.core.money import Usage


@dataclass(frozen=True, slots=True)
class Rate:
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
class Row:
    """A price row: which model, from which date (UTC) on, in which band."""

    model: str
    since: date
    rate: Rate


class PriceTable:
    """All known prices. `extra` rows (the operator's) come after the shipped ones and win."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._by_model: dict[str, list[Row]] = {}
        for row in rows:
            self._by_model.setdefault(row.model, []).append(row)
        for found in self._by_model.values():
            found.sort(key=lambda row: row.since)

    @classmethod
    def load(cls, extra: Sequence[Mapping[str, Any]] = ()) -> PriceTable:
        """The shipped table with the operator's rows over it."""
        text = resources.files("tierwise.budget").joinpath("prices.toml").read_text("utf-8")
        rows = [_row(item) for item in (*tomllib.loads(text)["price"], *extra)]
        return cls(rows)

    def known(self, model: str) -> bool:
        """Whether this model has a listed price; one that has none is shown "price unknown"."""
        return model in self._by_model

    def rate(self, model: str, at: datetime, prompt_tokens: int) -> Rate:
        """The rate of a request that was sent at `at` with so many prompt tokens."""
        if model not in self._by_model:
            return self._dearest(at)
        day = at.astimezone(UTC).date()
        rows = [r for r in self._by_model[model] if prompt_tokens > r.rate.over or not r.rate.over]
        current = [r for r in rows if r.since <= day] or rows[:1]
        newest = max(r.since for r in current)
        return max((r for r in current if r.since == newest), key=lambda r: r.rate.over).rate

    def dearest_band(self, model: str, at: datetime, prompt_tokens: int) -> Rate:
        """The dearest rate of all bands a prompt of at most so many tokens can fall into."""
        bands = [r.rate.over + 1 for r in self._by_model.get(model, ()) if r.rate.over]
        tokens = [0, prompt_tokens, *(n for n in bands if n <= prompt_tokens)]
        rates = [self.rate(model, at, n) for n in tokens]
        return max(rates, key=lambda rate: (rate.output, rate.dearest_input))

    def cost(self, model: str, usage: Usage, at: datetime) -> int:
        """Nano-dollars of a finished request."""
        return self.rate(model, at, usage.prompt_tokens).cost(usage)

    def _dearest(self, at: datetime) -> Rate:
        rates = [self.rate(m, at, 10**9) for m in self._by_model]
        rates += [self.rate(m, at, 0) for m in self._by_model]
        return Rate(
            max(r.input for r in rates),
            max(r.output for r in rates),
            max(r.write_5m for r in rates),
            max(r.write_1h for r in rates),
            max(r.read for r in rates),
        )


def _row(item: Mapping[str, Any]) -> Row:
    def nanos(key: str) -> int:
        exact = Decimal(str(item[key])) * 1000
        if exact != exact.to_integral_value():
            raise ValueError(f"price of {item['model']}: {key} is finer than a nano-dollar")
        return int(exact)

    rate = Rate(
        nanos("input"),
        nanos("output"),
        nanos("write_5m"),
        nanos("write_1h"),
        nanos("read"),
        int(item.get("over", 0)),
    )
    return Row(str(item["model"]), item["from"], rate)

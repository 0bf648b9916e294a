"""How an amount of money is written, everywhere: in cents below a dollar, else in dollars.

Two figures say what a call costs: `0.04¢`, `0.8¢`, `12¢`. From 99.5 cents up two decimals do:
`$1.00`. All amounts of one sentence are written in the unit of the largest.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Final, Literal

from tierwise.core.money import NANOS_PER_USD

Rounding = Literal["nearest", "up", "down"]

_MODES: Final[dict[Rounding, str]] = {
    "nearest": ROUND_HALF_UP,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
}
_CENT: Final = NANOS_PER_USD // 100
_IN_DOLLARS: Final = Decimal("99.5")
"""Cents from which an amount is written in dollars."""
_LEAST: Final = Decimal("0.0001")
"""Cents below which an amount is written as "less than this": two figures of such a small amount
would be a long row of zeros."""


def amount(nanos: int, rounding: Rounding = "nearest") -> str:
    """Write one amount of nano-dollars. For several amounts of one sentence use `amounts`."""
    return _dollars(nanos, rounding) if _large(nanos, rounding) else _cents(nanos, rounding)


def amounts(*nanos: int) -> tuple[str, ...]:
    """Write several amounts (nano-dollars) of one sentence: all in dollars if one of them is large,
    else all in cents.
    """
    if any(_large(each, "nearest") for each in nanos):
        return tuple(_dollars(each, "nearest") for each in nanos)
    return tuple(_cents(each, "nearest") for each in nanos)


def needs_and_left(needs: int, left: int) -> tuple[str, str]:
    """What is needed, rounded up, and what is left, rounded down, written in the same unit."""
    if _large(needs, "up") or _large(left, "down"):
        return _dollars(needs, "up"), _dollars(left, "down")
    return _cents(needs, "up"), _cents(left, "down")


def _large(nanos: int, rounding: Rounding) -> bool:
    """Whether an amount is written in dollars. One that rounds up to 100 cents counts as well."""
    cents = Decimal(nanos) / _CENT
    return cents >= _IN_DOLLARS or _figures(cents, rounding) >= 100


def _cents(nanos: int, rounding: Rounding) -> str:
    cents = Decimal(nanos) / _CENT
    if not nanos:
        return "0¢"
    if cents < _LEAST:
        return f"<{_LEAST}¢"
    return f"{_figures(cents, rounding).normalize():f}¢"


def _figures(cents: Decimal, rounding: Rounding) -> Decimal:
    """Round cents to two figures. Amounts of ten cents and more are rounded to whole cents."""
    if not cents:
        return cents
    place = Decimal(1).scaleb(min(cents.adjusted() - 1, 0))
    return cents.quantize(place, _MODES[rounding])


def _dollars(nanos: int, rounding: Rounding) -> str:
    cents = (Decimal(nanos) / _CENT).quantize(Decimal(1), _MODES[rounding])
    if nanos and not cents and rounding == "nearest":
        return "<$0.01"
    return f"${int(cents) // 100:,}.{int(cents) % 100:02d}"

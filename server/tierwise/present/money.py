"""Texts for amounts (given in nano-dollars), spend against a cap, and shares."""

from __future__ import annotations

from tierwise.core.amounts import amount, amounts

__all__ = ["amount", "amounts", "percent", "spent_of"]


def spent_of(spent: int, cap: int | None) -> str:
    """Spend against a cap: "$1.20 of $5.00", "12¢ of 50¢", or "12¢ (no cap)"."""
    if cap is None:
        return f"{amount(spent)} (no cap)"
    used, most = amounts(spent, cap)
    return f"{used} of {most}"


def percent(share: float) -> str:
    """A share in [0, 1] as a whole percentage: "93 %". Only 1.0 itself gives "100 %"."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    return f"{whole} %"

"""Reads amounts of money from the command line."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import typer

from tierwise.core.money import to_nanos


def usd(text: str | None) -> int | None:
    """Convert dollars such as "2.50" or "$2" to nano-dollars. None stays None.

    Raises `BadParameter` for what is no amount, is negative, or is above a billion dollars.
    """
    if text is None:
        return None
    try:
        exact = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise typer.BadParameter(f"'{text}' is not an amount of dollars") from None
    if not exact.is_finite() or exact < 0 or exact > 10**9:
        raise typer.BadParameter(f"'{text}' is not an amount of dollars")
    return to_nanos(exact)

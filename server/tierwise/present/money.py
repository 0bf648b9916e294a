"""Money as shown: dollars with two decimals, never a zero for something that costs."""

from __future__ import annotations

from tierwise.core.money import NANOS_PER_USD

_CENT = NANOS_PER_USD // 100


def dollars(nanos: int) -> str:
    """Nano-dollars as "$0.04"; "<$0.01" for anything above nothing and below a cent."""
    if 0 < nanos < _CENT:
        return "<$0.01"
    cents = (nanos + _CENT // 2) // _CENT
    return f"${cents // 100:,}.{cents % 100:02d}"


def limit(nanos: int | None) -> str:
    """A cap as shown after a slash: "5" for whole dollars, "5.50" otherwise, "no cap" for none."""
    if nanos is None:
        return "no cap"
    return dollars(nanos)[1:].removesuffix(".00") if nanos >= _CENT or nanos == 0 else "<0.01"


def spent_of(spent: int, cap: int | None) -> str:
    """Spend against a cap: "$1.20/5", or "$1.20 (no cap)"."""
    return f"{dollars(spent)} (no cap)" if cap is None else f"{dollars(spent)}/{limit(cap)}"


def raise_title(scope: str | None) -> str:
    """The way on from a pause: which cap it raises, where that is known."""
    what = {"day": "today", "project": "the project"}.get(scope or "", "the budget")
    return f"Raise {what} by $1"


def percent(share: float) -> str:
    """A share in [0, 1] as a whole percentage: "93 %". 1.0 is kept for certainty alone."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    return f"{whole} %"

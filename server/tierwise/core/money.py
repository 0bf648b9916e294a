"""Money and what it is paid for. Amounts are integer nano-dollars (1 USD = 10**9)."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final

from tierwise.core.dataclass import dataclass

NANOS_PER_USD: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens a model server billed for one attempt.

    `input_tokens` excludes everything that touched the prompt cache, as the Messages
    API reports it. `assumed` marks figures that are an upper bound of ours because the
    server never said (cancelled, cut or crashed). `searches` counts the web searches that the
    server made for the answer; each of them is billed.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    assumed: bool = False
    searches: int = 0

    @property
    def cache_write_tokens(self) -> int:
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the prompt, cached or not: some prices depend on the prompt's length."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


def to_nanos(usd: float | str | Decimal) -> int:
    """Dollars to nano-dollars, rounded up so that money is never lost by rounding."""
    exact = Decimal(str(usd)) * NANOS_PER_USD
    return int(exact.to_integral_value(rounding=ROUND_CEILING))


def to_usd(nanos: int) -> float:
    """Nano-dollars to dollars, for JSON and display only; arithmetic stays in nanos."""
    return nanos / NANOS_PER_USD

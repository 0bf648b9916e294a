"""The axis of a chart has room for what stands beside it."""

from __future__ import annotations

import pytest

from tierwise.core.money import to_nanos
from tierwise.present.money import amount
from tierwise.report import svg

LETTER = 6.8
"""Units that a digit takes at the size of a chart's text: digits of system fonts are 0.53 to 0.57
of it, which is 12."""


@pytest.mark.parametrize("usd", [0.000032, 0.0045, 0.99, 12.5, 999.99, 9_999.99])
def test_the_dearest_day_fits_beside_its_chart(usd: float) -> None:
    assert len(amount(to_nanos(usd))) * LETTER <= svg.LEFT - 6

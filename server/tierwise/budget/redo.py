"""What a wrong answer costs the operator: it grows with the size of the task.

Looking at an answer takes longer the more lines it has and the longer it was waited for; both
follow the tokens read and written. A flat amount would send whatever is large to the cheapest
tier, since there the spend saved outgrows any fixed redo.
"""

from __future__ import annotations

from typing import Final

from tierwise.budget import tokens

OUTPUT_WEIGHT: Final = 5
"""Tokens read that one written token counts as: it is waited for, and it is reviewed. The list
prices of written and read tokens stand in the same relation."""
MEDIAN_CHARS: Final = 1_600
MEDIAN_OUTPUT: Final = 350
"""Characters sent and tokens written of the median task, whose redo costs what is configured."""


def redo_cost(base: int, prompt_chars: int, output_tokens: int) -> int:
    """Nano-dollars that a wrong answer costs; `base` is the cost at the median task."""
    median = _size(MEDIAN_CHARS, MEDIAN_OUTPUT)
    return round(base * _size(prompt_chars, output_tokens) / median)


def _size(chars: int, output: int) -> float:
    return float(tokens.mean_of_chars(chars) + OUTPUT_WEIGHT * output)

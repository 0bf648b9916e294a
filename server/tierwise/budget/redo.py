"""What a wrong answer costs the operator: it grows with the size of the task.

Looking at an answer takes longer the more lines it has and the longer it was waited for; both
follow the tokens read and written, over all steps of an agent's turn. A flat amount would send
whatever is large to the cheapest tier, since there the spend saved outgrows any fixed redo.
"""

from __future__ import annotations

from typing import Final

from tierwise.budget import tokens

OUTPUT_WEIGHT: Final = 5
"""Tokens read that one written token counts as: it is waited for, and it is reviewed. The list
prices of written and read tokens are in the same relation."""
AGAIN: Final = 0.1
"""Share of the tokens read that each further step reads again: what a cache read costs of them."""
MEDIAN_CHARS: Final = 1_600
MEDIAN_OUTPUT: Final = 350
"""Characters sent and tokens written of the median task, whose redo costs what is configured."""


def redo_cost(
    base: int,
    prompt_chars: int,
    output_tokens: int,
    *,
    input_tokens: int | None = None,
    steps: int = 1,
) -> int:
    """Nano-dollars that a wrong answer costs; `base` is the cost at the median task.

    `output_tokens` are those of one of `steps` model calls. `input_tokens` stands for
    `prompt_chars` where the asker counted them.
    """
    read = tokens.mean_of_chars(prompt_chars) if input_tokens is None else input_tokens
    median = _size(tokens.mean_of_chars(MEDIAN_CHARS), MEDIAN_OUTPUT, 1)
    return round(base * _size(read, output_tokens, steps) / median)


def _size(read: int, output: int, steps: int) -> float:
    return read * (1 + AGAIN * (steps - 1)) + OUTPUT_WEIGHT * output * steps

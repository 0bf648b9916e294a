"""What a wrong answer costs the operator: it grows with the size of the task.

An answer takes longer to check the more lines it has and the longer it took to come. Both grow
with the tokens read and written, over all steps of an agent's turn. A flat amount would send
large tasks to the cheapest tier, since there the spend saved outgrows any fixed redo cost.
"""

from __future__ import annotations

from typing import Final

from tierwise.budget import tokens

OUTPUT_WEIGHT: Final = 5
"""How many tokens read one written token counts as: the operator waits for it and reviews it. It
is also the ratio of the list prices."""
AGAIN: Final = 0.1
"""What each further step adds, as a share of the tokens read: it reads them from the cache."""
MEDIAN_CHARS: Final = 1_600
MEDIAN_OUTPUT: Final = 350
"""Characters sent and tokens written in the median task. Its redo costs the configured amount."""


def redo_cost(
    base: int,
    prompt_chars: int,
    output_tokens: int,
    *,
    input_tokens: int | None = None,
    steps: int = 1,
) -> int:
    """Nano-dollars that a wrong answer to a task costs; `base` is the cost for the median task.

    `output_tokens` are those of one of `steps` model calls. `input_tokens` replaces
    `prompt_chars` where the caller counted tokens.
    """
    read = tokens.mean_of_chars(prompt_chars) if input_tokens is None else input_tokens
    median = _size(tokens.mean_of_chars(MEDIAN_CHARS), MEDIAN_OUTPUT, 1)
    return round(base * _size(read, output_tokens, steps) / median)


def _size(read: int, output: int, steps: int) -> float:
    return read * (1 + AGAIN * (steps - 1)) + OUTPUT_WEIGHT * output * steps

"""A sheet for a reading test: 20 decisions as the engine makes and shows them, and four questions.

`python -m tests.reading.sheet > sheet.txt` prints it. A real engine takes each decision, on a
ledger, a budget and a rehearsal server of its own. Whoever reads the sheet does not know the
product; whoever judges the answers runs `python -m tests.reading.sheet --told`, which adds how
each case came about.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.reading.situations import SITUATIONS

QUESTIONS: Final = (
    "What happens?",
    "Why?",
    "What does it cost?",
    "How would you change it?",
)


async def sheet(*, told: bool = False) -> list[str]:
    """The lines of the sheet."""
    lines: list[str] = []
    for number, situation in enumerate(SITUATIONS, 1):
        with tempfile.TemporaryDirectory() as folder:
            text = await situation.shown(Path(folder))
        lines += [f"## {number} ({situation.where})"]
        lines += [f"[{situation.name}]"] if told else []
        lines += [text, *(f"- {question}" for question in QUESTIONS), ""]
    return lines


if __name__ == "__main__":
    print("\n".join(asyncio.run(sheet(told="--told" in sys.argv))))

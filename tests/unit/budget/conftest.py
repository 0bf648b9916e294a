"""A window for each test of the budget, with a ledger of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from tests.unit.budget.window import Window


@pytest_asyncio.fixture
async def window(tmp_path: Path) -> AsyncIterator[Window]:
    made = Window(tmp_path / "state")
    yield made
    await made.purse.ledger.close()

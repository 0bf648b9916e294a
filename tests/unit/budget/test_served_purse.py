"""The purse inside the server books what the Python purse books, whatever happens."""

from __future__ import annotations

import pytest
from tests.support import postgres as servers
from tests.support.postgres import PostgresServer
from tests.support.purses import Pair, consistent, differences

CASES = 200

pytestmark = pytest.mark.postgres


async def test_both_purses_agree_on_generated_lives(postgres: PostgresServer) -> None:
    with servers.schema(postgres.url) as url:
        pair = Pair(url)
        for seed in range(CASES):
            assert await differences(seed, pair) == []
            assert await consistent(pair), seed
        pair.close()

"""Finds code of the server that nothing in the server uses: `python -m tests.dead_code`.

Tests do not count as use: code that only tests call reads as if it were live.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from vulture import Vulture
from vulture.core import Item

PACKAGE: Final = Path(__file__).parents[1] / "server" / "tierwise"
CONFIDENCE: Final = 60
"""Percent from which vulture is believed: what no name in the server refers to has 60."""
ALLOWED: Final = {
    "cli/*.py function *": "typer calls commands by their decorator",
    "cli/narrow.py variable formatter_class": "the command framework makes the help with it",
    "cli/narrow.py attribute *": "the command framework reads them off the command",
    "cli/narrow.py method write_dl": "overrides the command framework's",
    "cli/narrow.py variable col_*": "arguments of the method that it overrides",
    "cli/gateway_setup.py variable *": "typer reads the choices of an argument off the class",
    "cli/try_command.py variable FIRST": "typer reads the choices of an option off the class",
    "lsp/features/* function *": "dispatch finds a handler by the name of its method",
    "lsp/wire/protocol.py method lsp_*": "pygls calls it by the name of the method",
    "lsp/server.py method report_server_error": "overrides the one of pygls",
    "lsp/messages/* variable *": "fields of messages are read by the library that writes them",
    "*.py variable model_config": "pydantic reads it",
    "logs.py attribute *": "the logging library reads it",
    "present/decision.py variable *": "keys of a typed dictionary",
    "store/reservations.py variable *": "columns: written as a whole row, read by name in SQL",
    "work/unit_file.py attribute optionxform": "the parser reads it: names keep their case",
    "store/jobs.py variable *": "columns, as those of reservations",
    "store/json_column.py variable *": "SQLAlchemy reads it off the class",
    "budget/spend.py method state_sync": "the bench measures it without the ledger's thread",
    "models/apart.py * pipe_*": "asyncio calls it, as it does the other methods of pipes",
    "models/apart.py method connection_made": "asyncio calls it",
    "models/apart.py method process_exited": "asyncio calls it",
    "models/apart.py variable exc": "an argument that asyncio gives",
    "models/rehearsal/server.py * connections": "the test double counts who called on it",
    "routing/fit/train.py function fit_weights": "the bench of learning fits with it",
}
"""What may stay though nothing refers to it: file, kind and name, with the reason."""


def name(item: Item) -> str:
    return f"{Path(item.filename).relative_to(PACKAGE).as_posix()} {item.typ} {item.name}"


def unused() -> Iterator[Item]:
    """Everything vulture finds in the server."""
    found = Vulture()
    found.scavenge([str(PACKAGE)])
    yield from found.get_unused_code(min_confidence=CONFIDENCE)


def main() -> int:
    """Print what is dead and what is allowed without need; 1 if there is any of it."""
    items = list(unused())
    dead = [item for item in items if not any(fnmatch(name(item), rule) for rule in ALLOWED)]
    for item in dead:
        print(f"{item.filename}:{item.first_lineno}: unused {item.typ} {item.name}")
    idle = [r for r in ALLOWED if not any(fnmatch(name(item), r) for item in items)]
    for rule in idle:
        print(f"{__file__}: nothing needs to be allowed as '{rule}' any more")
    return 1 if dead or idle else 0


if __name__ == "__main__":
    sys.exit(main())

"""Counts the uses of a symbol in a project's index, for `POST /v1/route`.

It works only for a folder that already has an index, made by an editor that trusts the folder. For
a mere question the gateway builds no index and reads no file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tierwise.context import project_wish
from tierwise.core.request import ProjectSignals
from tierwise.edits import renamed
from tierwise.index.project import ProjectIndex

NAMES: Final = 8
"""The most names of an instruction that are looked up."""


async def of_root(root: str, words: str, state: Path) -> ProjectSignals | None:
    """Count the uses of the symbol that the operator's words name.

    `root` is the project's folder, and `state` the state folder that has the index. None if the
    folder has no index, or if the index has no definition of any name in the words.
    """
    folder = Path(root[:4096])
    if not folder.is_absolute():
        return None
    index = ProjectIndex(folder, state)
    if not index.database.exists():
        return None
    try:
        wish, rename = project_wish.of_words(words), renamed.wish(words)
        first = [rename.old] if rename is not None else []
        for name in [*first, *sorted(wish.certain), *sorted(wish.perhaps)][:NAMES]:
            uses = await index.uses(name)
            if uses.defined:
                known = uses.known
                return ProjectSignals(
                    usages=max(uses.total - 1, 0) if known else None,
                    usage_files=len(uses.files) if known else None,
                    defined=uses.defined,
                    files=len(uses.files) if known and wish.everywhere else None,
                )
        return None
    finally:
        await index.close()

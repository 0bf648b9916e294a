"""What a project's index counts for a question of the classifier.

It speaks only where the root has an index already: an editor that trusts the folder made it. None
is built, and no file is read, for whoever asks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tierwise.context import project_wish
from tierwise.core.request import ProjectSignals
from tierwise.edits import renamed
from tierwise.index.project import ProjectIndex

NAMES: Final = 8
"""Names of a wish that are looked up."""


async def of_root(root: str, words: str, state: Path) -> ProjectSignals | None:
    """The counts of the symbol that a wish is about; None where the index cannot tell."""
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

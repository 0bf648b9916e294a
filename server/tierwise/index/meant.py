"""Decides which files mean the same thing by a name: those that can have it from its definition.

In some languages a file can use only what it imports. There a file that has the name, but imports
neither the name nor its module, means something else by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tierwise.index import imports

IMPORTING: Final = frozenset(
    ("python", "javascript", "javascriptreact", "typescript", "typescriptreact")
)
"""Languages in which a file must import what it uses of other files."""
_SHARED: Final = ("conftest.py",)
"""Files whose definitions other files use without an import: fixtures of pytest."""


def meant(
    defining: Collection[str],
    languages: Mapping[str, str | None],
    importing: Collection[str],
    targets: Mapping[str, Sequence[str]],
) -> frozenset[str]:
    """The files among `languages` that mean the thing which the files in `defining` define.

    `languages` has the language of each file that uses the name. `importing` are the files whose
    import statements have the name itself. `targets` are all imports of each file. A file also
    means that thing if it imports a module that does.
    """
    if any(path.rpartition("/")[2] in _SHARED for path in defining):
        return frozenset(languages)
    open_ = [languages.get(path) not in IMPORTING for path in defining]
    found = {
        path
        for path, language in languages.items()
        if path in defining or path in importing or language not in IMPORTING or any(open_)
    }
    by_tail: dict[str, list[str]] = {}
    for path in found:
        by_tail.setdefault(_tail(path), []).append(path)
    left = [path for path in languages if path not in found]
    grew = True
    while grew:
        grew = False
        for path in left:
            if path not in found and _has(targets.get(path, ()), by_tail):
                found.add(path)
                by_tail.setdefault(_tail(path), []).append(path)
                grew = True
    return frozenset(found)


def _has(targets: Sequence[str], by_tail: Mapping[str, Sequence[str]]) -> bool:
    """Whether one of these imports may refer to one of the files."""
    return any(
        imports.means(target, path)
        for target in targets
        for path in by_tail.get(imports.tail(target), ())
    )


def _tail(path: str) -> str:
    module = imports.module_of(path)
    return module[-1] if module else ""

"""Structure of a piece of source text: counts only, made by `syntax/`, read by the router."""

from __future__ import annotations

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Structure:
    """What a parser (or, for unknown languages, indentation and brackets) sees in a range.

    Counts are of the range alone. `depth` is the deepest nesting of blocks, `branches` the
    decision points, `definitions` the functions, methods and classes that start in it,
    `calls` the call sites. `whole_symbol` tells whether the range is exactly one
    definition, `symbol` is the name of the innermost definition that encloses the range
    (for display and usages, never a signal).
    """

    lines: int
    depth: int
    branches: int
    definitions: int
    calls: int
    whole_symbol: bool | None = None
    symbol: str | None = None
    constructs: tuple[str, ...] = ()
    """Kinds of constructs in which little text does much, such as locks: names of a fixed table."""
    density: float = 0.0
    """Share of marks (neither letters, digits nor space) in the code that is no comment line."""

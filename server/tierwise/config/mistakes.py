"""Decide what a mistake in the configuration leads to: a notice, or that no paid call is made.

A key that bounds money, names a model or a server, or keeps a file from being sent must never be
lost by a slip of the pen: while it is wrong, no paid call is made. Any other wrong key is ignored,
and a notice says so. A key that this version does not know is a notice, so that an older program
can read a newer file. If it looks like one of the guarded keys, or holds one, no paid call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from tierwise.config.lines import Where, line_of
from tierwise.config.model import Budget, Config, Ignore, TierConfig
from tierwise.core.dataclass import dataclass
from tierwise.present.plain_words import plain

GUARDED: Final = frozenset(
    {"tiers", "budget", "prices", "max_tier", "rehearsal", "ignore", "store"}
)
"""Keys of the file whose mistakes hold paid calls, with all that is in them."""
INNER: Final = (
    frozenset(TierConfig.model_fields) - {"name"}
    | frozenset(Budget.model_fields)
    | frozenset(Ignore.model_fields)
)
"""Keys inside the guarded ones. Whoever wrote such a key in a place where it has no effect meant
it to have one."""
SENT: Final = GUARDED - {"tiers", "prices", "store"}
"""The guarded keys that an editor may send, and so may send wrongly."""
WORDS: Final = frozenset({"budget", "budgets", "tier", "tiers", "price", "prices"})
"""Words in an unknown top-level key that show what it was meant for, as in `daily_budget`."""
ALIKE: Final = 0.72
"""Likeness (0 to 1) from which a name counts as a misspelling of another one."""
NEAR: Final = 0.6
"""Likeness (0 to 1) from which a message asks whether the other name was meant."""
UNKNOWN: Final = "extra_forbidden"
HELD: Final = "No paid call is made until it is mended."


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a file or in settings, in one sentence.

    If `holds`, no paid call is made until it is mended.
    """

    sentence: str
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where keys come from: its name, its text if it is a file, and the keys that must not be
    wrong.

    A mistake in such a key means that no paid call is made.
    """

    name: str
    text: str = ""
    guarded: frozenset[str] = GUARDED

    def mistake(self, where: Where, what: str, *, holds: bool, instead: str = "") -> Mistake:
        """The mistake at a key, with the line of the key.

        `instead` says what is used in place of the wrong value. With `holds`, and in a source with
        guarded keys, no paid call is made until it is mended.
        """
        line = line_of(self.text, where) if self.text else None
        place = f"{self.name}, line {line}" if line is not None else self.name
        held = holds and bool(self.guarded)
        tail = f". {HELD}" if held else f"; {instead}." if instead else "."
        return Mistake(f"{place}: {what}{tail}", held)


def of_error(source: Source, error: ErrorDetails, instead: str) -> Mistake:
    """Make a mistake of a failed validation. `instead` says what is used in place of the value.

    A wrong value is not repeated, because it may be a secret. Only a wrong time zone is.
    """
    where = error["loc"]
    shown = ".".join(str(part) for part in where)
    if error["type"] == UNKNOWN:
        near = nearest(str(where[-1]), siblings(where))
        hint = f" (did you mean '{near}'?)" if near else ""
        what = f"'{shown}' is not a key of this version{hint}"
        return source.mistake(where, what, holds=guards_unknown(where, error["input"]))
    what = f"{shown}: {plain(error['msg'])}"
    return source.mistake(where, what, holds=str(where[0]) in source.guarded, instead=instead)


def guards_unknown(where: Where, value: object) -> bool:
    """Whether an unknown key may have been meant for one of the guarded keys, such as a cap."""
    name, top = _plain(where[-1]), where[0]
    if len(where) > 1 and top in ("tiers", "budget"):
        return True
    if len(where) == 1 and (set(name.split("_")) & WORDS or _names_server(value)):
        return True
    known = siblings(where)
    alike = get_close_matches(name, known, n=1, cutoff=ALIKE)
    guarded = (GUARDED if len(where) == 1 else INNER) & set(known)
    return bool(alike and alike[0] in guarded) or name in GUARDED | INNER or _holds_inner(value)


def siblings(where: Where) -> tuple[str, ...]:
    """The valid names in the section that an unknown key is in."""
    model: type[BaseModel] = Config
    for part in where[:-1]:
        if isinstance(part, int):
            continue
        found = _section(model, part)
        if found is None:
            return ()
        model = found
    return tuple(model.model_fields)


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that is most like an unknown one; None where no name is similar enough."""
    found = get_close_matches(_plain(name), known, n=1, cutoff=NEAR)
    return found[0] if found else None


def _section(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The section class of a key: of its value, or of each entry of its list. None without one."""
    info = model.model_fields.get(name)
    kinds: list[Any] = [info.annotation] if info is not None else []
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        kinds += getattr(kind, "__args__", ())
    return None


def _names_server(value: object) -> bool:
    """Whether a value is the address of a server.

    The operator then meant that server to be called.
    """
    return isinstance(value, str) and value.strip().lower().startswith(("http://", "https://"))


def _holds_inner(value: object) -> bool:
    """Whether a value holds, at any depth, a key that belongs inside a guarded section (`INNER`),
    such as `day_usd`. The guarded keys themselves are not looked for.
    """
    if isinstance(value, Mapping):
        return any(_plain(k) in INNER or _holds_inner(v) for k, v in value.items())
    return isinstance(value, list | tuple) and any(_holds_inner(one) for one in value)


def _plain(name: object) -> str:
    return str(name).strip().lower().replace("-", "_").replace(" ", "_")

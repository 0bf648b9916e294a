"""Generates streams in which a server reports its usage, each with the true usage and with what a
reader of the stream may conclude."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tierwise.core.money import Usage
from tierwise.models.rehearsal.faults import TRUE, Fault

PLACES: Final = ("start", "middle", "end")
INPUT: Final = "input_tokens"
OUTPUT: Final = "output_tokens"
READ: Final = "cache_read_input_tokens"
WRITE: Final = "cache_creation_input_tokens"
DETAIL: Final = "cache_creation"
SHORT: Final = "ephemeral_5m_input_tokens"
LONG: Final = "ephemeral_1h_input_tokens"
LIES: Final[Sequence[object]] = (
    None, 0, -1, -4_000, -(10**9), True, "12", "", [], {}, 10**9, 10**15, 0.0, -0.5,
)  # fmt: skip
FRAMINGS: Final = ("named", "data", "generic")


@dataclass(frozen=True)
class Told:
    """One generated way of telling: per place the usages, with `TRUE` where the truth stands."""

    places: Mapping[str, Sequence[Any]]
    framing: str = "named"
    bom: bool = False
    newline: str = "\n"
    text: str = "word " * 60

    def fault(self) -> Fault:
        """The fault that tells it."""
        return Fault(
            usage=self.places,
            framing=self.framing,
            bom=self.bom,
            newline=self.newline,
            text=self.text,
        )

    def largest(self, true: Mapping[str, Any]) -> Usage:
        """The largest count told of each field: what a reader that believes everything has."""
        most: dict[str, int] = {}
        for place in PLACES:
            for one in self.places.get(place, ()):
                for name, value in _counts(_filled(one, true)):
                    most[name] = max(most.get(name, 0), value)
        short, long = most.get(SHORT, 0), most.get(LONG, 0)
        unnamed = max(0, most.get(WRITE, 0) - short - long)
        return Usage(
            most.get(INPUT, 0), most.get(OUTPUT, 0), most.get(READ, 0), short + unnamed, long
        )


def generated(dice: random.Random) -> Told:
    """A way of telling: the truth somewhere or nowhere, lies before and after it."""
    honesty = dice.choice((0.15, 0.5, 0.9))
    places = {
        place: [_usage(dice, honesty, place) for _ in range(dice.choice((0, 1, 1, 1, 2, 3)))]
        for place in PLACES
    }
    return Told(
        places,
        dice.choice(FRAMINGS),
        dice.random() < 0.2,
        dice.choice(("\n", "\n", "\r\n", "\r")),
        "word " * dice.choice((3, 60, 400)),
    )


def believable(usage: Usage, sent_chars: int, streamed: int, bound: int, most: int) -> bool:
    """Whether counts can be true: at least a token for twelve characters, none above its bound."""
    return (
        math.ceil(sent_chars / 12) <= usage.prompt_tokens <= bound
        and max(1, math.ceil(streamed / 12)) <= usage.output_tokens <= most
    )


def true_usage(bill: Mapping[str, Any]) -> Usage:
    """The server's own bill."""
    detail = bill[DETAIL]
    return Usage(bill[INPUT], bill[OUTPUT], bill[READ], detail[SHORT], detail[LONG])


def _usage(dice: random.Random, honesty: float, place: str) -> Any:
    if dice.random() < 0.12:
        return dice.choice((None, {}, [], "none", 0, {"cost": 3}))
    fields = [INPUT, READ, WRITE, DETAIL, OUTPUT]
    dice.shuffle(fields)
    found: dict[str, Any] = {}
    for name in fields:
        if dice.random() < 0.2:
            continue
        if name == OUTPUT and place == "start":
            found[name] = dice.choice((1, 1, TRUE if honesty > 0.5 else 1, 0, None, -3))
        elif dice.random() < honesty:
            found[name] = TRUE
        elif name == DETAIL:
            found[name] = dice.choice((None, {}, 7, {SHORT: -5, LONG: None}, {SHORT: 0, LONG: 0}))
        else:
            found[name] = dice.choice(LIES)
    return found


def _filled(told: Any, true: Mapping[str, Any]) -> Any:
    if not isinstance(told, Mapping):
        return told
    return {name: true[name] if value == TRUE else value for name, value in told.items()}


def _counts(told: Any) -> Iterator[tuple[str, int]]:
    """Every count that is one, the breakdown's included."""
    if not isinstance(told, Mapping):
        return
    detail = told.get(DETAIL)
    for name, value in (*told.items(), *(detail.items() if isinstance(detail, Mapping) else ())):
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            yield name, math.ceil(value)

"""Classes of `core/dataclass.py` behave as the library's: each is made both ways and compared."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tierwise
from tierwise.core.dataclass import dataclass as quick

SHAPES = [
    {"frozen": frozen, "slots": slots, "eq": eq}
    for frozen in (False, True)
    for slots in (False, True)
    for eq in (False, True)
]
VALUES = st.one_of(st.integers(), st.text(max_size=3), st.floats(), st.none())


def point(decorator: Callable[..., Any], shape: dict[str, bool]) -> Any:
    """A class with every kind of field there is."""

    class Point:
        """A point."""

        kind: ClassVar[str] = "point"
        x: Any
        y: Any = 2
        tags: list[Any] = field(default_factory=list)
        hidden: Any = field(default=0, repr=False, compare=False)
        seen: int = field(default=7, init=False)
        held: list[int] = field(default_factory=list, init=False, compare=False)
        named: Any = field(default="", kw_only=True)

        def __post_init__(self) -> None:
            object.__setattr__(self, "seen", 8)

    return decorator(**shape)(Point)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=20)
@given(x=VALUES, y=VALUES, hidden=VALUES, named=VALUES)
def test_an_instance_is_what_the_library_would_make(
    shape: dict[str, bool], x: Any, y: Any, hidden: Any, named: Any
) -> None:
    ours, theirs = point(quick, shape), point(dataclasses.dataclass, shape)
    mine, other = ours(x, y, hidden=hidden, named=named), theirs(x, y, hidden=hidden, named=named)
    assert repr(mine) == repr(other)
    assert [getattr(mine, f.name) for f in fields(mine)] == [
        getattr(other, f.name) for f in fields(other)
    ]
    assert repr(asdict(mine)) == repr(asdict(other))
    assert repr(replace(mine, y=3)) == repr(replace(other, y=3))
    assert repr(copy.deepcopy(mine)) == repr(copy.deepcopy(other))
    for a, b in ((x, x), (x, y), (y, x)):
        assert (ours(a) == ours(b)) == (theirs(a) == theirs(b))
    assert mine != other
    assert ours.__match_args__ == theirs.__match_args__
    assert ours(1).tags is not ours(1).tags


@pytest.mark.parametrize("shape", SHAPES)
def test_what_may_not_be_done_raises_what_the_library_raises(shape: dict[str, bool]) -> None:
    for act in (
        lambda made: made(),
        lambda made: made(1, 2, [], 3, "named by place"),
        lambda made: made(1, unknown=2),
        lambda made: setattr(made(1), "x", 2),
        lambda made: delattr(made(1), "x"),
        lambda made: hash(made(1)),
        lambda made: len({hash(one) for one in (made(1, tags=()), made(1, tags=()))}) == 1,
    ):
        ours, theirs = point(quick, shape), point(dataclasses.dataclass, shape)
        assert outcome(act, ours) == outcome(act, theirs)


def outcome(act: Callable[[Any], Any], made: Any) -> Any:
    """What comes of it: the kind of its error, or whether it said no."""
    try:
        return act(made) is False
    except Exception as error:
        return type(error)


def test_a_class_below_another_has_the_fields_of_both() -> None:
    @quick(frozen=True, slots=True)
    class Base:
        """A base."""

        a: int

        def doubled(self) -> int:
            return self.a * 2

    @quick(frozen=True, slots=True)
    class Below(Base):
        """Below it."""

        b: int = 1

    assert repr(Below(1)).endswith("Below(a=1, b=1)")
    assert Below(1) == Below(1, 1) != Below(2)
    assert Below(2).doubled() == 4
    assert Base(1) != Below(1), "another class is never equal"
    with pytest.raises(FrozenInstanceError):
        Below(1).a = 2  # type: ignore[misc]


@quick(frozen=True, slots=True)
class Kept:
    """One that is kept on disk."""

    a: int
    b: tuple[int, ...] = ()


def test_an_instance_survives_being_kept() -> None:
    assert pickle.loads(pickle.dumps(Kept(1, (2,)))) == Kept(1, (2,))


def test_own_methods_stay() -> None:
    @quick(frozen=True)
    class Own:
        """One that compares, hashes and names itself."""

        a: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 1

        def __repr__(self) -> str:
            return "own"

    assert Own(1) == Own(2)
    assert (hash(Own(1)), repr(Own(3))) == (1, "own")


def test_an_instance_within_itself_is_named_once() -> None:
    @quick
    class Loop:
        """One that may hold itself."""

        inner: Any = None

    loop = Loop()
    loop.inner = loop
    assert repr(loop).endswith("Loop(inner=...)")


def test_every_module_takes_it() -> None:
    """But for the one whose classes order themselves, which is not done here."""
    room = Path(tierwise.__file__).parent
    taken = [
        path.relative_to(room).as_posix()
        for path in sorted(room.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"from dataclasses import (.*, )?dataclass\b", line)
    ]
    assert taken == ["core/document.py"], "the others import core.dataclass, which costs less"

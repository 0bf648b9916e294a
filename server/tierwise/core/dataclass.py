"""Dataclasses that are quick to import: a class gets its `__init__` with its first instance.

The library compiles up to seven methods per class while the class is defined, a third of a
millisecond each time, and a server has hundreds of classes that its first answer does not use.
Here the library finds the fields; `__init__` is compiled for the first instance, and the other
methods are closures over the fields' names. They do what the library's do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final

__all__ = ["dataclass"]

_NEW: Final = object()
"""Default of a parameter whose value the field's factory makes."""

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """The library's decorator, as far as it is used here."""

        def made(given):
            return _made(given, frozen=frozen, slots=slots, eq=eq)

        return made if cls is None else made(cls)


def _made(given: type[Any], *, frozen: bool, slots: bool, eq: bool) -> type[Any]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        init = _init(made, frozen=frozen)
        made.__init__ = init
        init(self, *args, **kwargs)

    def __eq__(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    def __hash__(self: Any) -> int:
        return hash(hashed(self))

    def __setattr__(self: Any, name: str, value: object) -> None:
        if type(self) is made or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(made, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is made or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(made, self).__delattr__(name)

    methods: dict[str, Any] = {"__init__": __init__, "__repr__": _repr}
    if eq:
        methods["__eq__"] = __eq__
        if given.__dict__.get("__hash__") is None:
            # A class with an `__eq__` of its own is not hashable in Python unless it is frozen.
            given.__hash__ = __hash__ if frozen else None  # type: ignore[assignment]
    if frozen:
        methods |= {"__setattr__": __setattr__, "__delattr__": __delattr__}
    if frozen and slots:
        methods |= {"__getstate__": _getstate, "__setstate__": _setstate}
    for name, method in methods.items():
        if name not in given.__dict__:
            setattr(given, name, method)
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(given)
    found = fields(made)
    names = {field.name for field in found}
    compared = _getter([f.name for f in found if f.compare])
    hashed = _getter([f.name for f in found if (f.compare if f.hash is None else f.hash)])
    return made


def _getter(names: Sequence[str]) -> Callable[[Any], Any]:
    """Make a function that returns these attributes of an instance as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: tuple(getattr(instance, name) for name in names)


def _init(cls: type[Any], *, frozen: bool) -> Callable[..., None]:
    """Compile the `__init__` of a class."""
    scope: dict[str, Any] = {"_new": _NEW, "_set": object.__setattr__}
    by_place, by_name = ["self"], list[str]()
    body: list[str] = []
    for field in fields(cls):
        param, value = _param(field, scope)
        if field.init:
            (by_name if field.kw_only else by_place).append(param)
        elif field.default_factory is not MISSING:
            value = f"_of_{field.name}()"
        elif field.default is not MISSING:
            value = f"_of_{field.name}"
        else:
            continue
        name = field.name
        body.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    params = ", ".join([*by_place, *(["*", *by_name] if by_name else [])])
    exec(f"def __init__({params}):\n " + "\n ".join(body or ["pass"]), scope)
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _param(field: Field[Any], scope: dict[str, Any]) -> tuple[str, str]:
    """The source of a field's parameter and of the value it is set to.

    Defaults go into the scope.
    """
    name = field.name
    if field.default_factory is not MISSING:
        scope[f"_of_{name}"] = field.default_factory
        return f"{name}=_new", f"_of_{name}() if {name} is _new else {name}"
    if field.default is not MISSING:
        scope[f"_of_{name}"] = field.default
        return f"{name}=_of_{name}", name
    return name, name


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in fields(self)]


def _setstate(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)

"""Makes a configuration of given keys.

A key that does not fit is dropped by itself and reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from tierwise.config.lines import Where
from tierwise.config.mistakes import UNKNOWN, Mistake, Source, of_error
from tierwise.config.model import LEAST_REDO_USD, MOST_REDO_USD, Config

OLD_TARGET: Final = 0.80
"""The confidence target that was the default while a target chose the tier."""
PRIVATE: Final = (("store",),)
"""Sections whose values no message repeats: an address may hold a password."""
MOST: Final = 64
"""With this many mistakes in one source, nothing of that source is used."""


def validated(
    base: dict[str, Any], extra: Mapping[str, Any], source: Source, found: list[Mistake]
) -> Config:
    """The configuration of `base` (known good) with `extra` over it.

    Keys that do not fit are dropped one by one, each with a mistake that is added to `found`. With
    `MOST` mistakes nothing of `extra` is used.
    """
    data = _merged(base, extra)
    for _ in range(MOST):
        try:
            return Config.model_validate(data)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = problem["loc"]
            kept = _lookup(base, where)
            stays = "***" if where[:1] in PRIVATE else repr(kept)
            instead = f"{stays} stays" if kept is not None else "the default is used"
            found.append(of_error(source, problem, instead))
            if problem["type"] != UNKNOWN or not _remove(data, where):
                _drop(data, where, base)
    found.append(source.mistake((), "more than 64 mistakes, so nothing of it is used", holds=True))
    return Config.model_validate(base)


def consistent(config: Config, source: Source, found: list[Mistake]) -> Config:
    """Check that tier names exist and that no tier is named twice. What does not fit is reported in
    `found` and dropped, except an unknown name in a `fallback`, which stays.

    A redo cost out of range is clamped.
    """
    config = _weighed(config, source, found)
    names = [t.name for t in config.tiers]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        found.append(source.mistake(("tiers",), f"there are two tiers '{twice}'", holds=True))
        config = config.model_copy(update={"tiers": ()})
    known = config.ladder().names

    def drop(where: Where, value: object, *, holds: bool = False) -> None:
        what = f"{where[0]}: there is no tier '{value}' ({', '.join(known)})"
        found.append(source.mistake(where, what, holds=holds, instead="it is ignored"))

    for number, tier in enumerate(config.tiers):
        for name in tier.fallback or ():
            if name not in known:
                drop(("tiers", number, "fallback"), name, holds=True)
    remap = {a: b for a, b in config.remap.items() if a in known and b in known}
    for a, b in config.remap.items():
        if a not in remap:
            drop(("remap", a), a if a not in known else b)
    paths = {p: t for p, t in config.floors.paths.items() if t in known}
    actions = {a: t for a, t in config.floors.actions.items() if t in known}
    for tier_name in {*config.floors.paths.values(), *config.floors.actions.values()} - set(known):
        drop(("floors",), tier_name)
    pin, cap, baseline = config.pins.project, config.max_tier, config.baseline
    if baseline is not None and baseline not in known:
        drop(("baseline",), baseline)
        baseline = None
    if pin is not None and pin not in known:
        drop(("pins", "project"), pin)
        pin = None
    if cap is not None and cap not in known:
        drop(("max_tier",), cap, holds=True)
        cap = None
    return config.model_copy(
        update={
            "baseline": baseline,
            "remap": remap,
            "floors": config.floors.model_copy(update={"paths": paths, "actions": actions}),
            "pins": config.pins.model_copy(update={"project": pin}),
            "max_tier": cap,
        }
    )


def _weighed(config: Config, source: Source, found: list[Mistake]) -> Config:
    """Clamp `redo_cost_usd` to its range. Ignore a `confidence_target` that is the old default."""
    redo = config.redo_cost_usd
    if redo is not None and redo != config.redo_cost:
        what = f"redo_cost_usd: {redo:g} is outside {LEAST_REDO_USD:g} to {MOST_REDO_USD:g}"
        instead = f"{config.redo_cost:g} is used"
        found.append(source.mistake(("redo_cost_usd",), what, holds=False, instead=instead))
        config = config.model_copy(update={"redo_cost_usd": config.redo_cost})
    if config.confidence_target == OLD_TARGET:
        what = (
            "confidence_target: 0.80 was the default of earlier versions and is no longer applied"
        )
        instead = "write 0.801 to keep it as a floor"
        found.append(source.mistake(("confidence_target",), what, holds=False, instead=instead))
        config = config.model_copy(update={"confidence_target": None})
    return config


def plain(config: Config) -> dict[str, Any]:
    """The keys of a configuration that were set. Keys that nobody set are left out."""
    return config.model_dump(exclude_unset=True)


def _merged(base: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    result = deepcopy(dict(base))
    for key, value in extra.items():
        own = result.get(key)
        if isinstance(own, dict) and isinstance(value, Mapping):
            result[key] = {**own, **deepcopy(dict(value))}
        else:
            result[key] = deepcopy(value)
    return result


def _lookup(data: object, where: tuple[int | str, ...]) -> object:
    for part in where:
        if not isinstance(data, Mapping):
            return None
        data = data.get(part)
    return data


def _remove(data: object, where: Where) -> bool:
    """Remove a single key, inside lists too. Returns False where it is not found."""
    for part in where[:-1]:
        if isinstance(data, Mapping):
            data = data.get(part, data.get(to_camel(str(part))))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return False
    return isinstance(data, dict) and data.pop(where[-1], None) is not None


def _drop(data: dict[str, Any], where: tuple[int | str, ...], base: Mapping[str, Any]) -> None:
    """Put the known good value back at `where`, or remove the nearest key that can go."""
    node: Any = data
    for depth, part in enumerate(where):
        last = depth == len(where) - 1
        if isinstance(node, dict) and part not in node and to_camel(str(part)) in node:
            part = to_camel(str(part))
        if not isinstance(node, dict) or part not in node or isinstance(node[part], (list, tuple)):
            last = True
        if last:
            key = part if isinstance(node, dict) and part in node else None
            if key is None:
                data.pop(str(where[0]), None)
            else:
                kept = _lookup(base, where[: depth + 1])
                node.pop(key)
                if kept is not None:
                    node[key] = deepcopy(kept)
            return
        node = node[part]

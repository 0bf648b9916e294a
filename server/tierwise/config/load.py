"""Reading the configuration: which source may set what, and what happens to the rest.

Sources in order: the operator's file, the editor's settings, the repository's file. A
mistake costs the key it is in, never the others: the message names file, key and what is
used instead.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from tierwise.config.model import Config

REPOSITORY_FILE: Final = ".tierwise.toml"

NOT_OVER_LSP: Final = frozenset({"tiers", "verify", "prices"})
"""Top keys that choose endpoints, keys or programs: a server cannot tell a user's setting
from a workspace's, so they come from the operator's file alone."""

REPOSITORY_MAY: Final = frozenset({"budget", "max_tier", "ignore", "floors"})
"""Top keys a repository may set, each only to tighten."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration and what the operator should be told about it, one sentence each."""

    config: Config
    notices: tuple[str, ...] = ()


def load(
    operator_file: Path,
    *,
    settings: Mapping[str, object] | None = None,
    repository: Path | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Loaded:
    """The configuration from all sources. Never raises; `repository` is None when untrusted.

    `accepted` names what the operator agreed to of a repository's proposals ("floors").
    """
    notices: list[str] = []
    config = _validated({}, _read(operator_file, notices), str(operator_file.name), notices)
    if settings:
        config = _with_settings(config, settings, notices)
    if repository is not None:
        found = _read(repository / REPOSITORY_FILE, notices)
        config = _tightened(config, found, accepted, notices)
    return Loaded(_consistent(config, notices), tuple(notices))


def _read(path: Path, notices: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        notices.append(f"{path.name} cannot be read ({type(error).__name__}); it is not used.")
    except tomllib.TOMLDecodeError as error:
        notices.append(f"{path.name} is not valid TOML ({error}); it is not used.")
    return {}


def _validated(
    base: dict[str, Any], extra: Mapping[str, Any], source: str, notices: list[str]
) -> Config:
    """`base` (known good) with `extra` over it; keys that do not fit are dropped, one by one."""
    data = _merged(base, extra)
    for _ in range(64):
        try:
            return Config.model_validate(data)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = problem["loc"]
            _drop(data, where, base)
            shown = ".".join(str(part) for part in where)
            kept = _lookup(base, where)
            instead = f"{kept!r} stays" if kept is not None else "the default is used"
            notices.append(f"{source}: {shown}: {problem['msg']}; {instead}.")
    return Config.model_validate(base)


def _with_settings(config: Config, settings: Mapping[str, object], notices: list[str]) -> Config:
    data = _snake(settings)
    for key in sorted(NOT_OVER_LSP & data.keys()):
        del data[key]
        notices.append(
            f"'{key}' in the editor's settings is ignored: set it in the configuration file."
        )
    budget = data.get("budget")
    if isinstance(budget, dict):
        _never_raise(config, budget, "the editor's settings", notices)
    return _validated(_plain(config), data, "editor settings", notices)


def _tightened(
    config: Config, found: Mapping[str, Any], accepted: frozenset[str], notices: list[str]
) -> Config:
    data: dict[str, Any] = {}
    for key, value in found.items():
        if key not in REPOSITORY_MAY:
            notices.append(f"{REPOSITORY_FILE}: '{key}' is ignored: a repository may not set it.")
        else:
            data[key] = deepcopy(value)
    budget = data.get("budget")
    if isinstance(budget, dict):
        for key in [k for k in budget if k not in ("day_usd", "project_usd")]:
            del budget[key]
            notices.append(f"{REPOSITORY_FILE}: 'budget.{key}' is ignored.")
        _never_raise(config, budget, REPOSITORY_FILE, notices)
    cap, ladder = data.get("max_tier"), config.ladder()
    own_cap = config.max_tier
    if own_cap in ladder and cap in ladder and ladder.rank(str(cap)) > ladder.rank(str(own_cap)):
        del data["max_tier"]
    if isinstance(data.get("ignore"), dict):
        own = data["ignore"].get("patterns") or ()
        data["ignore"] = {"patterns": [*config.ignore.patterns, *own]}
    if "floors" in data and "floors" not in accepted:
        del data["floors"]
        notices.append(
            f"{REPOSITORY_FILE} asks for floors, which would cost more; they are not used."
        )
    return _validated(_plain(config), data, REPOSITORY_FILE, notices)


def _never_raise(config: Config, budget: dict[str, Any], source: str, notices: list[str]) -> None:
    """Drop caps that would be higher than the operator's own."""
    for key in ("day_usd", "project_usd"):
        own, wanted = getattr(config.budget, key), budget.get(key)
        if key in budget and (
            wanted is None
            or (own is not None and isinstance(wanted, (int, float)) and wanted > own)
        ):
            del budget[key]
            notices.append(f"{source}: 'budget.{key}' may only lower the budget; it is ignored.")


def _consistent(config: Config, notices: list[str]) -> Config:
    """Tier names that exist, no tier twice; what does not fit is dropped with a notice."""
    names = [t.name for t in config.tiers]
    if len(set(names)) != len(names):
        notices.append("tiers: a name appears twice; the shipped tiers are used.")
        config = config.model_copy(update={"tiers": ()})
    known = config.ladder().names

    def drop(key: str, value: object) -> None:
        notices.append(f"{key}: there is no tier '{value}' ({', '.join(known)}); it is ignored.")

    remap = {a: b for a, b in config.remap.items() if a in known and b in known}
    for a, b in config.remap.items():
        if a not in remap:
            drop("remap", a if a not in known else b)
    paths = {p: t for p, t in config.floors.paths.items() if t in known}
    actions = {a: t for a, t in config.floors.actions.items() if t in known}
    for tier in {*config.floors.paths.values(), *config.floors.actions.values()} - set(known):
        drop("floors", tier)
    pin, cap = config.pins.project, config.max_tier
    if pin is not None and pin not in known:
        drop("pins.project", pin)
        pin = None
    if cap is not None and cap not in known:
        drop("max_tier", cap)
        cap = None
    return config.model_copy(
        update={
            "remap": remap,
            "floors": config.floors.model_copy(update={"paths": paths, "actions": actions}),
            "pins": config.pins.model_copy(update={"project": pin}),
            "max_tier": cap,
        }
    )


def _plain(config: Config) -> dict[str, Any]:
    return config.model_dump(exclude_unset=True)


def _snake(settings: Mapping[str, object]) -> dict[str, Any]:
    """Settings with snake_case keys, two levels deep; deeper keys are names, not ours."""
    return {
        to_snake(key): (
            {to_snake(k): v for k, v in value.items()} if isinstance(value, Mapping) else value
        )
        for key, value in settings.items()
        if value is not None
    }


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


def _drop(data: dict[str, Any], where: tuple[int | str, ...], base: Mapping[str, Any]) -> None:
    """Put the known good value back at `where`, or remove the nearest key that can go."""
    node: Any = data
    for depth, part in enumerate(where):
        last = depth == len(where) - 1
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

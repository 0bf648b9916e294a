"""Reading the configuration: which source may set what, and what happens to the rest.

Sources in order: the operator's file, the editor's settings, the repository's file. A
mistake costs the key it is in, never the others: the message names file, key and what is
used instead.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from tierwise.config.model import Config
from tierwise.config.sources import SOURCES, May
from tierwise.core.tiers import Ladder

REPOSITORY_FILE: Final = ".tierwise.toml"
SETTINGS: Final = "editor settings"
LARGEST_FILE: Final = 1_000_000
"""Bytes of a configuration file; anything larger is a mistake or an attack."""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """Something a repository wants that would cost more: inactive until `digest` is accepted.

    The digest is of key and value, so that a changed wish is a new question.
    """

    key: str
    digest: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration and what the operator should be told about it, one sentence each."""

    config: Config
    notices: tuple[str, ...] = ()
    asks: tuple[ConsentRequest, ...] = ()


def load(
    operator_file: Path,
    *,
    settings: Mapping[str, object] | None = None,
    repository: Path | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Loaded:
    """The configuration from all sources. Never raises; `repository` is None when untrusted.

    `accepted` holds the digests of a repository's asks that the operator agreed to.
    """
    notices: list[str] = []
    config = _validated({}, _read(operator_file, notices), operator_file.name, notices)
    config = _consistent(config, notices)
    asks: tuple[ConsentRequest, ...] = ()
    if isinstance(settings, Mapping) and settings:
        wanted = _over(config, _snake(settings), SETTINGS, notices)
        config, _ = _governed(config, wanted, SETTINGS, accepted, notices)
    if repository is not None:
        found = _read(repository / REPOSITORY_FILE, notices)
        wanted = _over(config, found, REPOSITORY_FILE, notices)
        config, asks = _governed(config, wanted, REPOSITORY_FILE, accepted, notices)
    return Loaded(_consistent(config, notices), tuple(notices), asks)


def leaf(config: Config, key: str) -> object:
    """The value of a leaf of `SOURCES`, such as `budget.day_usd`."""
    value: object = config
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _governed(
    own: Config, wanted: Config, source: str, accepted: frozenset[str], notices: list[str]
) -> tuple[Config, tuple[ConsentRequest, ...]]:
    """`wanted`, with every leaf put back that this source may not set like that.

    Both sides are validated before they are compared, so that no spelling of a value (a
    number in quotes, a key in another case) gets past the comparison.
    """
    asks: list[ConsentRequest] = []
    for key, rule in SOURCES.items():
        before, after = leaf(own, key), leaf(wanted, key)
        if before == after:
            continue
        may: May = rule.settings if source == SETTINGS else rule.repository
        if may == "any":
            continue
        if may == "tighten" and rule.tighter is not None and rule.tighter(before, after, own):
            continue
        instead = before
        if may == "ask":
            ask = ConsentRequest(key, _digest(key, after), _sentence(source, key, after))
            if ask.digest in accepted:
                instead = _raised(before, after, own.ladder())
            else:
                asks.append(ask)
        elif may == "tighten":
            notices.append(f"{source}: '{key}' may only be made tighter there; it is ignored.")
        else:
            notices.append(
                f"{source}: '{key}' is ignored: it is set in the configuration file alone."
            )
        wanted = _with_leaf(wanted, key, instead)
    return wanted, tuple(asks)


def _with_leaf(config: Config, key: str, value: object) -> Config:
    section, _, name = key.partition(".")
    if not name:
        return config.model_copy(update={section: value})
    inner = getattr(config, section).model_copy(update={name: value})
    return config.model_copy(update={section: inner})


def _raised(own: object, wanted: object, ladder: Ladder) -> object:
    """Floors of both; where both name a path or an action, the higher one."""
    if not isinstance(own, dict) or not isinstance(wanted, dict):
        return own
    result = dict(own)
    for name, tier in wanted.items():
        if tier in ladder:
            known = result.get(name)
            result[name] = ladder.higher(str(known), tier) if known in ladder else tier
    return result


def _sentence(source: str, key: str, value: object) -> str:
    """What a repository wishes for, as the operator is asked about it: whole, since it costs."""
    wish = value if isinstance(value, dict) else {}
    named = [f"{str(name)[:80]} at least {tier}" for name, tier in list(wish.items())[:5]]
    rest = f" and {len(wish) - 5} more" if len(wish) > 5 else ""
    return f"{source} asks for {key} ({', '.join(named)}{rest}), which would cost more."


def _digest(key: str, value: object) -> str:
    text = json.dumps([key, value], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _read(path: Path, notices: list[str]) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():
            notices.append(f"{path.name} is not a file; it is not used.")
            return {}
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            notices.append(f"{path.name} is larger than {LARGEST_FILE:,} bytes; it is not used.")
            return {}
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        notices.append(f"{path.name} cannot be read ({type(error).__name__}); it is not used.")
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        notices.append(f"{path.name} is not valid TOML ({why}); it is not used.")
    return {}


def _over(own: Config, found: Mapping[str, Any], source: str, notices: list[str]) -> Config:
    """The own configuration with a source's keys over it; ignore patterns are added."""
    data = deepcopy(dict(found))
    ignore = data.get("ignore")
    if isinstance(ignore, dict) and isinstance(ignore.get("patterns"), list):
        reopening = [p for p in ignore["patterns"] if isinstance(p, str) and p.startswith("!")]
        if reopening:
            notices.append(f"{source}: ignore.patterns may only ignore more; '!' is not used.")
        ignore["patterns"] = [
            *own.ignore.patterns,
            *(p for p in ignore["patterns"] if p not in reopening and p not in own.ignore.patterns),
        ]
    return _validated(_plain(own), data, source, notices)


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
    pin, cap, baseline = config.pins.project, config.max_tier, config.baseline
    if baseline is not None and baseline not in known:
        drop("baseline", baseline)
        baseline = None
    if pin is not None and pin not in known:
        drop("pins.project", pin)
        pin = None
    if cap is not None and cap not in known:
        drop("max_tier", cap)
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


def _plain(config: Config) -> dict[str, Any]:
    return config.model_dump(exclude_unset=True)


def _snake(settings: Mapping[str, object]) -> dict[str, Any]:
    """Settings with snake_case keys, two levels deep; deeper keys are names, not ours."""
    return {
        to_snake(key): (
            {to_snake(k): v for k, v in value.items() if v is not None}
            if isinstance(value, Mapping)
            else value
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

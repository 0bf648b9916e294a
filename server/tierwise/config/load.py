"""Reading the configuration: which source may set what, and what happens to the rest.

Sources in order: the operator's file, the editor's settings, the repository's file. A mistake costs
the key that it is in, not the others (unless there are very many). A message names the source, the
line in a file, the key, and what is used in its place. While the operator's file or the editor's
settings have a mistake in what bounds money, chooses a server or keeps files from being sent, no
paid call is made.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from pydantic.alias_generators import to_snake

from tierwise.config import checking
from tierwise.config.mistakes import GUARDED, SENT, Mistake, Source
from tierwise.config.model import Config
from tierwise.config.sources import SOURCES, May
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Ladder

S = TypeVar("S", bound=BaseModel)

REPOSITORY_FILE: Final = ".tierwise.toml"
SETTINGS: Final = "editor settings"
_NAMED: Final = frozenset({"remap", "verify"})
"""Tables whose keys are names of tiers or languages."""
LARGEST_FILE: Final = 1_000_000
"""Bytes of a configuration file; anything larger is a mistake or an attack."""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """Something a repository wants that would cost more. It is inactive until `digest` is accepted.

    The digest is of key and value, so that a repository that wants something else asks again.
    """

    key: str
    digest: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, and sentences about it that the operator should see.

    `holds` are those of the `notices` because of which no paid call is made.
    """

    config: Config
    notices: tuple[str, ...] = ()
    asks: tuple[ConsentRequest, ...] = ()
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorConfig:
    """The operator's own file as it was read: its configuration, and the mistakes in it."""

    config: Config
    source: Source
    mistakes: tuple[Mistake, ...] = ()

    @property
    def holds(self) -> tuple[str, ...]:
        """Why no paid call is made; empty where calls are made."""
        return tuple(one.sentence for one in self.mistakes if one.holds)


def operator_config(path: Path) -> OperatorConfig:
    """Read the operator's own file. Never raises: while it cannot be read, no paid call is made."""
    found: list[Mistake] = []
    data, source = _read(path, found, guarded=GUARDED)
    config = checking.consistent(checking.validated({}, data, source, found), source, found)
    return OperatorConfig(config, source, tuple(found))


def load(
    operator: Path | OperatorConfig,
    *,
    settings: Mapping[str, object] | None = None,
    repository: Path | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Loaded:
    """The configuration from all sources. Never raises.

    `operator` is the operator's file, or what was read of it. `repository` is the folder with the
    repository's file, None if the workspace is not trusted. `accepted` holds the digests of the
    repository's consent requests that the operator agreed to.
    """
    own = operator if isinstance(operator, OperatorConfig) else operator_config(operator)
    config, found = own.config, list(own.mistakes)
    asks: tuple[ConsentRequest, ...] = ()
    if isinstance(settings, Mapping) and settings:
        source = Source(SETTINGS, guarded=SENT)
        wanted = _over(config, _snake(settings), source, found)
        if wanted.max_tier is not None and wanted.max_tier not in config.ladder():
            what = f"max_tier: there is no tier '{wanted.max_tier}'"
            found.append(source.mistake(("max_tier",), what, holds=True))
        config, _ = _governed(config, wanted, SETTINGS, accepted, found)
        config = checking.consistent(config, source, found)
    if repository is not None:
        data, source = _read(repository / REPOSITORY_FILE, found, guarded=frozenset())
        wanted = _over(config, data, source, found)
        config, asks = _governed(config, wanted, REPOSITORY_FILE, accepted, found)
        config = checking.consistent(config, source, found)
    return Loaded(
        config,
        tuple(dict.fromkeys(one.sentence for one in found)),
        asks,
        tuple(dict.fromkeys(one.sentence for one in found if one.holds)),
    )


def leaf(config: Config, key: str) -> object:
    """The value of one key of the configuration, named as in a file: `budget.day_usd`."""
    value: object = config
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _governed(
    own: Config, wanted: Config, source: str, accepted: frozenset[str], found: list[Mistake]
) -> tuple[Config, tuple[ConsentRequest, ...]]:
    """`wanted`, with every leaf put back to `own` that this source may not set in this way.

    Both sides are validated before they are compared, so that no spelling of a value (a
    number in quotes, a key in another case) gets past the comparison. What the operator accepted is
    joined with `own`. Also returns the requests that still wait for the operator's consent.
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
            found.append(
                Mistake(f"{source}: '{key}' may only be made tighter there; it is ignored.")
            )
        else:
            found.append(
                Mistake(f"{source}: '{key}' is ignored: it is set in the configuration file alone.")
            )
        wanted = _with_leaf(wanted, key, instead)
    return wanted, tuple(asks)


def _with_leaf(config: Config, key: str, value: object) -> Config:
    return _put(config, key, value)


def _put(section: S, key: str, value: object) -> S:
    """A copy of a section in which one leaf is set; `key` is dotted and begins in this section."""
    name, _, below = key.partition(".")
    inner = _put(getattr(section, name), below, value) if below else value
    return section.model_copy(update={name: inner})


def _raised(own: object, wanted: object, ladder: Ladder) -> object:
    """Join two sets of floors. Where both name a path or an action, the higher floor holds."""
    if not isinstance(own, dict) or not isinstance(wanted, dict):
        return own
    result = dict(own)
    for name, tier in wanted.items():
        if tier in ladder:
            known = result.get(name)
            result[name] = ladder.higher(str(known), tier) if known in ladder else tier
    return result


def _sentence(source: str, key: str, value: object) -> str:
    """The question to the operator about what a repository wants.

    It gives the wish in full, because it costs money.
    """
    wish = value if isinstance(value, dict) else {}
    named = [f"{str(name)[:80]} at least {tier}" for name, tier in list(wish.items())[:5]]
    rest = f" and {len(wish) - 5} more" if len(wish) > 5 else ""
    return f"{source} asks for {key} ({', '.join(named)}{rest}), which would cost more."


def _digest(key: str, value: object) -> str:
    text = json.dumps([key, value], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _read(
    path: Path, found: list[Mistake], *, guarded: frozenset[str]
) -> tuple[dict[str, Any], Source]:
    """The keys of a file, and where they come from. A missing file has no keys."""
    name, why = path.name, ""
    try:
        if path.exists() and not path.is_file():
            why = "it is not a file"
        else:
            with path.open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
            text = data.decode("utf-8-sig")
            if len(data) <= LARGEST_FILE:
                return tomllib.loads(text), Source(name, text, guarded)
            why = f"it is larger than {LARGEST_FILE:,} bytes"
    except FileNotFoundError:
        return {}, Source(name, guarded=guarded)
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except OSError as error:
        why = f"it cannot be read ({type(error).__name__})"
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        why = f"it is not valid TOML ({said})"
    source = Source(name, guarded=guarded)
    found.append(source.mistake((), why, holds=True, instead="it is not used"))
    return {}, source


def _over(own: Config, keys: Mapping[str, Any], source: Source, found: list[Mistake]) -> Config:
    """The configuration so far (`own`) with a source's keys over it.

    Patterns of files to ignore are added to those of `own`. A pattern with `!`, which would take
    files out again, is left out with a notice.
    """
    data = deepcopy(dict(keys))
    for section, key, had in (
        ("ignore", "patterns", own.ignore.patterns),
        ("index", "exclude", own.index.exclude),
    ):
        part = data.get(section)
        if isinstance(part, dict) and isinstance(part.get(key), list):
            reopening = [p for p in part[key] if isinstance(p, str) and p.startswith("!")]
            if reopening:
                what = f"{section}.{key} may only ignore more; '!' is not used."
                found.append(Mistake(f"{source.name}: {what}"))
            more = (p for p in part[key] if p not in reopening and p not in had)
            part[key] = [*had, *more]
    return checking.validated(checking.plain(own), data, source, found)


def _snake(settings: Mapping[str, object]) -> dict[str, Any]:
    """Settings with keys in snake_case, two levels deep.

    The keys of a table that has names chosen by others, such as tiers in `remap`, stay as they are,
    and so do deeper ones.
    """
    found: dict[str, Any] = {}
    for name, value in settings.items():
        key = to_snake(name)
        if isinstance(value, Mapping):
            own = key not in _NAMED
            value = {to_snake(k) if own else k: v for k, v in value.items() if v is not None}
        if value is not None:
            found[key] = value
    return found

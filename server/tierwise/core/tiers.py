"""Tiers: an ordered list of model settings, cheapest first. A fourth tier is data, not code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import UnknownTier

ALL_FEATURES: Final[frozenset[str]] = frozenset(("caching", "thinking", "effort", "tools"))

CONTEXT_TOKENS: Final = 24_000
"""Context tokens sent at most: below the prompt band at which the cheapest model gets dear."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A name the operator sees and the model call behind it.

    - `max_tokens` caps the answer (tokens). `context_tokens` bounds the context that is sent beside
      the selection.
    - `fallback` names tiers to try when this one is unavailable; `None` means the next tier up,
      where the same key pays for it.
    - `elsewhere` holds other models or servers for the same tier (places). They are tried before
      any other tier.
    - `features` lists what the server at `base_url` understands beyond plain messages.
    - `api_key_env` names an environment variable; the key itself is never stored here. An empty
      name beside a `base_url` says that the server needs none.
    """

    name: str
    model: str
    max_tokens: int
    effort: str | None = None
    base_url: str | None = None
    api_key_env: str = "ANTHROPIC_API_KEY"
    fallback: tuple[str, ...] | None = None
    features: frozenset[str] = field(default=ALL_FEATURES)
    elsewhere: tuple[Tier, ...] = ()
    context_tokens: int = CONTEXT_TOKENS

    @property
    def endpoint_id(self) -> str:
        """Which endpoint answers: the model, and its server where that is not the default one."""
        return self.model if self.base_url is None else f"{self.model} at {self.base_url}"

    @property
    def places(self) -> tuple[Tier, ...]:
        """This model at its server, then the same tier's others at theirs, in the order they are
        tried.
        """
        return (self, *self.elsewhere)

    @property
    def label(self) -> str:
        """The name as shown: `haiku` reads "Haiku"."""
        return self.name[:1].upper() + self.name[1:]


@dataclass(frozen=True)
class Ladder:
    """The tiers in order, cheapest first; at least one, names unique."""

    tiers: tuple[Tier, ...]
    _index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {t.name: i for i, t in enumerate(self.tiers)})

    def __iter__(self) -> Iterator[Tier]:
        return iter(self.tiers)

    def __len__(self) -> int:
        return len(self.tiers)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(t.name for t in self.tiers)

    @property
    def key_names(self) -> frozenset[str]:
        """The environment variables that hold a key of any tier, at any of its servers."""
        places = (place for tier in self.tiers for place in tier.places)
        return frozenset(place.api_key_env for place in places if place.api_key_env)

    @property
    def cheapest(self) -> str:
        return self.tiers[0].name

    @property
    def top(self) -> str:
        return self.tiers[-1].name

    def rank(self, name: str) -> int:
        """Position of a tier, 0 for the cheapest. Raises `UnknownTier`."""
        try:
            return self._index[name]
        except KeyError:
            raise UnknownTier(name, self.names) from None

    def get(self, name: str) -> Tier:
        """The tier of that name. Raises `UnknownTier`, which lists the names there are."""
        return self.tiers[self.rank(name)]

    def above(self, name: str) -> str | None:
        """The next tier up, or `None` at the top."""
        rank = self.rank(name) + 1
        return self.tiers[rank].name if rank < len(self.tiers) else None

    def stand_ins(self, name: str) -> tuple[str, ...]:
        """The tiers that may answer in place of this one without asking the operator.

        They are those of its `fallback` list. A tier without a list has the tier above it, if both
        use the same API key: only the operator may decide that another key pays.
        """
        tier = self.get(name)
        if tier.fallback is not None:
            return tuple(other for other in tier.fallback if other in self and other != name)
        up = self.above(name)
        return (up,) if up and self.get(up).api_key_env == tier.api_key_env else ()

    @property
    def fallbacks(self) -> Mapping[str, tuple[str, ...]]:
        """For each tier, the tiers that may replace it when it fails. A tier is left out if it has
        no list of its own and the one above may replace it.
        """
        found = {}
        for tier in self.tiers:
            up = self.above(tier.name)
            stand_ins = self.stand_ins(tier.name)
            if tier.fallback is not None or (up is not None and not stand_ins):
                found[tier.name] = stand_ins
        return found

    def below(self, name: str) -> str | None:
        """The next tier down, or `None` at the bottom."""
        rank = self.rank(name)
        return self.tiers[rank - 1].name if rank else None

    def higher(self, a: str, b: str) -> str:
        """The higher one of two tiers."""
        return a if self.rank(a) >= self.rank(b) else b


DEFAULT_LADDER: Final = Ladder(
    (
        Tier("haiku", "claude-haiku-5-5", 4096),
        Tier("sonnet", "claude-sonnet-5-5", 8192),
        Tier("opus", "claude-opus-5-5", 16384),
    )
)
"""The shipped tiers. Each caps its answers (`max_tokens`), since a call reserves the cost of the
longest answer."""

"""The configuration tree with all its defaults. Keys are snake_case here and in TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tierwise.core import address
from tierwise.core.actions import Action
from tierwise.core.money import to_nanos
from tierwise.core.tiers import ALL_FEATURES, CONTEXT_TOKENS, DEFAULT_LADDER, Ladder, Tier

Feature = Literal["caching", "thinking", "effort", "tools", "edit_tool"]


def _number(value: object) -> object:
    """Refuse true and false as numbers: `day_usd = true` is a mistake, not a dollar."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")
    return value


def _address(value: str) -> str:
    """An address of a server that requests can be sent to."""
    if not address.usable(value):
        raise ValueError("an address begins with http:// or https:// and names a host")
    return address.base(value)


def _zone(value: str) -> str:
    """A time zone that is known."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone '{value[:60]}'") from None
    return value


Number = BeforeValidator(_number)
Share = Annotated[float, Number, Field(ge=0.0, le=1.0)]
Usd = Annotated[float, Number, Field(ge=0.0, allow_inf_nan=False)]
Seconds = Annotated[float, Number, Field(gt=0.0, le=3600.0)]
Url = Annotated[str, AfterValidator(_address)]
Variable = Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")]
"""The name of an environment variable; empty where no key is needed."""


Preference = Literal["save", "balanced", "right"]

REDO_USD: Final[Mapping[Preference, float]] = {"save": 0.008, "balanced": 0.018, "right": 0.07}
"""Dollars that looking at a wrong answer of median size costs, by preference."""
LEAST_REDO_USD: Final = 0.005
MOST_REDO_USD: Final = 0.30


class Section(BaseModel):
    """Base of all sections: camelCase over LSP, snake_case in files, unknown keys refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
        loc_by_alias=False,
    )


class PlaceConfig(Section):
    """A model call: the model, where it is, and what its server understands."""

    model: Annotated[str, Field(min_length=1)]
    max_tokens: Annotated[int, Number, Field(ge=16, le=128_000)] = 8192
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    base_url: Url | None = None
    api_key_env: Variable = "ANTHROPIC_API_KEY"
    features: frozenset[Feature] | None = None
    context_tokens: Annotated[int, Number, Field(ge=500, le=900_000)] = CONTEXT_TOKENS

    def tier(self, name: str) -> Tier:
        """This place as the tier of that name."""
        return Tier(
            name=name,
            model=self.model,
            max_tokens=self.max_tokens,
            effort=self.effort,
            base_url=self.base_url,
            api_key_env=self.api_key_env,
            features=ALL_FEATURES if self.features is None else frozenset(self.features),
            context_tokens=self.context_tokens,
        )


class TierConfig(PlaceConfig):
    """A tier: a name the operator sees and the model call behind it.

    `elsewhere` lists other places of the same tier; they stand in before `fallback` does.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    fallback: tuple[str, ...] | None = None
    elsewhere: tuple[PlaceConfig, ...] = ()


class Budget(Section):
    """Caps in dollars: 0 means no paid calls, absent means no cap.

    `hour_usd` binds any 60 minutes, `request_usd` the worst case of a single model call.
    """

    day_usd: Usd | None = None
    hour_usd: Usd | None = None
    request_usd: Usd | None = None
    project_usd: Usd | None = None
    project_period: Literal["month", "total"] = "month"
    soft_at: Share = 0.80
    timezone: Annotated[str, AfterValidator(_zone)] | None = None


class Floors(Section):
    """Rules that raise a tier: by path (gitignore patterns) and by action."""

    paths: dict[str, str] = Field(default_factory=dict)
    actions: dict[Action, str] = Field(default_factory=dict)


class Pins(Section):
    """Tiers pinned by configuration."""

    project: str | None = None


class LearningSettings(Section):
    """Whether outcomes teach the router, and whether it may try a tier lower now and then."""

    on: bool = True
    trials: bool = False


class Timeouts(Section):
    """Deadlines of a model call, in seconds; `between_events` counts complete events.

    `verify` bounds the operator's `[verify]` commands on one proposal, all runs together.
    """

    connect: Seconds = 5.0
    first_event: Seconds = 12.0
    between_events: Seconds = 12.0
    attempt: Seconds = 60.0
    task: Seconds = 75.0
    slow_factor: Annotated[float, Number, Field(ge=0.0, le=100.0)] = 3.0
    """A model is slow past this many times its usual first token; 0 never calls one slow."""
    slow_at_least: Seconds = 3.0
    verify: Seconds = 10.0


class Price(Section):
    """The operator's own price of a model, in dollars per million tokens.

    `since` is a date (UTC). A price of 0 is accepted only beside a `base_url` of one's own.
    """

    model: str | None = None
    base_url: Url | None = None
    since: date = date(2026, 1, 1)
    over: Annotated[int, Number, Field(ge=0)] = 0
    input: Usd
    output: Usd
    write_5m: Usd | None = None
    write_1h: Usd | None = None
    read: Usd | None = None


class Ignore(Section):
    """Patterns of files that are never sent, beside the ignore files themselves."""

    patterns: tuple[str, ...] = ()


class GatewaySettings(Section):
    """The HTTP side for agents. `auto_models` are the model names that are routed.

    `client_models` says what a model named by a client does: it binds (`honour`), it is the most
    that may answer (`cap`), or it is routed like any other (`route`). `secrets` is the scanner on
    what agents send.
    """

    port: Annotated[int, Number, Field(ge=0, le=65_535)] = 8484
    auto_models: tuple[str, ...] = ("auto", "tierwise", "claude-auto")
    client_models: Literal["honour", "cap", "route"] = "honour"
    secrets: Literal["warn", "block", "off"] = "warn"


class IndexSettings(Section):
    """The project index: whether there is one, what it leaves out, and how much it takes."""

    enabled: bool = True
    exclude: tuple[str, ...] = ()
    """Patterns as in an ignore file, of what is not indexed though it may be sent."""
    max_files: Annotated[int, Number, Field(ge=0, le=1_000_000)] = 50_000
    max_mb: Annotated[int, Number, Field(ge=0, le=100_000)] = 500


class Config(Section):
    """Everything that can be configured."""

    preference: Preference = "balanced"
    """What to do when the router is unsure: it stands for a redo cost."""
    confidence_target: Share | None = None
    soft_target: Share = 0.55
    redo_cost_usd: Usd | None = None
    ask_above_usd: Usd = 0.50
    baseline: str | None = None
    """The tier that savings are measured against; None for the top."""
    notify_command: tuple[str, ...] = ()
    """Run once per budget threshold where no editor is open; the sentence is its last argument."""
    second_opinion: Literal["off", "uncertain"] = "off"
    rehearsal: bool = False
    content_keep_days: Annotated[float, Number, Field(ge=0.0)] = 7.0
    max_tier: str | None = None
    parallel: Annotated[int, Number, Field(ge=1, le=256)] = 8
    tiers: Annotated[tuple[TierConfig, ...], Field(min_length=1)] = ()
    budget: Budget = Budget()
    floors: Floors = Floors()
    remap: dict[str, str] = Field(default_factory=dict)
    pins: Pins = Pins()
    learning: LearningSettings = LearningSettings()
    verify: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    timeouts: Timeouts = Timeouts()
    ignore: Ignore = Ignore()
    index: IndexSettings = IndexSettings()
    prices: tuple[Price, ...] = ()
    gateway: GatewaySettings = GatewaySettings()

    @property
    def redo_costs(self) -> Mapping[Preference, int]:
        """Nano-dollars of a wrong answer of median size at each setting of the dial."""
        return {name: to_nanos(usd) for name, usd in REDO_USD.items()}

    @property
    def redo_cost(self) -> float:
        """Dollars that looking at a wrong answer of median size costs the operator."""
        if self.redo_cost_usd is not None:
            return min(max(self.redo_cost_usd, LEAST_REDO_USD), MOST_REDO_USD)
        return REDO_USD[self.preference]

    def ladder(self) -> Ladder:
        """The tiers in order; the shipped three when none are configured."""
        if not self.tiers:
            return DEFAULT_LADDER
        return Ladder(
            tuple(
                replace(
                    t.tier(t.name),
                    fallback=t.fallback,
                    elsewhere=tuple(place.tier(t.name) for place in t.elsewhere),
                )
                for t in self.tiers
            )
        )

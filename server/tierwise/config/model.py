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
    """Check and normalize the address of a server.

    Raises `ValueError` where none can be called there.
    """
    if not address.usable(value):
        raise ValueError("an address begins with http:// or https:// and names a host")
    return address.base(value)


def _zone(value: str) -> str:
    """Check that a time zone is known. Raises `ValueError` where it is not."""
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
Shadow = Literal["off", "first_week", "uncertain"]
ClientModels = Literal["honour", "cap", "route"]

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
    """The model's id, as its server knows it."""
    max_tokens: Annotated[int, Number, Field(ge=16, le=128_000)] = 8192
    """The most output tokens of one answer; a call is reserved at this at worst."""
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    """How much the model may think, where it knows the setting."""
    base_url: Url | None = None
    """The address of a server that speaks Anthropic's Messages API; left out: Anthropic's own."""
    api_key_env: Variable = "ANTHROPIC_API_KEY"
    """The environment variable that holds the key; empty where the server needs none."""
    features: frozenset[Feature] | None = None
    """What the server understands; absent means everything of the Messages API that is used."""
    context_tokens: Annotated[int, Number, Field(ge=500, le=900_000)] = CONTEXT_TOKENS
    """The most tokens that are sent beside the selection."""

    def tier(self, name: str) -> Tier:
        """The tier `name`, answered by this model at this server."""
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

    `elsewhere` lists other models or servers for the same tier. When this one cannot answer they
    are tried before the tiers of `fallback`.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    """What the tier is called on the screen, in commands and after `@`."""
    fallback: tuple[str, ...] | None = None
    """Tiers that stand in when this one fails; absent means one tier up."""
    elsewhere: tuple[PlaceConfig, ...] = ()
    """Other places of the same tier; they stand in before `fallback` does."""


class Budget(Section):
    """Caps in dollars: 0 means no paid calls, absent means no cap.

    `hour_usd` binds any 60 minutes, `request_usd` the worst case of a single model call.
    `night_usd` is what the night queue may spend from noon to noon; without it, it spends nothing.
    """

    day_usd: Usd | None = None
    """The most that may be spent on a civil day."""
    hour_usd: Usd | None = None
    """The most that may be spent in any 60 minutes."""
    request_usd: Usd | None = None
    """The most that a single model call may cost at its worst."""
    night_usd: Usd | None = None
    """The most that the work of one night (noon to noon) may cost; absent asks with the first
    group."""
    project_usd: Usd | None = None
    """The most that a project may spend in its period: with the default period, a monthly cap."""
    project_period: Literal["month", "total"] = "month"
    """Whether the project's cap counts for a month or for ever."""
    soft_at: Share = 0.80
    """The share of a cap from which soft tasks go to cheaper tiers."""
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    """The zone in which a day begins, such as `Europe/Berlin`; absent means the machine's own."""


class Floors(Section):
    """Rules that raise a tier: by path (gitignore patterns) and by action."""

    paths: dict[str, str] = Field(default_factory=dict)
    """Patterns as in an ignore file, each with the lowest tier for files that match it."""
    actions: dict[Action, str] = Field(default_factory=dict)
    """Actions, each with the lowest tier that may answer it."""


class Pins(Section):
    """The tier that the configuration fixes for all tasks of a project, if it fixes one."""

    project: str | None = None
    """The tier of every task of the project."""


class LearningSettings(Section):
    """What the router may learn from: outcomes, tries of a lower tier now and then, the team."""

    on: bool = True
    """Whether what outcomes taught may decide, once it has proved itself."""
    trials: bool = False
    """Whether about one soft task in twenty is tried a tier lower, and shown as a trial."""
    team: bool = True
    """Whether outcomes teach the team whose gateway pays for every tier, and are taught by it; off:
    you learn on your own."""


class Timeouts(Section):
    """Deadlines of a model call, in seconds; `between_events` counts complete events.

    `verify` bounds the operator's `[verify]` commands on one proposal, all runs together.
    """

    connect: Seconds = 5.0
    """Seconds until a connection must stand."""
    first_event: Seconds = 12.0
    """Seconds until the first event of an answer."""
    between_events: Seconds = 12.0
    """Seconds between two complete events of an answer."""
    attempt: Seconds = 60.0
    """Seconds that one call may take."""
    task: Seconds = 75.0
    """Seconds that a task may take, all of its calls together."""
    slow_factor: Annotated[float, Number, Field(ge=0.0, le=100.0)] = 3.0
    """A model is slow past this many times its usual first token; 0 never calls one slow."""
    slow_at_least: Seconds = 3.0
    """Seconds below which no model is called slow."""
    verify: Seconds = 10.0
    """Seconds for all `[verify]` commands on one proposal."""


class Price(Section):
    """The operator's own price of a model, in dollars per million tokens.

    `since` is a date (UTC). A price of 0 is accepted only beside a `base_url` of one's own.
    """

    model: str | None = None
    """The model; absent means every model of the server at `base_url`."""
    base_url: Url | None = None
    """The server the price is for; absent means any."""
    since: date = date(2026, 1, 1)
    """The day (UTC) from which the price holds."""
    over: Annotated[int, Number, Field(ge=0)] = 0
    """The price holds for prompts of more than this many tokens."""
    input: Usd
    """Dollars per million input tokens."""
    output: Usd
    """Dollars per million output tokens."""
    write_5m: Usd | None = None
    """Dollars per million tokens written to the five-minute cache; absent means 1.25 times
    input."""
    write_1h: Usd | None = None
    """Dollars per million tokens written to the one-hour cache; absent means twice input."""
    read: Usd | None = None
    """Dollars per million tokens read from the cache."""


class Ignore(Section):
    """Patterns of files that are never sent, beside the ignore files themselves."""

    patterns: tuple[str, ...] = ()
    """Patterns as in an ignore file, of files that are never sent."""


class GatewaySettings(Section):
    """The HTTP side for agents. `auto_models` are the model names that are routed.

    `client_models` says what a model named by a client does: it binds (`honour`), it is the most
    that may answer (`cap`), or it is routed like any other (`route`). `secrets` says what is done
    about secrets in what agents send.
    """

    port: Annotated[int, Number, Field(ge=0, le=65_535)] = 8484
    """The port on this machine; 0 takes a free one."""
    auto_models: tuple[str, ...] = ("auto", "tierwise", "claude-auto")
    """Model names that are routed."""
    client_models: ClientModels = "honour"
    """What a model named by a client does: it binds, it is the most that may answer, or it is
    routed like any other."""
    secrets: Literal["warn", "block", "off"] = "warn"
    """What is done about secrets in what agents send: a warning, a refusal, or nothing."""


class QueueTest(Section):
    """The operator's own test command, which runs on each proposal that was made at night."""

    command: tuple[str, ...] = ()
    """The program and its arguments, run without a shell; empty for no tests."""
    timeout: Seconds = 600.0
    """Seconds that one run may take."""
    network: bool = False
    """Whether the tests may use the network, also where they cannot be cut off from it."""


class QueueSettings(Section):
    """The night queue: how the proposals it makes are tested, in a copy of the project."""

    test: QueueTest = QueueTest()
    """The tests that run on each proposal."""
    link: tuple[str, ...] = ()
    """Ignored files or folders that are linked into the copy that tests run in."""
    copies: tuple[str, ...] = ()
    """Ignored files or folders that are copied into it."""


class StoreSettings(Section):
    """Where the ledger is kept: the address of a PostgreSQL database, or the state folder."""

    url: Annotated[str, Field(min_length=1)] | None = None
    """The address of a PostgreSQL database; without one the ledger is a file of this machine."""
    """The database of the ledger: absent means SQLite in the state folder, else a PostgreSQL
    address."""


class IndexSettings(Section):
    """The project index: whether there is one, what it leaves out, and how much it takes."""

    enabled: bool = True
    """Whether projects are indexed."""
    exclude: tuple[str, ...] = ()
    """Patterns as in an ignore file, of what is not indexed though it may be sent."""
    max_files: Annotated[int, Number, Field(ge=0, le=1_000_000)] = 50_000
    """Files of a project that are indexed at most."""
    max_mb: Annotated[int, Number, Field(ge=0, le=100_000)] = 500
    """Megabytes that an index may take on disk."""


class Config(Section):
    """Everything that can be configured."""

    preference: Preference = "balanced"
    """What to do when the router is unsure: it stands for a redo cost."""
    confidence_target: Share | None = None
    """An expert's floor: a tier is only taken if it is at least this sure; absent means none."""
    soft_target: Share = 0.55
    """How sure a cheaper tier must be for a task to count as soft."""
    redo_cost_usd: Usd | None = None
    """What looking at a wrong answer of median size costs you, instead of `preference`."""
    ask_above_usd: Usd = 0.50
    """A single request forecast above this asks first; 0 never asks."""
    baseline: str | None = None
    """The tier that savings are measured against; None for the top."""
    notify_command: tuple[str, ...] = ()
    """Run once per budget threshold where no editor is open; the sentence is its last argument."""
    second_opinion: Literal["off", "uncertain"] = "off"
    """Whether the cheapest tier is asked what a request needs, where the router is unsure."""
    shadow: Shadow = "off"
    """Whether the cheapest tier's answer is fetched beside a dearer one and compared with it."""
    rehearsal: bool = False
    """Whether a built-in model answers by simple rules, without a key and without cost."""
    content_keep_days: Annotated[float, Number, Field(ge=0.0)] = 7.0
    """Days that prompts, answers and proposals are kept on this machine; 0 keeps them while the
    server lives."""
    max_tier: str | None = None
    """The dearest tier that is taken by itself. What the operator chooses may be dearer."""
    parallel: Annotated[int, Number, Field(ge=1, le=256)] = 8
    """Tasks of one window that run at the same time."""
    tiers: Annotated[tuple[TierConfig, ...], Field(min_length=1)] = ()
    """The tiers, cheapest first; absent means Haiku, Sonnet and Opus."""
    budget: Budget = Budget()
    floors: Floors = Floors()
    remap: dict[str, str] = Field(default_factory=dict)
    """Tiers that are replaced: what is routed to the first goes to the second."""
    pins: Pins = Pins()
    learning: LearningSettings = LearningSettings()
    verify: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """A command per language that checks a proposal. `{path}` stands for the file, `{file}` for a
    copy with the new text, and `{shadow}` for the folder of these copies."""
    timeouts: Timeouts = Timeouts()
    ignore: Ignore = Ignore()
    index: IndexSettings = IndexSettings()
    prices: tuple[Price, ...] = ()
    """Prices of your own, over the list's."""
    gateway: GatewaySettings = GatewaySettings()
    store: StoreSettings = StoreSettings()
    queue: QueueSettings = QueueSettings()

    @property
    def redo_costs(self) -> Mapping[Preference, int]:
        """What a wrong answer to a task of median size costs the operator, in nano-dollars.

        There is one amount for each value of `preference`.
        """
        return {name: to_nanos(usd) for name, usd in REDO_USD.items()}

    @property
    def redo_cost(self) -> float:
        """What a wrong answer to a task of median size costs the operator, in dollars."""
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

"""The facts that a decision needs besides the signals. They are gathered first, so that the policy
stays pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Adjustment, Scope
from tierwise.core.tiers import DEFAULT_LADDER, Ladder

BudgetLevel = Literal["ok", "soft", "paused"]
FloorRule = Literal["path", "action", "team", "said"]

Rule = Literal["target-1", "loss-1", "loss-2"]
"""Rules that choose the first tier. `target-1` takes the cheapest tier whose bound reaches a
confidence target, as older decisions of the ledger did. The other two take the tier of least
expected loss. A second opinion then sets the tier, but not below that of the point estimate
(`loss-1`), or is evidence that changes the estimate (`loss-2`)."""
RULE: Final[Rule] = "loss-2"
"""The rule that decides now. Its name is kept with every decision. A decision that is replayed is
replayed under its own rule, and under `target-1` if it names none."""


REDO_COST: Final = 18_000_000
"""What a wrong answer of median size costs the operator by default: 1.8 cents, in nano-dollars."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A tier the operator chose, and for what: one task (scope `override`), or longer (a pin)."""

    scope: Scope
    tier: str


@dataclass(frozen=True, slots=True)
class Floor:
    """A rule that raises the tier, for the path or the action that is its `subject`.

    The rule `team` is not the operator's own: it binds what the operator chose as well.
    An older ledger has its sentence ("db/ is protected") as the subject, and "said" as the rule.
    """

    tier: str
    subject: str
    rule: FloorRule = "said"


@dataclass(frozen=True, slots=True)
class WarmThread:
    """What the prompt cache holds of a conversation.

    `tier` is the one that has it cached (the warm one). `remaining_cost` is, per tier, the expected
    spend in nano-dollars to the end of the thread, with a cache write where the tier is cold.
    `break_even_turns` says per tier after how many turns a move there pays, `None` if never.
    """

    tier: str
    prefix_tokens: int
    remaining_cost: Mapping[str, int]
    break_even_turns: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything outside the request that may change which tier answers it.

    - `rule` names the rule that chooses the first tier.
    - `cost` is the expected spend of one attempt per tier, in nano-dollars.
    - `redo_cost` is what a wrong answer to this request costs the operator, in nano-dollars; it
      grows with the size of the task.
    - `confidence_target` is the least confidence that the operator allows. The rules of loss take
      it as a minimum; under the rule `target-1` it alone decides.
    - `escalates` is, per tier, the probability that its answer fails a free check and is asked for
      again one tier up. For a tier that is not in it, one minus the estimate's `accept` is taken.
    - `blocked` maps a tier to the reason why it cannot answer now.
    - `fallback` lists, per tier, the tiers that may stand in for it, in order. For a tier that is
      not in it, the tier above may.
    - `cap` is the highest tier that a repository's own file allows, `team_cap` the highest that
      the team allows; the latter binds what the operator chose as well.
    - `opinion` is the tier that a second opinion named; "none" where it was asked and gave no
      usable answer.
    - `opinion_table` holds, as learned, the share of opinions that name a tier (column) if a tier
      (row) is needed; it is empty where the shipped table holds.
    - `trial` is a uniform draw in [0, 1) where trials are on, else `None`. A draw below
      `trial_share` makes a trial.
    - `learned` is what the learned state adds to the estimate, where it is live.
    """

    rule: Rule = RULE
    ladder: Ladder = DEFAULT_LADDER
    confidence_target: float | None = None
    soft_target: float = 0.55
    redo_cost: int = REDO_COST
    cost: Mapping[str, int] = field(default_factory=dict)
    escalates: Mapping[str, float] = field(default_factory=dict)
    budget: BudgetLevel = "ok"
    choices: tuple[Choice, ...] = ()
    remap: Mapping[str, str] = field(default_factory=dict)
    floors: tuple[Floor, ...] = ()
    warm: WarmThread | None = None
    blocked: Mapping[str, str] = field(default_factory=dict)
    fallback: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cap: str | None = None
    team_cap: str | None = None
    opinion: str | None = None
    opinion_table: tuple[tuple[float, ...], ...] = ()
    trial: float | None = None
    trial_share: float = 0.05
    learned: Adjustment | None = None

    def allows(self, tier: str) -> bool:
        """Whether no cap on tiers forbids this tier. A cap that names no tier of the ladder is
        ignored.
        """
        ladder = self.ladder
        caps = (cap for cap in (self.cap, self.team_cap) if cap is not None and cap in ladder)
        return all(ladder.rank(tier) <= ladder.rank(cap) for cap in caps)

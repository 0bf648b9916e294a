"""What the router found and what was decided: data only, made in `routing/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from tierwise.core.dataclass import dataclass

Cause = Literal[
    "routed", "uncertain", "floor", "override", "pin", "remap",
    "thread", "budget", "failover", "escalated", "trial",
]  # fmt: skip
Step = Literal["route", "floor", "choice", "thread", "budget", "availability", "note"]
ReasonCode = Literal[
    "said", "signal", "unsure", "opinion", "no_opinion", "trial", "floor", "floor_overruled",
    "chosen", "remapped", "cache_keeps", "cache_left", "budget", "budget_no_help", "no_room", "cap",
    "unavailable", "router_failed", "price_unknown", "learned", "switched", "escalated",
    "too_dear", "worth_a_redo", "may_need_top", "found_late", "confidence_floor",
    "goes_on", "stuck", "client_named", "client_cap", "kept", "team_cap", "team_answered",
]  # fmt: skip
ReasonArg = str | int | float | bool | None
Scope = Literal["task", "conversation", "file", "action", "session", "project", "tier"]


@dataclass(frozen=True, slots=True)
class Signals:
    """Numbers and flags measured from a request; no text in them.

    `values` holds what is known, `unknown` names what the request did not say. `text_scores` is the
    only trace of the words: what the wording says, as one number per border between two tiers and
    one per tier for whether its answer is kept. It is stored so that a decision can be replayed
    without the text.
    """

    values: Mapping[str, float]
    unknown: frozenset[str] = frozenset()
    text_scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is expected of each tier, by its name: P(need <= tier), its lower bound, P(answer is
    kept).

    The need is the cheapest tier whose answer would do. All three never fall from a cheaper tier to
    a dearer one. `need` of the top is 1, `accept` (P(the answer is kept at all)) of the top is not.

    `accept` is a blend of two shares. One follows from the need by `table`: the share of answers
    kept by the tier needed, by one tier below it, by two below it. The other is `solved`, the share
    of measured tasks like this one that a tier solves. `likeness` is the weight of `solved`, 0 to
    1.
    """

    need: Mapping[str, float]
    lower: Mapping[str, float]
    accept: Mapping[str, float]
    solved: Mapping[str, float] = field(default_factory=dict)
    likeness: float = 0.0
    table: tuple[float, ...] = (0.92, 0.45, 0.25)


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision: a code with its arguments. `present/reasons.py` puts it into words.

    Arguments are names of tiers, signals and rules, shares in [0, 1], counts and tokens; never
    content of a file. The ledger keeps reasons, so a code's arguments may only be added to.
    """

    step: Step
    code: ReasonCode
    args: Mapping[str, ReasonArg] = field(default_factory=dict)

    @classmethod
    def of(cls, step: Step, code: ReasonCode, /, **args: ReasonArg) -> Reason:
        """A reason with its arguments by name."""
        return cls(step, code, args)

    @classmethod
    def said(cls, text: str) -> Reason:
        """A reason that is a sentence already, as older ledgers keep them."""
        return cls("note", "said", {"text": text})


@dataclass(frozen=True, slots=True)
class SignalChange:
    """One signal set to another value, in the search for what would change which tier is chosen."""

    name: str
    value: float
    instead_of: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Which tier answers and why.

    - `first` is what the point estimate would take, `routed` the tier after lower bound and floors,
      `answering` the tier that answers in the end.
    - `confidence` is the estimate's P(need <= `confidence_tier`): that tier is `first`, or the one
      below it where `first` is the top.
    - `cost` is the forecast per tier in nano-dollars. An escalation counts with its probability.
    - `expected_loss` is, per tier and in nano-dollars, what the task is expected to cost if it
      starts there: all calls until an answer is kept, and what wrong answers cost the operator. It
      comes from the lower bound of the estimate.
    - `rule` names the rule that made the decision.
    - `propensity` is the probability that the router chose `routed` given the signals, before any
      explicit choice.
    - `soft` says whether the task may go to a cheaper tier when money runs short.
    - `explicit` says that the operator chose the tier: then only a team's rules may change it.
    """

    first: str
    routed: str
    answering: str
    confidence: float
    cause: Cause
    estimate: Estimate
    cost: Mapping[str, int]
    reasons: tuple[Reason, ...] = ()
    signals: Signals = field(default_factory=lambda: Signals({}))
    propensity: float = 1.0
    final: bool = True
    soft: bool = False
    explicit: bool = False
    weights: str = ""
    """Hash of the weights (and learned state) that made the estimate."""
    id: str = ""
    confidence_tier: str = ""
    expected_loss: Mapping[str, float] = field(default_factory=dict)
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the learned state adds to the shipped estimate for one request.

    `shift` and `variance` are in logits, one per border between two tiers: shift is added to logit
    P(need <= tier), variance to the variance behind its lower bound. `basis` names the learned
    state it came from (a hash), so that a decision can be replayed. `accept` is P(the top's answer
    is kept), the shipped one where it is None. `first` is the tier that the learned state starts
    with; where it is None the loss of the adjusted estimate decides.
    """

    shift: tuple[float, ...] = ()
    variance: tuple[float, ...] = ()
    basis: str = ""
    accept: float | None = None
    first: str | None = None

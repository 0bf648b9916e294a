"""A decision in the shape the outside relies on."""

from __future__ import annotations

from typing_extensions import TypedDict

from tierwise.core.decision import Cause, Decision
from tierwise.core.money import to_usd
from tierwise.present.reasons import main_reason, words
from tierwise.present.tiers import confident


class WireDecision(TypedDict):
    """Which tier answers and why. Shares in [0, 1], dollars per tier; lines of `reasons`.

    `confidence` is the estimate of `confidenceTier`. `expectedLossUsd` is, per tier, what a start
    there is expected to cost over the whole course, redos included; `rule` names the rule used.

    `headline` is the tier with its confidence as shown everywhere, `because` the reason that
    says most.
    """

    id: str
    first: str
    routed: str
    answering: str
    confidence: float
    confidenceTier: str
    cause: Cause
    rule: str
    final: bool
    estimate: dict[str, float]
    lower: dict[str, float]
    accept: dict[str, float]
    costUsd: dict[str, float]
    expectedLossUsd: dict[str, float]
    reasons: list[str]
    signals: dict[str, float | None]
    propensity: float
    soft: bool
    explicit: bool
    headline: str
    because: str


def to_wire(decision: Decision, said: str = "") -> WireDecision:
    """The JSON object of a decision: what `tierwise route` prints and the wire carries.

    Shares are rounded to six places and dollars to nine (a nano-dollar), so that the same
    decision prints the same bytes everywhere. `headline` and `because` are its words for the
    screen; `said` is a closer cause than the decision knows ("overloaded").
    """
    estimate = decision.estimate
    return {
        "id": decision.id,
        "first": decision.first,
        "routed": decision.routed,
        "answering": decision.answering,
        "confidence": round(decision.confidence, 6),
        "confidenceTier": decision.confidence_tier or decision.first,
        "cause": decision.cause,
        "rule": decision.rule,
        "final": decision.final,
        "estimate": {t: round(p, 6) for t, p in estimate.need.items()},
        "lower": {t: round(p, 6) for t, p in estimate.lower.items()},
        "accept": {t: round(p, 6) for t, p in estimate.accept.items()},
        "costUsd": {t: round(to_usd(c), 9) for t, c in decision.cost.items()},
        "expectedLossUsd": {t: round(n / 1e9, 9) for t, n in decision.expected_loss.items()},
        "reasons": [words(reason) for reason in decision.reasons],
        "signals": {
            **{name: round(value, 6) for name, value in decision.signals.values.items()},
            **dict.fromkeys(sorted(decision.signals.unknown)),
        },
        "propensity": round(decision.propensity, 6),
        "soft": decision.soft,
        "explicit": decision.explicit,
        "headline": confident(decision, said),
        "because": main_reason(decision),
    }

"""A decision as the JSON object that clients and scripts read."""

from __future__ import annotations

from typing_extensions import TypedDict

from tierwise.core.actions import Action
from tierwise.core.decision import Cause, Decision
from tierwise.core.money import to_usd
from tierwise.present.reasons import words
from tierwise.present.shown import shown


class WireShown(TypedDict):
    """A decision in three lengths: `badge` has at most 22 characters, `title` 45 with the prefix
    `Tierwise: ` of code actions, `sentence` 100. No client has to cut one.
    """

    badge: str
    title: str
    sentence: str


class WireDecision(TypedDict):
    """Which tier answers and why. Shares are in [0, 1], amounts are dollars per tier.

    `estimate` is how likely each tier is enough, `lower` is a lower bound of that, and `accept` is
    how likely its answer is kept. `confidence` is the estimate of `confidenceTier`.
    `expectedLossUsd` is, per tier, what the task is expected to cost if it starts there, with
    redos. `rule` names the rule that decided. `shown` is the decision in words. `headline` equals
    its badge. `because` is its sentence without the tier at the start.
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
    shown: WireShown
    headline: str
    because: str


def to_wire(
    decision: Decision,
    said: str = "",
    *,
    action: Action | None = None,
    rehearsal: bool = False,
    priced: bool = False,
) -> WireDecision:
    """The JSON object of a decision. `tierwise route` prints it, and clients get it.

    Shares are rounded to six places and dollars to nine (a nano-dollar), so that the same decision
    gives the same bytes everywhere. `said` is a more exact cause than the decision has
    ("overloaded"). `action` replaces the one in its signals. The words of a `rehearsal` say that it
    costs nothing. `priced` says that the real cost is shown beside them, so they have no forecast.
    """
    words_of = shown(decision, said, action=action, rehearsal=rehearsal, priced=priced)
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
        "shown": {
            "badge": words_of.badge,
            "title": words_of.title,
            "sentence": words_of.sentence,
        },
        "headline": words_of.badge,
        "because": words_of.clause,
    }

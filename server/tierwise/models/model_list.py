"""What is known of the models behind the tiers: from the server's own list, else from a table.

The operator is warned before a task fails because a model is retired or soon will be, was
replaced, or is unknown to the server. Pure: the list is fetched elsewhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Tier

WARN_DAYS: Final = 30
"""Days before a retirement from which the operator is warned."""

_DATED: Final = re.compile(r"-(?:20\d{6}|latest)$")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model as its server lists it. What a server does not say is None (limits in tokens)."""

    id: str
    line: str | None = None
    lifecycle: str = "active"
    retires: date | None = None
    created: date | None = None
    max_tokens: int | None = None
    efforts: frozenset[str] | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> ModelFacts:
        """The facts in an entry of `/v1/models`; servers of other makers leave most out."""
        return cls(
            id=str(data.get("id") or ""),
            line=data.get("line"),
            lifecycle=str(data.get("lifecycle") or "active"),
            retires=_day(data.get("retires_at")),
            created=_day(data.get("created_at")),
            max_tokens=data.get("max_tokens"),
            efforts=_efforts(data.get("capabilities")),
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell the operator about a tier's model. Only `tierwise doctor` shows a hint."""

    tier: str
    level: Literal["warning", "hint"]
    text: str


@dataclass(frozen=True, slots=True)
class Successor:
    """The model `by` that replaced an older id, and when that older one retires, or that it did."""

    by: str
    retires: date | None = None
    retired: bool = False


def judge(tier: Tier, today: date, listed: Sequence[ModelFacts] = ()) -> tuple[Remark, ...]:
    """What to tell the operator about a tier's model, such as that it is retired or unknown.

    `listed` is the server's own list, empty where unknown.
    """
    known = find(tier.model, listed)
    if listed and known is None:
        after = successor(tier.model)
        instead = f" Set {after.by}." if after else " Check the tier's model."
        return (_warning(tier, f"the server lists no model {tier.model}.{instead}"),)
    remarks = _age(tier, today, known, listed)
    if known is not None and known.max_tokens is not None and tier.max_tokens > known.max_tokens:
        remarks.append(
            _warning(
                tier,
                f"max_tokens is {tier.max_tokens:,}, but {tier.model} answers with"
                f" {known.max_tokens:,} at most.",
            )
        )
    efforts = known.efforts if known is not None else None
    if tier.effort is not None and efforts is not None and tier.effort not in efforts:
        offered = ", ".join(sorted(efforts)) or "none"
        remarks.append(
            _warning(tier, f"{tier.model} knows no effort '{tier.effort}' (it knows: {offered}).")
        )
    return tuple(remarks)


def find(model: str, listed: Sequence[ModelFacts]) -> ModelFacts | None:
    """The entry of a model. An alias without a date means the newest dated one."""
    exact = next((m for m in listed if m.id == model), None)
    if exact is not None:
        return exact
    dated = [m for m in listed if _DATED.sub("", m.id) == _DATED.sub("", model)]
    return max(dated, key=lambda m: m.id, default=None)


def successor(model: str) -> Successor | None:
    """The model that replaced an older id, from the shipped table."""
    table = _successors()
    return table.get(model) or table.get(_DATED.sub("", model))


def _age(
    tier: Tier, today: date, known: ModelFacts | None, listed: Sequence[ModelFacts]
) -> list[Remark]:
    after = successor(tier.model)
    newer = _newest(known, listed) or (after.by if after else None)
    instead = f" Set {newer}." if newer else ""
    retires = known.retires if known is not None else after.retires if after else None
    gone = known.lifecycle == "retired" if known is not None else bool(after and after.retired)
    if known is None and retires is not None and retires <= today:
        gone = True
    if gone:
        return [_warning(tier, f"{tier.model} is retired and no longer answers.{instead}")]
    if retires is not None:
        days = (retires - today).days
        when = f"in {days} days" if days > 0 else "overdue"
        text = f"{tier.model} retires on {retires:%Y-%m-%d} ({when}).{instead}"
        return [Remark(tier.name, "warning" if days <= WARN_DAYS else "hint", _said(tier, text))]
    if newer is not None and newer != tier.model and after is not None:
        return [Remark(tier.name, "hint", _said(tier, f"{newer} replaced {tier.model}."))]
    return []


def _newest(known: ModelFacts | None, listed: Sequence[ModelFacts]) -> str | None:
    """The newest active model of the same line, None if the model itself is active. Only the server
    says what the line is.
    """
    if known is None or known.line is None or known.lifecycle == "active":
        return None
    same = [m for m in listed if m.line == known.line and m.lifecycle == "active" and m.created]
    found = max(same, key=lambda m: m.created or date.min, default=None)
    return found.id if found else None


def _warning(tier: Tier, text: str) -> Remark:
    return Remark(tier.name, "warning", _said(tier, text))


def _said(tier: Tier, text: str) -> str:
    return f"{tier.label}: {text}"


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).date()
    except ValueError:
        return None


def _efforts(capabilities: object) -> frozenset[str] | None:
    effort = capabilities.get("effort") if isinstance(capabilities, Mapping) else None
    if not isinstance(effort, Mapping):
        return None
    return frozenset(
        name
        for name, support in effort.items()
        if isinstance(support, Mapping) and support.get("supported")
    )


@cache
def _successors() -> Mapping[str, Successor]:
    text = files("tierwise.models").joinpath("successors.toml").read_text(encoding="utf-8")
    return {
        old: Successor(by, facts.get("retires"), bool(facts.get("retired")))
        for by, olds in tomllib.loads(text).items()
        for old, facts in olds.items()
    }

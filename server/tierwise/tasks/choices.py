"""What the operator chose: overrides, pins and remaps, and which of them apply to a request.

They are kept in memory for speed and in the ledger for the next start. Project pins, remaps and the
pins of the same session survive a restart of the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final

from tierwise.config.model import Config
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Scope
from tierwise.core.situation import Choice
from tierwise.core.views import Pin

AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored choice: a tier for everything that `scope` and `key` name. `key` is an action, a
    URI, a tier or an id, as the scope needs it.
    """

    scope: Scope
    key: str
    tier: str


@dataclass
class Choices:
    """All choices of tiers that the operator made and that are in force in this editor window."""

    kept: dict[tuple[Scope, str], str] = field(default_factory=dict)

    def load(self, rows: Iterable[Kept]) -> None:
        """Add the stored choices that earlier windows of this session and project made."""
        for row in rows:
            self.kept[row.scope, row.key] = row.tier

    def put(self, scope: Scope, key: str, tier: str) -> None:
        """Choose a tier for what `scope` and `key` name, such as an action or a file. The tier
        "auto" clears the choice.
        """
        if tier == AUTO:
            self.kept.pop((scope, key), None)
        else:
            self.kept[scope, key] = tier

    def moved(self, old_uri: str, new_uri: str) -> str | None:
        """Move the pin of a file that was renamed. Returns the tier of that pin, if
        there was one.
        """
        tier = self.kept.pop(("file", old_uri), None)
        if tier is not None:
            self.kept["file", new_uri] = tier
        return tier

    def of(
        self,
        *,
        task: str | None,
        conversation: str | None,
        uri: str | None,
        action: str,
        session: str,
        project: str,
    ) -> tuple[Choice, ...]:
        """The choices that apply to one request. The policy decides which goes first."""
        keys: Mapping[Scope, str | None] = {
            "task": task,
            "conversation": conversation,
            "file": uri,
            "action": action,
            "session": session,
            "project": project,
        }
        return tuple(
            Choice(scope, self.kept[scope, key])
            for scope, key in keys.items()
            if key is not None and (scope, key) in self.kept
        )

    def remap(self, configured: Mapping[str, str]) -> Mapping[str, str]:
        """From each remapped tier to its target. The remaps that the operator chose go before the
        configured ones.
        """
        own = {key: tier for (scope, key), tier in self.kept.items() if scope == "tier"}
        return {**configured, **own}

    def pins(self, session: str, project: str) -> tuple[Pin, ...]:
        """The choices in force here for more than one task, so that they can be shown
        and cleared.
        """
        own = {"session": session, "project": project}
        return tuple(
            Pin(scope, key, tier)
            for (scope, key), tier in self.kept.items()
            if scope not in ("task", "conversation") and own.get(scope, key) == key
        )

    def in_force(self, config: Config, project: str) -> Sequence[Kept]:
        """Every pin and remap that applies to more than one task, the configured ones first."""
        pin = config.pins.project
        configured = [Kept("project", project, pin)] if pin else []
        configured += [Kept("tier", tier, to) for tier, to in config.remap.items()]
        over = [one for one in configured if (one.scope, one.key) not in self.kept]
        own = [
            Kept(scope, key, tier) for (scope, key), tier in self.kept.items() if scope != "task"
        ]
        return [*over, *own]

    def pinned(self, session: str, project: str) -> str | None:
        """The tier pinned for this session or project, for the status line."""
        return self.kept.get(("session", session)) or self.kept.get(("project", project))

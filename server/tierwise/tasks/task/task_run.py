"""One run of a task, and the answer it comes to.

A redo is another run: nothing of the run before, such as an answer that was cut off, may
decide what the next one asks for or costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tierwise.core.context import Pack
from tierwise.core.errors import TierwiseError
from tierwise.core.money import Usage
from tierwise.core.situation import Situation
from tierwise.core.views import Switch


@dataclass(frozen=True, slots=True)
class SentTurn:
    """The operator's turn as it was sent, with the paths and digests of the context in it."""

    text: str
    paths: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(eq=False)
class Run:
    """What belongs to one run of a task and ends with it."""

    call_count: int = 0
    """Model calls made so far."""
    full_output: bool = False
    """True once an answer was cut off: the next call asks for all that its tier may write."""
    due: float = 0.0
    """When the run must have ended, in monotonic seconds."""
    agreed: int = 0
    """The forecast the operator said yes to, in nano-dollars."""
    test_path: Path | None = None
    """The file that its tests go to; one for the prompt and for the edit."""
    pack: Pack | None = None
    """The context that was collected; None before."""
    wish: str = ""
    """The instruction as it is sent: without secrets."""
    notices: tuple[str, ...] = ()
    """What was left out or replaced before sending, one sentence each."""
    situation: Situation | None = None
    """The facts the decision was taken on, for what is decided later in the same run."""
    switches: tuple[Switch, ...] = ()
    """Every change of the tier or the place that answers, in order."""
    turn: SentTurn | None = None
    """The turn as it was sent, where a conversation may keep it."""
    last_usage: Usage = field(default_factory=Usage)
    """What the call that answered used."""
    notes: tuple[str, ...] = ()
    """What its prompts say beside the request, such as why an answer before was not usable."""
    records: tuple[Mapping[str, object], ...] = ()
    """What each call sent, word for word."""
    part: Pack | None = None
    """What the present calls send of the context, where it is sent in parts."""
    most: int | None = None
    """Tokens that the answer to a part may have; None for what its tier may write."""
    earlier: str = ""
    """The answers to the parts before the present one."""

    @property
    def ready(self) -> bool:
        """Whether the context was collected, so that `wish` is what is asked, without secrets."""
        return self.pack is not None

    def begin(self, now: float, seconds: float) -> None:
        """The run has so many seconds from `now` on (monotonic)."""
        self.due = now + seconds

    def extend(self, seconds: float) -> None:
        """Time the operator took to answer does not count against the run."""
        self.due += seconds

    def collected(self, pack: Pack, wish: str, notices: tuple[str, ...]) -> None:
        """The context is there, and what was left out of it."""
        self.pack, self.wish, self.notices = pack, wish, notices

    def tests_go_to(self, path: Path) -> None:
        """The tests that are asked for belong into this file."""
        self.test_path = path

    def decided_on(self, situation: Situation) -> None:
        """Keep the facts of a decision."""
        self.situation = situation

    def agree(self, nanos: int) -> None:
        """The operator said yes to a forecast."""
        self.agreed = nanos

    def switched(self, switch: Switch) -> None:
        """Another tier or place answers from now on."""
        self.switches += (switch,)

    def sends(self, record: Mapping[str, object], turn: SentTurn | None) -> None:
        """A call sends this, and this turn of a conversation if it is in one."""
        self.records += (record,)
        if turn is not None:
            self.turn = turn

    def note(self, note: str) -> None:
        """From now on its prompts say this beside the request."""
        if note not in self.notes:
            self.notes += (note,)

    def called(self) -> None:
        """A model call begins."""
        self.call_count += 1

    def cut_off(self) -> None:
        """The model stopped at its limit before the answer was complete."""
        self.full_output = True

    def takes_part(self, part: Pack, most: int) -> None:
        """The next calls are for this part, with attempts of their own."""
        self.part, self.most = part, most
        self.call_count, self.full_output = 0, True

    def keeps(self, text: str) -> None:
        """The answer to a part is there."""
        self.earlier = f"{self.earlier}{text}\n\n"

    def remark(self, sentence: str) -> None:
        """A sentence about what this run did not do, beside its answer."""
        self.notices += (sentence,)

    def answered(self, usage: Usage) -> None:
        """A call came to its end."""
        self.last_usage = usage


@dataclass(eq=False)
class TaskAnswer:
    """What a run has come to: text so far, the proposal made of it, or the error."""

    text: str = ""
    stop_reason: str = ""
    """The model's reason, or "cancelled"."""
    edit_id: str | None = None
    error: TierwiseError | None = None

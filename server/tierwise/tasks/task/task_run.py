"""One run of a task, and the answer that it ends with.

A redo is another run: nothing of the run before, such as an answer that was cut off, may
decide what the next one asks for or costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from tierwise.core.context import Pack
from tierwise.core.dataclass import dataclass
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
    """Model calls made so far, of which a limited number is made; those of a part begin anew."""
    all_calls: int = 0
    """Model calls made so far for all parts, and by runs before that this one goes on from."""
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
    opinion: str | None = None
    """What a second opinion said, "none" where nothing usable came; None where none was asked."""
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
    part_number: int | None = None
    """Its number, from 0; the money for its first call was set aside under it."""
    most: int | None = None
    """Tokens that the answer to a part may have; None for what its tier may write."""
    earlier: str = ""
    """The answers to the parts before the present one."""
    through: tuple[str, str] | None = None
    """The tier that was asked, and the one that a team's gateway let answer instead."""

    @property
    def ready(self) -> bool:
        """Whether the context was collected, so that `wish` is what is asked, without secrets."""
        return self.pack is not None

    def begin(self, now: float, seconds: float) -> None:
        """Set the run's deadline: this many seconds after `now` (monotonic)."""
        self.due = now + seconds

    def extend(self, seconds: float) -> None:
        """Add the seconds that the operator took to answer: they do not count against the run."""
        self.due += seconds

    def collected(self, pack: Pack, wish: str, notices: tuple[str, ...]) -> None:
        """Take the context that was collected, and the sentences about what was left out of it.

        After a pause the context is collected again. No part of the former context, and no answer
        to one, may go into what is sent now.
        """
        self.pack, self.wish, self.notices = pack, wish, notices
        self.part, self.part_number, self.most, self.earlier = None, None, None, ""

    def tests_go_to(self, path: Path) -> None:
        """Note the file that the tests which are asked for belong into."""
        self.test_path = path

    def decided_on(self, situation: Situation) -> None:
        """Keep the facts of a decision."""
        self.situation = situation

    def heard(self, opinion: str) -> None:
        """Keep what a second opinion said, so that it is paid for once."""
        self.opinion = opinion

    def agree(self, nanos: int) -> None:
        """Note the forecast in nano-dollars that the operator said yes to."""
        self.agreed = nanos

    def answers_through(self, asked: str, answers: str) -> None:
        """Note that a team's gateway lets another tier answer what goes to the one asked."""
        self.through = (asked, answers)

    def place_of(self, answering: str) -> str:
        """The tier to ask for an answer of that one: whose key pays does not change in silence."""
        if self.through is not None and self.through[1] == answering:
            return self.through[0]
        return answering

    def switched(self, switch: Switch) -> None:
        """Note that another tier or place answers from now on."""
        self.switches += (switch,)

    def sends(self, record: Mapping[str, object], turn: SentTurn | None) -> None:
        """Keep what a call sends, and its turn where it is in a conversation."""
        self.records += (record,)
        if turn is not None:
            self.turn = turn

    def note(self, note: str) -> None:
        """Let the prompts of this run say this beside the request from now on."""
        if note not in self.notes:
            self.notes += (note,)

    def called(self) -> None:
        """Count a model call that begins."""
        self.call_count += 1
        self.all_calls += 1

    def goes_on_from(self, calls: int) -> None:
        """Count calls that an earlier run of the same job made: it has them all together."""
        self.call_count = self.all_calls = calls

    def cut_off(self) -> None:
        """Note that the model stopped at its limit before the answer was complete."""
        self.full_output = True

    def takes_part(self, number: int, part: Pack, most: int, used: int = 0) -> None:
        """Let the next calls be for this part of the context, with attempts of their own, of which
        `used` are used up."""
        self.part_number, self.part, self.most = number, part, most
        self.call_count, self.full_output = used, True

    def keeps(self, text: str) -> None:
        """Keep the answer to a part."""
        self.earlier = f"{self.earlier}{text}\n\n"

    def remark(self, sentence: str) -> None:
        """Add a sentence about what this run did not do; it is beside the answer."""
        self.notices += (sentence,)

    def answered(self, usage: Usage) -> None:
        """Keep the tokens of a call that came to its end."""
        self.last_usage = usage


@dataclass(eq=False)
class TaskAnswer:
    """The result of a run until now: its text, the proposal made of it, or the error."""

    text: str = ""
    stop_reason: str = ""
    """The model's reason, or "cancelled"."""
    failed_check: bool = False
    """Whether what the model answered did not pass a check."""
    edit_id: str | None = None
    error: TierwiseError | None = None

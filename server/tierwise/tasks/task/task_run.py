"""One run of a task, and the answer it ends with.

A redo is another run. Nothing of an earlier run, such as an answer that was cut off, may change
what the next run asks for or costs.
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
    """The operator's turn in a conversation as it was sent, context included, with the paths and
    digests of that context.
    """

    text: str
    paths: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(eq=False)
class Run:
    """What belongs to one run of a task (one passage from context to answer) and ends with it. A
    redo begins another.
    """

    call_count: int = 0
    """Model calls so far. Their number is limited. For each part it starts again."""
    all_calls: int = 0
    """Model calls so far, for all parts, and in earlier runs that this one continues."""
    full_output: bool = False
    """True if the next call asks for the tier's whole output, such as after an answer
    was cut off.
    """
    due: float = 0.0
    """The deadline of the run, in monotonic seconds."""
    agreed: int = 0
    """The forecast that the operator agreed to, in nano-dollars."""
    test_path: Path | None = None
    """The file for the requested tests. The prompt and the edit use the same one."""
    pack: Pack | None = None
    """The collected context. None before it is collected."""
    wish: str = ""
    """The instruction as it is sent: without secrets."""
    notices: tuple[str, ...] = ()
    """Sentences about what was left out or replaced before sending, and what the run did not do."""
    situation: Situation | None = None
    """The facts the decision was based on, for later decisions in the same run."""
    opinion: str | None = None
    """The result of a second opinion, "none" if it gave nothing usable. None if none
    was asked for.
    """
    switches: tuple[Switch, ...] = ()
    """Every change of the answering tier or place, in order."""
    turn: SentTurn | None = None
    """The turn as it was sent, if a conversation may keep it."""
    last_usage: Usage = field(default_factory=Usage)
    """What the call that answered used."""
    redo: Mapping[str, int] = field(default_factory=dict)
    """What the tokens of the call that answered would cost on each tier, in nano-dollars. Empty if
    they do not tell what a redo needs.
    """
    notes: tuple[str, ...] = ()
    """Additions to its prompts, such as why an earlier answer was not usable."""
    records: tuple[Mapping[str, object], ...] = ()
    """What each call sent, word for word."""
    part: Pack | None = None
    """The part of the context that the present calls send, if it is sent in parts."""
    part_number: int | None = None
    """The number of that part, from 0. The money for its first call is reserved under it."""
    most: int | None = None
    """The most tokens of the answer to a part. None means what the tier may write."""
    earlier: str = ""
    """The answers to the parts before the present one."""
    through: tuple[str, str] | None = None
    """The tier that was asked, and the one that a team's gateway let answer instead. None if it did
    not.
    """

    @property
    def ready(self) -> bool:
        """Whether the context was collected. Before that there is no `wish` (the instruction as it
        is sent).
        """
        return self.pack is not None

    def begin(self, now: float, seconds: float) -> None:
        """Set the run's deadline: this many seconds after `now` (monotonic)."""
        self.due = now + seconds

    def extend(self, seconds: float) -> None:
        """Add the seconds that the operator took to answer: they do not count against the run."""
        self.due += seconds

    def collected(self, pack: Pack, wish: str, notices: tuple[str, ...]) -> None:
        """Keep the context that was collected, and the sentences about what was left out.

        After a pause the context is collected again. Then earlier parts and their answers are
        dropped, because they belong to the old context.
        """
        self.pack, self.wish, self.notices = pack, wish, notices
        self.part, self.part_number, self.most, self.earlier = None, None, None, ""

    def tests_go_to(self, path: Path) -> None:
        """Note the file for the requested tests."""
        self.test_path = path

    def decided_on(self, situation: Situation) -> None:
        """Keep the facts that the decision was made from, so that a later step of this run can use
        them again.
        """
        self.situation = situation

    def heard(self, opinion: str) -> None:
        """Keep the result of a second opinion, so that it is paid for only once."""
        self.opinion = opinion

    def agree(self, nanos: int) -> None:
        """Note the forecast in nano-dollars that the operator agreed to."""
        self.agreed = nanos

    def answers_through(self, asked: str, answers: str) -> None:
        """Note that a team's gateway lets another tier answer: calls to `asked` are answered by
        `answers`.
        """
        self.through = (asked, answers)

    def place_of(self, answering: str) -> str:
        """The tier whose server to call so that `answering` answers. Where a team's gateway changed
        the tier, it is the tier first called, so that the same key goes on paying.
        """
        if self.through is not None and self.through[1] == answering:
            return self.through[0]
        return answering

    def switched(self, switch: Switch) -> None:
        """Note that from now on another tier answers, or another server of the same tier."""
        self.switches += (switch,)

    def sends(self, record: Mapping[str, object], turn: SentTurn | None) -> None:
        """Keep what a call sends, and its turn if it is in a conversation."""
        self.records += (record,)
        if turn is not None:
            self.turn = turn

    def note(self, note: str) -> None:
        """Add a note to the prompts of this run from now on."""
        if note not in self.notes:
            self.notes += (note,)

    def called(self) -> None:
        """Count a model call that begins."""
        self.call_count += 1
        self.all_calls += 1

    def goes_on_from(self, calls: int) -> None:
        """Count the model calls that earlier runs of the same job made, because one limit holds for
        all runs together.
        """
        self.call_count = self.all_calls = calls

    def cut_off(self) -> None:
        """Let the next call ask for the tier's whole output.

        The answer before was cut off, or this one is expected to be long.
        """
        self.full_output = True

    def takes_part(self, number: int, part: Pack, most: int, used: int = 0) -> None:
        """Let the next calls send this part of the context. An answer to it has at most `most`
        tokens.

        Each part may have the usual number of calls. `used` of them were already made.
        """
        self.part_number, self.part, self.most = number, part, most
        self.call_count, self.full_output = used, True

    def keeps(self, text: str) -> None:
        """Keep the answer to one part, while the other parts are still asked for."""
        self.earlier = f"{self.earlier}{text}\n\n"

    def remark(self, sentence: str) -> None:
        """Add a sentence about what this run did not do. It is shown with the answer."""
        self.notices += (sentence,)

    def answered(self, usage: Usage, redo: Mapping[str, int]) -> None:
        """Keep how many tokens a call that ended well used. They show what the tier's prompt cache
        holds of the conversation.

        `redo` is what a redo would cost on each tier.
        """
        self.last_usage = usage
        self.redo = redo


@dataclass(eq=False)
class TaskAnswer:
    """The result of a run so far: its text, its proposal, or its error."""

    text: str = ""
    stop_reason: str = ""
    """The model's reason, or "cancelled"."""
    failed_check: bool = False
    """Whether the answer failed a check."""
    edit_id: str | None = None
    error: TierwiseError | None = None

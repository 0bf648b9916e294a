"""The one table of actions: what can be asked for, and how each action behaves.

A new action is a name in `Action` and a row in `TABLE`. The server reads the table; the VS Code
client's `src/server/actions.ts` and the Neovim plugin's `lua/tierwise/actions.lua` are generated
from it (`make types`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from tierwise.core.dataclass import dataclass

Action = Literal[
    "chat", "edit", "explain", "fix", "document", "test", "refactor", "generate", "review",
    "commit", "agent",
]  # fmt: skip
Answer = Literal["text", "replacement", "insertion", "tests"]
"""What becomes of an answer. A `text` is read. Of the others one fenced block is taken: a
`replacement` replaces the selection or the symbol around the cursor, an `insertion` goes in at the
cursor, and `tests` go into the matching test file."""


@dataclass(frozen=True, slots=True)
class ActionKind:
    """One action and how it behaves.

    The words `title`, `about` and `wish` are written here alone; all other code takes them from
    here.

    `wish` is the instruction that is sent where the operator gave none. `form` tells the model in
    which form to give a text answer.
    """

    name: Action
    title: str
    """As code actions and progress name it: "Add docs"."""
    about: str
    """What it does, for completion and help: "write documentation for the selection"."""
    wish: str
    answer: Answer
    median_output: int
    """Median output tokens of its answers. It is used until the ledger has medians of its own."""
    form: str = ""
    may_edit: bool = False
    """Whether a text answer may propose edits, as search/replace blocks."""
    needs_words: bool = False
    """Whether it means nothing without an instruction."""
    asks: Literal["instruction", "question"] = "instruction"
    """What the operator's words for it are called."""
    on_code: bool = True
    """Whether it is about a place in a document."""
    needs_symbol: bool = False
    """Whether it is offered at a cursor only inside a definition."""
    takes_diagnostics: bool = False
    """Whether the diagnostics of its lines are sent with it. A menu of code actions then offers it
    for each diagnostic (three at most)."""
    on_selection: int | None = None
    """Its place among the code actions of a selection; None where it is not offered there."""
    on_cursor: int | None = None
    """Its place among the code actions of a cursor; None where it is not offered there."""
    documentation_only: bool = False
    """Whether it may change comments and documentation alone."""
    fits_in: bool = False
    """Whether its answer has to fit code in other places: its callers, and what it calls."""
    of_project: bool = False
    """Whether it may be a question about the project as a whole."""
    in_editor: bool = True
    """Whether an editor may ask for it. If not, it comes through the gateway only."""
    read_as: Action | None = None
    """The action whose weights the router uses for it, if no weights were fitted for its own."""
    steps: int = 1
    """Model calls of a median task, where the request does not say how many it will take."""

    @property
    def edits(self) -> bool:
        """Whether the answer is expected to become a proposal."""
        return self.answer != "text"

    @property
    def replaces(self) -> bool:
        """Whether a fenced block of the answer replaces the selection or the symbol."""
        return self.answer == "replacement"

    @property
    def at_cursor(self) -> bool:
        """Whether a fenced block of the answer is inserted at the cursor."""
        return self.answer == "insertion"

    @property
    def elsewhere(self) -> bool:
        """Whether the answer goes into another file than the one that was asked about."""
        return self.answer == "tests"

    @property
    def needs_code(self) -> bool:
        """Whether it needs a selection, or a symbol around the cursor."""
        return self.replaces or self.elsewhere

    @property
    def reads_code(self) -> bool:
        """Whether it is about code that it only reads, and means nothing without any."""
        return self.answer == "text" and self.on_code

    @property
    def may_create(self) -> bool:
        """Whether it may make a file that nobody named."""
        return self.at_cursor or self.elsewhere


TABLE: Final = (
    ActionKind(
        "chat",
        title="Ask",
        about="ask a question",
        wish="Answer about this.",
        answer="text",
        median_output=350,
        form="Answer in markdown. Where an edit is asked for, propose it as search/replace blocks:",
        may_edit=True,
        needs_words=True,
        asks="question",
        on_code=False,
        of_project=True,
    ),
    ActionKind(
        "edit",
        title="Edit",
        about="change the selection, or the symbol at the cursor",
        wish="Improve this code.",
        answer="replacement",
        median_output=350,
        needs_words=True,
        on_selection=1,
        fits_in=True,
    ),
    ActionKind(
        "explain",
        title="Explain",
        about="explain the selection",
        wish="Explain this code.",
        answer="text",
        median_output=400,
        form="Explain in markdown, briefly.",
        asks="question",
        on_selection=2,
        on_cursor=2,
        of_project=True,
    ),
    ActionKind(
        "fix",
        title="Fix",
        about="fix the problems of the selection",
        wish="Fix the diagnostics in this code.",
        answer="replacement",
        median_output=250,
        takes_diagnostics=True,
        on_selection=3,
        fits_in=True,
    ),
    ActionKind(
        "document",
        title="Add docs",
        about="write documentation for the selection",
        wish="Add documentation to this code.",
        answer="replacement",
        median_output=220,
        needs_symbol=True,
        on_selection=4,
        on_cursor=3,
        documentation_only=True,
    ),
    ActionKind(
        "test",
        title="Write tests",
        about="write tests for the selection",
        wish="Write tests for this code.",
        answer="tests",
        median_output=700,
        needs_symbol=True,
        on_selection=6,
        on_cursor=4,
        fits_in=True,
    ),
    ActionKind(
        "refactor",
        title="Refactor",
        about="restructure the selection, same behaviour",
        wish="Refactor this code without changing what it does.",
        answer="replacement",
        median_output=600,
        on_selection=5,
        fits_in=True,
    ),
    ActionKind(
        "generate",
        title="Generate",
        about="write code at the cursor",
        wish="Generate the code that belongs here.",
        answer="insertion",
        median_output=600,
        needs_words=True,
        on_cursor=1,
        fits_in=True,
    ),
    ActionKind(
        "review",
        title="Review",
        about="review the selection, or the file",
        wish="Review this code.",
        answer="text",
        median_output=450,
        form="Review in markdown: the findings that matter, most important first, each with its"
        " line number. The numbers before the lines are no part of the file.",
        asks="question",
        on_selection=7,
        on_cursor=5,
    ),
    ActionKind(
        "commit",
        title="Commit message",
        about="write a commit message",
        wish="Write a commit message for this change.",
        answer="text",
        median_output=80,
        form="Answer with the commit message for the diff as plain text and nothing else.",
        on_code=False,
    ),
    ActionKind(
        "agent",
        title="Agent turn",
        about="what an agent was told to do, over the gateway",
        wish="Go on.",
        answer="text",
        median_output=300,
        form="Answer in markdown.",
        needs_words=True,
        on_code=False,
        in_editor=False,
        read_as="chat",
        steps=5,
    ),
)
"""Every action, in the order of `Action`."""

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
IN_EDITOR: Final = tuple(kind.name for kind in TABLE if kind.in_editor)
"""The actions an editor may ask for."""
KINDS: Final[Mapping[Action, ActionKind]] = MappingProxyType({kind.name: kind for kind in TABLE})
"""The table by name."""


def offered(*, selection: bool) -> tuple[ActionKind, ...]:
    """The actions to offer on a selection, or at a cursor, in the order in which they are shown."""
    places = [(k.on_selection if selection else k.on_cursor, k) for k in TABLE]
    there = [(place, kind) for place, kind in places if place is not None]
    return tuple(kind for _, kind in sorted(there, key=lambda pair: pair[0]))

"""What is shown to the model of the project's files that nobody has open.

The index only proposes files; their texts were read from the disk for this request. The lines to
show are found in those texts and not in the index, so that none is outdated. Ignore rules, secrets
and what fits the model's context window decide as for any open file (`collect`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tierwise.context import window
from tierwise.context.items import ItemBuilder
from tierwise.context.outline import outline
from tierwise.core.context import ContextItem
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.syntax.positions import LineIndex
from tierwise.syntax.symbols import Symbol, definitions, words

AROUND_USE: Final = 2
"""Lines shown on either side of a use: enough to tell one place from another like it."""
WIDENED: Final = 8
"""How often the lines around a use are extended while the same lines occur twice in the file."""
OUTLINE_TOKENS: Final = 4_000
"""Tokens of all outlines of a question about the project."""
ONE_OUTLINE_TOKENS: Final = 800
"""Tokens of one outline, so that a large file does not push the others out."""
BODIES: Final = 5
"""Definitions shown whole, for a question about the project."""
BODY_TOKENS: Final = 700
"""Tokens of one such definition. Of a larger one only the first lines are shown."""
CARD_TOKENS: Final = 300
"""Tokens of the card that says what the project is."""


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Files of the project for one request, the most important first.

    `names` are what is looked for in them. With `everywhere` each of their uses is to be changed.
    `outlined` are the files that answer a question, `card` says in a few lines what the project is.
    `unread` counts files that use a name and were not looked at. `notes` are sentences about how
    complete the index is.
    """

    names: frozenset[str] = frozenset()
    everywhere: bool = False
    docs: tuple[Snapshot, ...] = ()
    outlined: tuple[Snapshot, ...] = ()
    card: str = ""
    unread: int = 0
    notes: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Snapshot, ...]:
        """Every document in it, each once."""
        return tuple({doc.uri: doc for doc in (*self.docs, *self.outlined)}.values())


def uses(
    names: frozenset[str],
    docs: Sequence[Snapshot],
    sent: Sequence[ContextItem],
    taking: ItemBuilder,
) -> Iterator[ContextItem]:
    """The pieces of code that use one of the names, each with the lines around it. Lines that are
    sent already (`sent`) are left out.
    """
    if not names:
        return
    pattern = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w$])")
    for doc in docs:
        path = taking.name(doc)
        shown = [(i.start_line, i.end_line) for i in sent if i.path == path]
        index = LineIndex(doc.text)
        for found in _runs(pattern, doc.text, index, shown):
            first, last, name = _alone(found, doc.text, index)
            end = _end(index, last)
            item = taking.piece("usage", doc, index, index.starts[first], end, f"uses {name}")
            yield replace(item, changes=name)


def _runs(
    pattern: re.Pattern[str], text: str, index: LineIndex, shown: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, str]]:
    """Runs of lines (from 0, inclusive) around the uses. Runs that touch are joined."""
    run: tuple[int, int, str] | None = None
    for match in pattern.finditer(text):
        line = index.position(match.start()).line
        if any(a <= line + 1 <= b for a, b in shown):
            continue
        first, last = max(0, line - AROUND_USE), min(index.line_count - 1, line + AROUND_USE)
        if run is not None and first <= run[1] + 1:
            run = (run[0], last, run[2])
            continue
        if run is not None:
            yield run
        run = (first, last, match.group(0))
    if run is not None:
        yield run


def _alone(run: tuple[int, int, str], text: str, index: LineIndex) -> tuple[int, int, str]:
    """A run, extended until its lines occur only once in the text, if `WIDENED` steps suffice.

    An answer names a place by quoting its lines, so they must not be ambiguous.
    """
    first, last, name = run
    for _ in range(WIDENED):
        piece = text[index.starts[first] : _end(index, last)]
        if text.count(piece) < 2 or (first, last) == (0, index.line_count - 1):
            break
        first, last = max(0, first - AROUND_USE), min(index.line_count - 1, last + AROUND_USE)
    return first, last, name


def _end(index: LineIndex, line: int) -> int:
    """The offset of the end of a line, its line end included."""
    return index.starts[line + 1] if line + 1 < index.line_count else len(index.text)


def answering(
    project: ProjectFiles, wish: str, docs: Sequence[Snapshot], taking: ItemBuilder
) -> Iterator[ContextItem]:
    """The pieces of files to send along with a question (`wish`): definitions it is about, outlines
    of the best files, and a few lines on what the project is (the card).

    `docs` are the files that may be sent. `taking` makes each piece without its secrets.
    """
    asked = project.names | words(wish)
    best = sorted(_definitions(project.names, asked, docs), key=lambda found: -found[0])
    for _, doc, symbol in best[:BODIES]:
        yield _body(doc, symbol, taking)
    room = OUTLINE_TOKENS
    for doc in (d for d in project.outlined if d in docs):
        lines, text = doc.text.count("\n") + 1, outline(doc)
        text = _shortened(text, min(room, ONE_OUTLINE_TOKENS))
        if text:
            item = taking.text("outline", taking.name(doc), doc.language, lines, text, "it defines")
            room -= item.tokens
            yield item
    if project.card:
        card = _shortened(project.card, CARD_TOKENS)
        yield taking.text("card", "the project", None, card.count("\n") + 1, card, "what")


def _definitions(
    names: frozenset[str], asked: frozenset[str], docs: Sequence[Snapshot]
) -> Iterator[tuple[float, Snapshot, Symbol]]:
    """Definitions that a question is about, each with its score."""
    wanted = {part for word in asked for part in _parts(word)}
    for rank, doc in enumerate(docs):
        for symbol in definitions(doc.text, doc.language):
            parts = _parts(symbol.name)
            hits = len(wanted & parts)
            score = 10.0 * (symbol.name in names) + hits / max(1, len(parts))
            if hits or symbol.name in names:
                yield score - 0.1 * rank - 0.2 * symbol.depth, doc, symbol


def _parts(name: str) -> frozenset[str]:
    """The words that an identifier consists of, in lower case and without a plural `s`."""
    split = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return frozenset(w.lower().rstrip("s") for w in split if len(w) > 2)


def _body(doc: Snapshot, symbol: Symbol, taking: ItemBuilder) -> ContextItem:
    index = LineIndex(doc.text)
    start, end = index.offset(symbol.range.start), index.offset(symbol.range.end)
    why = f"defines {symbol.name}"
    if window.tokens(doc.text[start:end]) > BODY_TOKENS:
        line = index.position(start + int(BODY_TOKENS * window.CHARS_PER_TOKEN)).line
        end, why = index.starts[line], f"{why}, cut"
    return taking.piece("related", doc, index, start, end, why)


def _shortened(text: str, tokens: int) -> str:
    """As many whole lines of a text as fit into so many tokens."""
    most = int(tokens * window.CHARS_PER_TOKEN) - 3
    if len(text) <= most:
        return text
    return text[: text.rfind("\n", 0, max(0, most)) + 1]

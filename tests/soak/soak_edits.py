"""Generated edits by hand under a waiting proposal: it lands in its own section, or nowhere.

    python -m tests.soak.soak_edits --sequences 20000

Prints how often it landed wrong, how often it was refused although it could have followed, by the
way the edits arrived and by the kind of document.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.support.like_sections import KINDS, OPS, Document, Kind, Line, Wanted, edit, wanted

from tierwise.core.document import Snapshot
from tierwise.edits.anchors import Anchors
from tierwise.edits.matching import longest_in_order
from tierwise.edits.offer import asked
from tierwise.edits.proposal import NewText, anchors, make
from tierwise.edits.splice import Splice, Step
from tierwise.syntax import common

WAYS: Final = {
    "as made": 3,
    "as a comparison finds them": 1,
    "as Neovim tells them": 1,
    "one range from first to last difference": 1,
    "the whole text as one range": 1,
    "whole texts": 3,
    "one whole text, after a reopen": 3,
    "one whole text, after a restart": 2,
}
"""How edits reach the server, with their weights; the last four are known as texts alone."""
ANCHORED: Final = ("as made", "as a comparison finds them", "as Neovim tells them")


@dataclass
class Tally:
    """What became of the sequences of one way and kind."""

    total: int = 0
    wrong: int = 0
    right: int = 0
    could: int = 0
    refused: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's sequences in."""
        self.total += other.total
        self.wrong += other.wrong
        self.right += other.right
        self.could += other.could
        self.refused += other.refused
        self.examples += other.examples


def line_splices(old: str, new: str) -> Iterator[Splice]:
    """Line edits that lead from one text to another, from the end to the beginning."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in a:
        starts.append(starts[-1] + len(line))
    codes = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for tag, i1, i2, j1, j2 in reversed(codes):
        if tag != "equal":
            yield Splice(starts[i1], starts[i2], "".join(b[j1:j2]))


def as_neovim_tells(text: str, splices: Sequence[Splice], chance: random.Random) -> list[Splice]:
    """Line edits, from the end to the beginning, as Neovim's client tells them: with the end of the
    line above or with the line below, and without what the first and the last line have in common.
    """
    found = []
    for made in splices:
        went, came, start = text[made.start : made.end], made.text, made.start
        below = text[made.end : text.find("\n", made.end) + 1]
        if not (went and came) and below and chance.random() < 0.5:
            went, came = went + below, came + below
        if not went and start:
            end = _line_end(text[:start])
            found.append(Splice(start - len(end), start, end + came))
        elif not came or not went:
            found.append(made)
        else:
            end = _line_end(went)
            old, new = went.removesuffix(end), came.removesuffix(end)
            lead = common.prefix(old.split("\n")[0], new.split("\n")[0])
            tail = 0
            if "\n" not in old and "\n" not in new:
                tail = common.suffix(old, new, lead)
            stop = start + len(old) - tail
            found.append(Splice(start + lead, stop, new[lead : len(new) - tail]))
    return found


def _line_end(text: str) -> str:
    return "\r\n" if text.endswith("\r\n") else "\n" if text.endswith("\n") else ""


def one_range(old: str, new: str) -> Splice:
    lead = common.prefix(old, new)
    tail = common.suffix(old, new, lead)
    return Splice(lead, len(old) - tail, new[lead : len(new) - tail])


def tell(place: Anchors, old: str, splices: Sequence[Splice]) -> None:
    text = old
    for splice in splices:
        after = splice.on(text)
        place.step(Step(text, after, splice))
        text = after


def by_identity(before: Sequence[Line], after: Sequence[Line], end: str) -> list[Splice]:
    """Line edits by the identity of lines: what was really done, from the end to the beginning."""
    ids = {id(line): n for n, line in enumerate(after)}
    pairs = [(n, ids[id(line)]) for n, line in enumerate(before) if id(line) in ids]
    kept = [pairs[k] for k in longest_in_order([m for _, m in pairs])]
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line.text) + len(end))
    found, i, j = [], 0, 0
    for n, m in [*kept, (len(before), len(after))]:
        if n > i or m > j:
            text = "".join(line.text + end for line in after[j:m])
            found.append(Splice(starts[i], starts[n], text))
        i, j = n + 1, m + 1
    return found[::-1]


def run(seed: int, kind: Kind, way: str, tally: Tally) -> None:
    """One sequence: a proposal is made, the text is edited one to four times, and it is judged."""
    chance = random.Random(seed)
    end = "\r\n" if chance.random() < 0.15 else "\n"
    doc = Document.made(kind, chance, chance.randrange(3, 16), end)
    want = wanted(doc)
    base, proposed = doc.text, want.made(doc)
    snapshot = Snapshot("file:///a", "/a", 1, None, base)
    file = make("e", "t", {"file:///a": NewText(snapshot, "a", proposed)}).files[0]
    place = anchors(file)
    text, lines = base, list(doc.lines())
    for _ in range(chance.randrange(1, 5)):
        edit(doc)
        after, now = doc.text, list(doc.lines())
        if after == text:
            continue
        if way == "as made":
            tell(place, text, by_identity(lines, now, end))
        elif way == "as a comparison finds them":
            tell(place, text, list(line_splices(text, after)))
        elif way == "as Neovim tells them":
            tell(place, text, as_neovim_tells(text, by_identity(lines, now, end), chance))
        elif way == "one range from first to last difference":
            tell(place, text, [one_range(text, after)])
        elif way == "the whole text as one range":
            tell(place, text, [Splice(0, len(text), after)])
        elif way == "whole texts":
            place.reads(after)
        text, lines = after, now
    if "one whole text" in way:
        place.reads(text)
    judge(place, want, doc, tally, f"{way}: {', '.join(doc.ops)}\n{base}")


def judge(place: Anchors, want: Wanted, doc: Document, tally: Tally, about: str) -> None:
    """Apply what can be applied, and look whether it is where it was meant to be."""
    tally.total += 1
    text, spots = doc.text, place.current()
    assert place.text == text
    could = want.stands(doc) and want.marked(doc)
    tally.could += could
    if any(spot.state != "pending" for spot in spots):
        tally.refused += could
        return
    result = asked(text, spots, {spot.id for spot in spots}).after
    if result in want.right(doc):
        tally.right += 1
    else:
        tally.wrong += 1
        tally.examples.append(f"{doc.kind.name}, {about}\n--- now\n{text}\n--- got\n{result}")


def soak(sequences: int, seed: int) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """The tallies of generated sequences, by way and by kind of document."""
    chance = random.Random(seed)
    by_way = {way: Tally() for way in WAYS}
    by_kind: dict[str, Tally] = {}
    for n in range(sequences):
        kind = KINDS[n % len(KINDS)]
        way = chance.choices(list(WAYS), list(WAYS.values()))[0]
        tally = Tally()
        run(seed * 1_000_003 + n, kind, way, tally)
        arrives = "ranges" if way in ANCHORED else "texts"
        by_way[way].add(tally)
        by_kind.setdefault(f"{kind.name} ({arrives})", Tally()).add(tally)
    return by_way, by_kind


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequences", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    by_way, by_kind = soak(args.sequences, args.seed)
    print("edits:", ", ".join(f"{name} ({weight})" for name, (weight, _) in OPS.items()))
    for title, tallies in (("way", by_way), ("kind", by_kind)):
        print(f"{title:42} {'sequences':>9} {'wrong':>6} {'could follow':>12} {'refused':>8}")
        for name, t in tallies.items():
            share = 100 * t.refused / t.could if t.could else 0
            print(f"{name:42} {t.total:9} {t.wrong:6} {t.could:12} {t.refused:8} {share:5.1f} %")
    wrong = [example for t in by_way.values() for example in t.examples]
    print("\n".join(wrong[:3]) if wrong else "none was applied in a wrong place")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Separates the ask from what is around it: small talk, and prose that was pasted to be worked on.

"Hope you had a nice weekend" says nothing of the work, and the words of an e-mail that is to be
summarised say nothing of how hard the summary is. Both are counted and taken out before anything
else is read. A small linear model (`talk.json`, fitted by `make fit`) decides by the words of a
sentence whether it is talk. Talk is taken out only if something else is left, except where the
action needs no words or the instruction is long.
"""

from __future__ import annotations

import json
import math
import os
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.routing.prose import CODE, without_prose
from tierwise.routing.sentences import Span, soft, spans
from tierwise.routing.words import families_of

TALK: Final = os.path.join(os.path.dirname(__file__), "talk.json")
SURE: Final = 0.0
"""Logit from which a sentence counts as talk."""
SURE_TAIL: Final = 0.7
"""Logit from which the end of a sentence counts as talk. Where to cut it off is itself a guess."""
SURE_ALL: Final = 2.0
"""Logit from which a sentence counts as talk if every sentence looks like talk."""
MATTER: Final = -1.0
"""Logit up to which the words before an end that is talk count as no talk, if the whole sentence
looks like talk."""
LEAST_TAIL: Final = 3
"""The least words of an end of a sentence that counts as talk, unless it begins with thanks."""
LONGEST: Final = 4_000
END: Final = 1_500
"""An instruction of up to `LONGEST` characters is searched for talk. Of a longer one the lines in
the first and the last `END` characters are."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[?!`\[\]]")
_BLANKS: Final = re.compile(r"(?<=\S)[ \t]{2,}")
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEADS: Final = re.compile(r"[:：](?:\s+|$)")
"""Colons, which may lead from talk to the wish inside a sentence."""
_THANKS: Final = re.compile(r"(?i)(?:thanks?|thx|ty|cheers|danke|merci|gracias|bye)\b")


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked, without small talk and without prose that was pasted to be worked on.

    `talk` and `prose` count the words of small talk and of pasted prose that were taken out.
    """

    text: str
    talk: int = 0
    prose: int = 0


@lru_cache(maxsize=256)
def apart(instruction: str, *, wordless: bool = False) -> Ask:
    """Separate what an instruction asks from small talk and pasted prose.

    `wordless` says that the action needs no words. Then an instruction may be all talk.
    """
    instruction = _BLANKS.sub(" ", instruction)
    text, prose = without_prose(instruction)
    if len(text) <= LONGEST:
        text, talk = _without_talk(text, wordless)
        if talk and not prose:
            # Talk before the wish may have hidden that the wish works on the text after it.
            text, prose = without_prose(text)
        return Ask(text, talk, prose)
    head, tail = text[:END].rpartition("\n")[0], text[-END:].partition("\n")[2]
    middle = text[len(head) : len(text) - len(tail)]
    (head, before), (tail, after) = _without_talk(head, True), _without_talk(tail, True)
    return Ask(head + middle + tail, before + after, prose)


def words_of(sentence: str) -> list[str]:
    """The features of a sentence that the talk model reads: its words and their beginnings, word
    pairs, word families, marks, the first word, and the size of the sentence.
    """
    text = unicodedata.normalize("NFKC", sentence).replace("’", "'").casefold()
    found = [w if not w.isdigit() else "0" for w in _WORD.findall(text)]
    wide = _WIDE.findall(text)
    if wide:
        found = [*wide, *(w for w in found if not _WIDE.search(w))]
    size = f"#{min(len(found) // 4, 6)}"
    head = f"^{found[0]}" if found else "^"
    starts = [f"{word[:5]}-" for word in found if len(word) > 5]
    families = [f"@{family}" for family in families_of(found)]
    return [size, head, *found, *starts, *families, *(f"{a} {b}" for a, b in pairwise(found))]


def talk_logit(sentence: str, weights: dict[str, float]) -> float:
    """How surely a sentence is small talk and says nothing of the work, as log odds."""
    return math.fsum(weights.get(word, 0.0) for word in {"", *words_of(sentence)})


@lru_cache(maxsize=1)
def _model() -> dict[str, float]:
    with open(TALK, encoding="utf-8") as file:
        found: dict[str, float] = json.load(file)
    return found


def forget() -> None:
    """Drop the cached talk model, so that a newly fitted one is read."""
    _model.cache_clear()
    apart.cache_clear()


def _without_talk(text: str, may_end: bool) -> tuple[str, int]:
    """A text without talk, and how many words of talk it had.

    With `may_end` it may be all talk: nothing else needs to be left. A text with a code fence stays
    as it is.
    """
    if "```" in text:
        return text, 0
    found = list(spans(text))
    weights = _model()
    talk: list[Span] = []
    kept: list[Span] = []
    found = [part for span in found for part in _parted(text, span, weights)]
    for span in found:
        head, tail = _split(text, span, weights)
        talk += [tail] if tail else []
        kept += [head] if head else []
    if talk and not may_end and not _says(text, kept):
        talk, kept = _all_but_the_wish(text, found, weights)
    if not talk:
        return text, 0
    return _joined(text, kept), sum(len(text[a:b].split()) for a, b in talk)


def _says(text: str, kept: list[Span]) -> bool:
    """Whether what is left is a wish: it has at least two words, or a script without spaces."""
    left = " ".join(text[a:b] for a, b in kept)
    return len(left.split()) > 1 or bool(_WIDE.search(left))


def _all_but_the_wish(
    text: str, found: list[Span], weights: dict[str, float]
) -> tuple[list[Span], list[Span]]:
    """Split sentences that all look like talk into talk and the rest.

    One of them must be the wish, so the sentence that looks least like talk stays, and so does each
    sentence that is not surely talk. If even the first is surely talk or is no wish, all stay.
    """
    told = {span: talk_logit(text[span[0] : span[1]], weights) for span in found}
    wish = min(found, key=lambda span: told[span])
    if told[wish] > SURE_ALL or not _says(text, [wish]):
        return [], found
    sure = [span for span in found if told[span] > SURE_ALL and not CODE.search(text, *span)]
    return sure, [span for span in found if span not in sure]


def _split(text: str, span: Span, weights: dict[str, float]) -> tuple[Span | None, Span | None]:
    """The part of a sentence that is kept, and the part that is talk: its end, or all of it."""
    start, end = span
    talk = _is_talk(text[start:end], weights, SURE)
    least = MATTER if talk else SURE
    best: tuple[float, Span] | None = None
    for tail in soft(text, span):
        said = text[tail[0] : end]
        if len(said.split()) < LEAST_TAIL and not _THANKS.match(said):
            continue
        head = text[start : tail[0]]
        if (not CODE.search(head) and talk_logit(head, weights) > least) or CODE.search(said):
            continue
        sure = talk_logit(said, weights)
        if sure > SURE_TAIL and (best is None or sure > best[0]):
            best = sure, tail
    if best is not None:
        return (start, best[1][0]), best[1]
    return (None, span) if talk else (span, None)


def _parted(text: str, span: Span, weights: dict[str, float]) -> list[Span]:
    """Split a sentence in two where talk leads to a wish: "could you help me with this: ...".

    In "it fails with this: ..." neither part is talk, and it stays one sentence.
    """
    start, end = span
    for mark in _LEADS.finditer(text, start, end):
        if mark.end() < end and _is_talk(text[start : mark.start()], weights, SURE_TAIL):
            return [(start, mark.end()), (mark.end(), end)]
    return [span]


def _is_talk(sentence: str, weights: dict[str, float], sure: float) -> bool:
    return not CODE.search(sentence) and talk_logit(sentence, weights) > sure


def _joined(text: str, kept: list[Span]) -> str:
    """The kept parts as one text. Parts that were on separate lines stay on separate lines."""
    parts: list[str] = []
    for before, span in zip([None, *kept], kept, strict=False):
        if before is not None:
            parts.append("\n" if "\n" in text[before[1] - 1 : span[0]] else " ")
        parts.append(text[span[0] : span[1]].strip())
    return "".join(parts)

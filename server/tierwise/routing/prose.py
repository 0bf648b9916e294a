"""Separates prose that is to be worked on from the wish: an e-mail to be summarised or answered.

Its words say nothing of how hard the work is, so they are counted and set aside like pasted code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

LEAST_PROSE: Final = 8
"""The least words of a text that is to be worked on."""
LONGEST_LEAD: Final = 30
"""The most words of a wish before or after a text that is to be worked on."""

FARTHEST: Final = 4_000
"""Characters at the start in which the end of a wish is searched."""
TAIL: Final = 1_000
"""Characters at the end in which a wish that comes last is searched."""
LAST: Final = 400
"""Characters before a mark in which the sentence that it ends is searched."""

SLIPPED: Final = (
    "summarize", "summarise", "summary", "translate", "rephrase", "paraphrase", "proofread",
    "condense", "shorten", "email", "e-mail", "message", "announcement",
    "zusammenfassen", "zusammenfassung", "übersetze", "nachricht", "résumer", "traduire",
    "resumir", "traducir", "correo", "riassumi",
)  # fmt: skip
"""Words of wishes that work on a text. They are recognized even with one typing error after the
first letter."""

LONGEST_TERM: Final = max(map(len, SLIPPED))

CODE: Final = re.compile(
    r"`|\w_\w|\b[a-z]+[A-Z]\w|\w\(\)|[\w-]\.(?:py|ts|js|go|rs|java|c|h|cs|sql)\b"
)
"""What only code has. The pattern has one character before a file ending, because a run of them
would take too long."""

_MARK: Final = re.compile(r"[:?.]\s|[：。？]|\n|[\"“”«]")
"""What may separate such a wish from its text."""
_LAST: Final = re.compile(r"(?<=[.!?。！？])\s+|\n")
_LONG_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|-)*[^\W\d_]")
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_TEXT_WORK: Final = re.compile(
    r"\b(?:summar[iy]\w*|sum (?:\w+ ){0,3}?up|what does .{0,40}\bsay\b|"
    r"tl;?dr|recap|gist|key points|main points|action items|translat\w*|"
    r"repl(?:y|ies)|respon(?:d|se)|answer (?:to )?(?:this|the|that|my|his|her|their)|proofread|"
    r"rephras\w*|reword\w*|paraphras\w*|shorten|condense|polish|friendlier|politer|more polite|"
    r"bullet points?|minutes|zusammenfass\w*|fass\w* .{0,40}zusammen|"
    r"übersetz\w*|antwort\w*|résum\w*|tradui\w*|répond\w*|resum\w*|traduc\w*|respond\w*|"
    r"riassum\w*|traduz\w*|rispond\w*)\b|要約|翻訳|返信|总结|翻译|回复|摘要|요약|번역|답장",
    re.IGNORECASE,
)
"""Wishes that work on a text as a text."""

_TEXT_ASKED: Final = (
    (60, re.compile(r"\bwhat ", re.IGNORECASE), re.compile(
        r"\b(?:wants?|asks?|asking|asked|needs?|says?|saying|request\w*|propos\w*|complain\w*|"
        r"suggest\w*|about|(?:have to|need to|must|should|supposed to) do)\b", re.IGNORECASE)),
    (30, re.compile(r"\b(?:is|was) ", re.IGNORECASE), re.compile(
        r"\b(?:angry|happy|upset|urgent|spam|phishing|polite|rude)\b", re.IGNORECASE)),
    (30, re.compile(r"\bwas ", re.IGNORECASE), re.compile(
        r"(?:will|wollen|möchte\w*|muss)\b", re.IGNORECASE)),
    (0, re.compile(""), re.compile(
        r"\bworum geht|\bque (?:veut|demande)|\bqué (?:quiere|pide)", re.IGNORECASE)),
)  # fmt: skip
"""Questions about what a text says, if the text follows. Each is a distance and two patterns: a
word of the second pattern, with one of the first on the same line and at most that many characters
before it. With a single pattern, a text full of "what" would be read sixty times."""
LONGEST_QUESTION: Final = 5
"""Characters of the longest match of a first pattern, with its blank."""


_TEXT: Final = re.compile(
    r"(?i)\b(?:e-?mails?|mails?|messages?|letters?|threads?|tickets?|notes|posts?|announcements?|text|"
    r"nachricht|courriel|correo|mensaje)\b|メール|邮件|메일"
)
"""Names of such a text."""

_MORE: Final = re.compile(
    r"(?i)\b(?:fix|implement|do|build|solve|change|add|make|repair|handle|debug|investigate|find)\b"
)
"""Wishes for work that goes beyond what a text says."""

_LETTER: Final = re.compile(
    r"\s*(?:[\"“„«>'‘]\s*|(?:subject|from|to|betreff|von|objet|asunto)\s*:|"
    r"(?:hi|hello|hey|dear|good (?:morning|day|evening)|hallo|guten \w+|sehr geehrte\w*|liebe\w*|"
    r"bonjour|cher|chère|hola|estimad\w+|ciao|gentile)\b)",
    re.IGNORECASE,
)
"""Beginnings of such a text."""


def without_prose(text: str) -> tuple[str, int]:
    """The wish without the text it works on, and the number of words in that text.

    The wish may be the end of a long lead: "... so I ask you: summarise this mail:". The whole lead
    is then returned.
    """
    if not _works_on_text(mended(text[:FARTHEST])) and not _works_on_text(text[-TAIL:]):
        return text, 0
    counted, told = 0, 0
    for mark in _MARK.finditer(text, 0, FARTHEST):
        lead, rest = text[: mark.start()], text[mark.end() :]
        counted, told = counted + len(text[told : mark.start()].split()), mark.start()
        long = counted > LONGEST_LEAD
        if long and mark.group(0)[0] not in ":：\n":
            continue
        asked = mended(_LAST.split(lead[-LAST:])[-1] if long else lead)
        if long and not (_TEXT.search(asked) and len(asked.split()) <= LONGEST_LEAD):
            continue
        named = mark.group(0)[0] not in "?." or _TEXT.search(asked)
        worked_on = _TEXT_WORK.search(asked) or (_asked_about(asked) and _is_letter(asked, rest))
        if named and worked_on and (words := _words(rest)) >= LEAST_PROSE:
            return lead, words
    before, gap, tail = text.rpartition("\n\n")
    if (
        gap
        and len(tail) <= TAIL
        and len(tail.split()) <= LONGEST_LEAD
        and _TEXT_WORK.search(mended(tail))
    ):
        return tail, _words(before)
    return text, 0


def mended(text: str) -> str:
    """A text in which typing errors in the words of `SLIPPED` are corrected."""
    return _LONG_WORD.sub(lambda word: _meant(word.group(0)), text)


@lru_cache(maxsize=2048)
def _meant(word: str) -> str:
    if len(word) > LONGEST_TERM + 1:
        return word
    folded, known = word.casefold(), _shortened()
    if folded in SLIPPED or not any(key in known for key in (folded, *_without_one(folded))):
        return word
    near = (term for term in SLIPPED if term[0] == folded[0] and one_slip(folded, term))
    return next(near, word)


@lru_cache(maxsize=1)
def _shortened() -> frozenset[str]:
    """The terms, and each of them without one letter.

    A term with one typing error is one of these, or becomes one without one of its letters.
    """
    return frozenset(key for term in SLIPPED for key in (term, *_without_one(term)))


def _without_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def _works_on_text(text: str) -> bool:
    return bool(_TEXT_WORK.search(text)) or _asked_at(text) is not None


def _asked_at(text: str) -> int | None:
    """Where a wish first asks what some prose says ("what does she want"), as an offset. It is
    judged by patterns of words alone. None if it does not ask.
    """
    begins = []
    for far, question, said in _TEXT_ASKED:
        for word in said.finditer(text):
            near = max(0, word.start() - far - LONGEST_QUESTION) if far else word.start()
            near = max(near, text.rfind("\n", near, word.start()) + 1)
            asked = _first_within(question, text, near, word.start(), far)
            if asked is not None:
                begins.append(asked)
                break
    return min(begins, default=None)


def _first_within(
    question: re.Pattern[str], text: str, start: int, end: int, far: int
) -> int | None:
    for found in question.finditer(text, start, end):
        if end - found.end() <= far:
            return found.start()
    return None


def one_slip(word: str, term: str) -> bool:
    """Whether two words differ by one typing error: a key missed, added, wrong, or swapped with the
    next.
    """
    size, other = len(word), len(term)
    if abs(size - other) > 1 or word == term:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, term, strict=False)) if a != b), None)
    if at is None:
        return True
    if size == other:
        swapped = word[at : at + 2] == term[at : at + 2][::-1] and word[at + 2 :] == term[at + 2 :]
        return swapped or word[at + 1 :] == term[at + 1 :]
    return word[at + 1 :] == term[at:] if size > other else word[at:] == term[at + 1 :]


def _words(text: str) -> int:
    """How many words a text has. In scripts without spaces two characters count as one word."""
    return len(text.split()) + len(_WIDE.findall(text)) // 2


def _asked_about(lead: str) -> bool:
    """Whether a lead asks only what a text says. "Fix what they report" asks for more."""
    asked = _asked_at(lead)
    return asked is not None and not _MORE.search(lead[:asked])


def _is_letter(lead: str, rest: str) -> bool:
    """Whether `rest` is a message to somebody and holds no code: `lead` calls it one, or it begins
    with a greeting, a header or a quotation mark.
    """
    return bool(_TEXT.search(lead) or _LETTER.match(rest)) and not CODE.search(rest)

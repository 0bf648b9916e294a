"""Prose that is to be worked on, apart from the wish: an e-mail to be summarised or answered.

Its words say nothing of how hard the work is, so they are counted and set aside like pasted code.
"""

from __future__ import annotations

import re
from typing import Final

LEAST_PROSE: Final = 8
"""Words of a text that is worked on, at least."""
LONGEST_LEAD: Final = 30
"""Words of the wish before or after such a text, at most."""

CODE: Final = re.compile(
    r"`|\w_\w|\b[a-z]+[A-Z]\w|\w\(\)|[\w-]+\.(?:py|ts|js|go|rs|java|c|h|cs|sql)\b"
)
"""What only code has."""

_TEXT_WORK: Final = re.compile(
    r"\b(?:summar[iy]\w*|sum (?:it |this |that )?up|what does .{0,40}\bsay\b|"
    r"tl;?dr|recap|gist|key points|main points|action items|translat\w*|"
    r"repl(?:y|ies)|respon(?:d|se)|answer (?:to )?(?:this|the|that|my|his|her|their)|proofread|"
    r"rephras\w*|reword\w*|paraphras\w*|shorten|condense|polish|friendlier|politer|more polite|"
    r"bullet points?|minutes|zusammenfass\w*|fass\w* .{0,40}zusammen|"
    r"übersetz\w*|antwort\w*|résum\w*|tradui\w*|répond\w*|resum\w*|traduc\w*|respond\w*|"
    r"riassum\w*|traduz\w*|rispond\w*)\b|要約|翻訳|返信|总结|翻译|回复|摘要|요약|번역|답장",
    re.IGNORECASE,
)
"""Wishes that work on a text as a text."""

_TEXT_ASKED: Final = re.compile(
    r"\bwhat .{0,60}\b(?:wants?|asks?|asking|asked|needs?|says?|saying|request\w*|propos\w*|"
    r"complain\w*|suggest\w*|about|(?:have to|need to|must|should|supposed to) do)\b|"
    r"\b(?:is|was) .{0,30}\b(?:angry|happy|upset|urgent|spam|phishing|polite|rude)\b|"
    r"\bwas .{0,30}(?:will|wollen|möchte\w*|muss)\b|\bworum geht|\bque (?:veut|demande)|"
    r"\bqué (?:quiere|pide)",
    re.IGNORECASE,
)
"""Questions about what a text says, where the text stands behind them."""


_TEXT: Final = re.compile(
    r"(?i)\b(?:e-?mails?|mails?|messages?|letters?|threads?|tickets?|notes|posts?|announcements?|text|"
    r"nachricht|courriel|correo|mensaje)\b|メール|邮件|메일"
)
"""What such a text is called."""

_MORE: Final = re.compile(
    r"(?i)\b(?:fix|implement|do|build|solve|change|add|make|repair|handle|debug|investigate|find)\b"
)
"""Wishes that go on from what a text says."""

_LETTER: Final = re.compile(
    r"\s*(?:[\"“„«>'‘]\s*|(?:subject|from|to|betreff|von|objet|asunto)\s*:|"
    r"(?:hi|hello|hey|dear|good (?:morning|day|evening)|hallo|guten \w+|sehr geehrte\w*|liebe\w*|"
    r"bonjour|cher|chère|hola|estimad\w+|ciao|gentile)\b)",
    re.IGNORECASE,
)
"""How such a text begins."""


def without_prose(text: str) -> tuple[str, int]:
    """The wish without the text it works on, where it works on one."""
    if not (_TEXT_WORK.search(text) or _TEXT_ASKED.search(text)):
        return text, 0
    for mark in re.finditer(r"[:?.]\s|\n|[\"“”«]", text):
        lead, rest = text[: mark.start()], text[mark.end() :]
        if len(lead.split()) > LONGEST_LEAD:
            break
        named = mark.group(0)[0] not in "?." or _TEXT.search(lead)
        worked_on = _TEXT_WORK.search(lead) or (_asked_about(lead) and _is_letter(lead, rest))
        if named and worked_on and len(rest.split()) >= LEAST_PROSE:
            return lead, len(rest.split())
    before, gap, tail = text.rpartition("\n\n")
    if gap and len(tail.split()) <= LONGEST_LEAD and _TEXT_WORK.search(tail):
        return tail, len(before.split())
    return text, 0


def _asked_about(lead: str) -> bool:
    """Whether it is asked what a text says; "fix what they report" asks for more."""
    asked = _TEXT_ASKED.search(lead)
    return asked is not None and not _MORE.search(lead[: asked.start()])


def _is_letter(lead: str, rest: str) -> bool:
    """Whether a text is what somebody wrote to somebody: named so, greeted, or quoted."""
    return bool(_TEXT.search(lead) or _LETTER.match(rest)) and not CODE.search(rest)

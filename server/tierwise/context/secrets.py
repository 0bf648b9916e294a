"""Secrets: found, replaced by placeholders before anything is sent, put back in the edit."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

_KNOWN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"sk-ant-[A-Za-z0-9_-]{20,}",
        r"sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,}",
        r"(?:AKIA|ASIA)[0-9A-Z]{16}",
        r"gh[pousr]_[A-Za-z0-9]{30,}",
        r"github_pat_[A-Za-z0-9_]{30,}",
        r"glpat-[A-Za-z0-9_-]{20,}",
        r"xox[abprs]-[A-Za-z0-9-]{10,}",
        r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,}",
        r"AIza[0-9A-Za-z_-]{35}",
        r"ya29\.[0-9A-Za-z_-]{20,}",
        r"[rsp]k_(?:live|test)_[0-9A-Za-z]{16,}",
        r"whsec_[A-Za-z0-9+/=]{20,}",
        r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
        r"npm_[A-Za-z0-9]{36}",
        r"pypi-[A-Za-z0-9_-]{32,}",
        r"hf_[A-Za-z0-9]{30,}",
        r"dop_v1_[a-f0-9]{64}",
        r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s]{32,}",
    )
)
_URL_PASSWORD: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]+:([^\s@/'\"]{3,})@")
_ASSIGNED: Final = re.compile(
    r"(?i)\b[\w.-]*(?:secret|passwd|password|api[_-]?key|access[_-]?key|auth[_-]?token|"
    r"private[_-]?key|client[_-]?secret|token)\b[\"']?\s*[:=]\s*[\"']([^\s\"']{8,})[\"']"
)
_DULL: Final = re.compile(
    r"(?i)^(?:[\w.\[\]]*(?:example|changeme|placeholder|your[_-]|dummy|xxx|test|fake|sample)"
    r"[\w.-]*|\$?\{.*|<.*>|%\w+%?|[a-z_]+(?:\.[a-z_]+)+|[a-z_ ]+|[A-Z_]+|\*+)$"
)
_LEAST_ENTROPY: Final = 3.0
"""Bits per character from which an assigned string counts as random; words lie below."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and what each placeholder stands for."""

    text: str
    secrets: tuple[tuple[str, str], ...] = ()


def find(text: str) -> list[tuple[int, int]]:
    """Spans (offsets) of everything in a text that looks like a secret, in order, disjoint."""
    spans = [m.span() for pattern in _KNOWN for m in pattern.finditer(text)]
    spans += [m.span(1) for m in _URL_PASSWORD.finditer(text) if not _DULL.match(m.group(1))]
    spans += [
        m.span(1)
        for m in _ASSIGNED.finditer(text)
        if not _DULL.match(m.group(1)) and _entropy(m.group(1)) >= _LEAST_ENTROPY
    ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def redact(text: str, known: tuple[tuple[str, str], ...] = ()) -> Redacted:
    """The text with each secret replaced; the same secret gets the same placeholder."""
    names = {secret: name for name, secret in known}
    parts, last = [], 0
    for start, end in find(text):
        secret = text[start:end]
        name = names.setdefault(secret, f"{{{{SECRET_{len(names) + 1}}}}}")
        parts += [text[last:start], name]
        last = end
    parts.append(text[last:])
    return Redacted("".join(parts), tuple((name, secret) for secret, name in names.items()))


def restore(text: str, secrets: tuple[tuple[str, str], ...]) -> str | None:
    """The text with every placeholder put back; None where one was bent out of shape."""
    for name, secret in secrets:
        text = text.replace(name, secret)
    return None if re.search(r"SECRET_\d+\}|\{SECRET_\d+", text) else text


def _entropy(text: str) -> float:
    counts, total = Counter(text), len(text)
    return -sum(n / total * math.log2(n / total) for n in counts.values())

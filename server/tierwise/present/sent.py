"""What was sent to a model, as a document: what was chosen and why, what was not, and
every word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tierwise.present.names import label


def document(attempts: Sequence[Mapping[str, Any]]) -> str:
    """All attempts of a task in markdown, the last one first."""
    return "\n".join(_attempt(a) for a in reversed(attempts))


def _attempt(attempt: Mapping[str, Any]) -> str:
    when = datetime.fromtimestamp(attempt["at"] / 1000).strftime("%H:%M:%S")
    lines = [
        f"# Sent to {label(attempt['tier'])} ({attempt['model']}) at {when}",
        "",
        f"About {attempt['tokens']:,} of {attempt['window']:,} tokens of context.",
        *_secrets(attempt["secrets"]),
        "",
        "## Chosen",
        "",
        *(_chosen(item) for item in attempt["items"]),
        *([] if attempt["items"] else ["Nothing but the request."]),
        "",
        "## Left out",
        "",
        *(f"- {left['path']}: {left['why']}" for left in attempt["leftOut"]),
        *([] if attempt["leftOut"] else ["Nothing."]),
        "",
        "## Word for word",
    ]
    turns = [("system", attempt["system"])]
    turns += [(turn["role"], turn["text"]) for turn in attempt["turns"]]
    for role, text in turns:
        fence = _fence(text)
        lines += ["", f"### {role}", "", fence, text, fence]
    return "\n".join(lines) + "\n"


def _chosen(item: Mapping[str, Any]) -> str:
    part = item["kind"] not in ("file", "diagnostics", "diff", "outline")
    where = f"{item['path']}:{item['startLine']}-{item['endLine']}" if part else item["path"]
    why = f", {item['why']}" if item["why"] else ""
    return f"- {where} ({item['kind']}{why}; {item['tokens']:,} tokens)"


def _secrets(count: int) -> list[str]:
    if not count:
        return []
    word = "secret was" if count == 1 else "secrets were"
    return [f"{count} {word} replaced by a placeholder before sending."]


def _fence(text: str) -> str:
    """A fence that no line of the text can close."""
    longest = max((len(line) - len(line.lstrip("`")) for line in text.split("\n")), default=0)
    return "`" * max(3, longest + 1)

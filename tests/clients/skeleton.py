"""A client's request as a skeleton: keys, order, roles, sizes and cache marks, and no foreign text.

Every text becomes a number, the count of its characters, but for the markers that a kind is
recognised by and for the words that our own driver typed. Read back, a number becomes filler of the
same length, so that sizes and shapes are those of the client.

`python -m tests.clients.skeleton IN.json IN.head OUT.json KIND WORDS...` makes one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "skeletons"
TYPED: Final = (
    "fix the bug in calc.py",
    "no, that is still wrong",
    "@opus fix it once more",
    "List the functions of calc.py and report.",
)
"""What our drivers type or have an agent say."""
MARKERS: Final = re.compile(
    r"<system-reminder>|</system-reminder>|\[SYSTEM NOTIFICATION - NOT USER INPUT\]|"
    r"CRITICAL: Respond with TEXT ONLY\. Do NOT call any tools|</?session>|"
    r"\[Request interrupted by user(?: for tool use)?\]|</?command-(?:name|message|args)>|"
    r"</?local-command-(?:stdout|stderr|caveat)>|"
    r"Primary working directory: (?=/)|Working directory: (?=/)|"
    r"This session is being continued from a previous conversation|"
    + "|".join(re.escape(words) for words in TYPED)
)
KEPT: Final = frozenset(
    {"type", "role", "name", "model", "effort", "display", "keep", "ttl", "scope", "stop_reason"}
)
"""Members whose text is part of the shape."""
IDS: Final = frozenset({"id", "tool_use_id", "tool_name"})
HEADERS: Final = (
    "authorization", "x-api-key", "anthropic-version", "x-app", "x-claude-code-session-id",
    "x-claude-code-agent-id", "x-session-id", "x-session-affinity", "x-stainless-retry-count",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A skeleton read back: what was typed, the kind it is, and the request."""

    name: str
    kind: str
    words: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


def load() -> Sequence[Skeleton]:
    """Every committed skeleton."""
    return [_load(path) for path in sorted(FOLDER.glob("*.json"))]


def made(body: Mapping[str, Any], head: Sequence[Any], kind: str, words: str) -> Mapping[str, Any]:
    """The skeleton of a request; `head` is its method, its path and its headers."""
    _, path, headers = head
    kept = {name: _header(name, headers[name]) for name in HEADERS if name in headers}
    return {"kind": kind, "words": words, "path": path, "headers": kept, "body": _bare(body, "")}


def _header(name: str, value: str) -> str:
    if name.startswith(("x-claude-code", "x-session")):
        return f"00000000-0000-4000-8000-{len(value):012d}"
    return "local-token" if name in ("authorization", "x-api-key") else value


def _bare(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        if key in ("input_schema", "schema"):
            return _schema(value)
        if key == "input":
            return {name: _bare(inner, "") for name, inner in value.items()}
        return {name: _bare(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_bare(inner, key) for inner in value]
    if isinstance(value, str) and key == "user_id":
        return {"$json": {"session_id": "00000000-0000-4000-8000-000000000036", "rest": len(value)}}
    if isinstance(value, str) and key not in KEPT | IDS:
        return {"$text": _parts(value)}
    return value


def _schema(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema: its type, the name of an only property, and the rest as one long filler."""
    names = list(value.get("properties", {}))
    only: dict[str, Any] = {name: {} for name in names} if len(names) == 1 else {}
    rest = {"$text": [len(json.dumps(value))]}
    return {"type": "object", "properties": only, "$rest": rest}


def _parts(text: str) -> list[int | str]:
    """A text as markers and counts; blanks between markers stay, for they say nothing."""
    parts: list[int | str] = []
    at = 0
    for found in MARKERS.finditer(text):
        _add(parts, text[at : found.start()])
        parts.append(found.group())
        at = found.end()
    _add(parts, text[at:])
    return parts


def _add(parts: list[int | str], foreign: str) -> None:
    if foreign:
        parts.append(foreign if foreign.isspace() else len(foreign))


def _full(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$text"}:
            return "".join(p if isinstance(p, str) else _filler(p) for p in value["$text"])
        if set(value) == {"$json"}:
            return json.dumps({**value["$json"], "rest": "x"})
        return {name: _full(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_full(inner) for inner in value]
    return value


def _filler(length: int) -> str:
    """Words that say nothing, in lines, of exactly this length."""
    line = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do\n"
    return (line * (length // len(line) + 1))[:length]


def _load(path: Path) -> Skeleton:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Skeleton(
        path.stem, data["kind"], data["words"], data["path"], data["headers"], _full(data["body"])
    )


def main() -> None:
    source, head, target, kind, *words = sys.argv[1:]
    skeleton = made(
        json.loads(Path(source).read_text()), json.loads(Path(head).read_text()), kind,
        " ".join(words),
    )  # fmt: skip
    Path(target).write_text(json.dumps(skeleton, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Makes configuration files with one mistake each, of the kinds that people make."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

GOOD: Final = """\
# tiers of our own, nothing else may be asked
max_tier = "large"
content_keep_days = 3
[[tiers]]
name = "small"
model = "qwen3:8b"
max_tokens = 2048
base_url = "{own}"
api_key_env = "LOCAL_KEY"
features = []

[[tiers]]
name = "large"
model = "qwen3:70b"
max_tokens = 4096
base_url = "{own}"
api_key_env = "LOCAL_KEY"
features = ["effort"]
fallback = ["small"]

[budget]
day_usd = 2.5
hour_usd = 1.5
request_usd = 0.9
project_usd = 30.0
project_period = "total"
soft_at = 0.7

[timeouts]
connect = 4
task = 60

[ignore]
patterns = ["*.sql"]

[learning]
on = false

[[prices]]
base_url = "{own}"
input = 0.5
output = 2.0
"""
KEY: Final = re.compile(r"^(\w+) = (.*)$")
HEAD: Final = re.compile(r"^\[\[?(\w+)\]\]?$")
WRONG: Final = (
    "true", "false", '""', '"many"', "[]", "{}", "-1", "nan", "inf", "1979-05-27", "[[1]]",
    '["a", 7]', "1e400", "0x", '"""', "'''", "yes", "", "None", "12 usd",
)  # fmt: skip


@dataclass(frozen=True)
class MistakenFile:
    """A file with one mistake: what was done, and the bytes."""

    kind: str
    at: str
    data: bytes


def mistaken(dice: random.Random, own: str) -> MistakenFile:
    """One file with one mistake; it may happen to mean the same as the good one."""
    lines = GOOD.format(own=own).splitlines()
    kind = dice.choice(sorted(KINDS))
    at, data = KINDS[kind](dice, lines)
    return MistakenFile(kind, at, data)


def _keys(lines: list[str]) -> list[int]:
    return [i for i, line in enumerate(lines) if KEY.match(line)]


def _heads(lines: list[str]) -> list[int]:
    return [i for i, line in enumerate(lines) if HEAD.match(line)]


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _misspelt(dice: random.Random, name: str) -> str:
    """A name with a slip of the pen."""
    at = dice.randrange(len(name))
    return dice.choice(
        (
            name[:at] + name[at + 1 :] or "x",
            name[:at] + name[at] + name[at:],
            name[:at] + dice.choice("aeiounst_") + name[at + 1 :],
            name + "s",
            name.removesuffix("s") or name + "x",
            name.upper(),
            name.title(),
            name.replace("_", "-"),
            name.replace("_", ""),
            name.split("_")[0] if "_" in name else name + "_x",
        )
    )


def _key_misspelt(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice(_keys(lines))
    found = KEY.match(lines[at])
    assert found is not None
    lines[at] = f"{_misspelt(dice, found[1])} = {found[2]}"
    return lines[at], _text(lines)


def _head_misspelt(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice(_heads(lines))
    found = HEAD.match(lines[at])
    assert found is not None
    lines[at] = lines[at].replace(found[1], _misspelt(dice, found[1]))
    return lines[at], _text(lines)


def _heads_misspelt(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    """The same slip wherever the section stands, as after a search and replace."""
    found = HEAD.match(lines[dice.choice(_heads(lines))])
    assert found is not None
    wrong = _misspelt(dice, found[1])
    changed = [re.sub(rf"^(\[\[?){found[1]}(\]\]?)$", rf"\1{wrong}\2", line) for line in lines]
    return wrong, _text(changed)


def _brackets(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice(_heads(lines))
    inner = lines[at].strip("[]")
    lines[at] = dice.choice((f"[{inner}]", f"[[{inner}]]", f"[{inner}", f"{inner}]", inner))
    return lines[at], _text(lines)


def _value(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice(_keys(lines))
    found = KEY.match(lines[at])
    assert found is not None
    other = [wrong for wrong in WRONG if wrong[:1] != found[2][:1] or found[1] == "project_period"]
    lines[at] = f"{found[1]} = {dice.choice(other)}"
    return lines[at], _text(lines)


def _unquoted(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice([i for i in _keys(lines) if '"' in lines[i]])
    lines[at] = lines[at].replace('"', dice.choice(("", "'", "“")), dice.choice((1, 2)))
    return lines[at], _text(lines)


def _moved(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    """A key that slipped into another section, or to the top."""
    line = lines.pop(dice.choice(_keys(lines)))
    at = dice.choice([0, *(i + 1 for i in _heads(lines))])
    lines.insert(at, line)
    return f"{line} at {at}", _text(lines)


def _twice(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice(_keys(lines))
    lines.insert(at, lines[at])
    return lines[at], _text(lines)


def _headless(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    return lines.pop(dice.choice(_heads(lines))), _text(lines)


def _truncated(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    """A file that ends in the middle of a line."""
    at = dice.choice(_keys(lines))
    kept = lines[: at + 1]
    kept[-1] = kept[-1][: dice.randint(2, max(2, len(kept[-1]) - 1))]
    if not any("base_url" in line for line in kept):
        return _unquoted(dice, lines)
    return f"line {at}", "\n".join(kept).encode()


def _bytes(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    data = _text(lines)
    made = dice.choice((
        data.decode().encode("utf-16"), data.replace(b"#", b"\xff\xfe", 1),
        data.replace(b"\n", b"\n\x00", 1), b"{" + data, data + b"[", b"---\n" + data,
        data.replace(b" = ", b": "), data.replace(b"#", b"//", 1), b'{"tiers": []}',
    ))  # fmt: skip
    return str(made[:12]), made


def _address(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice([i for i in _keys(lines) if "base_url" in lines[i]])
    good = lines[at].split('"')[1]
    bad = dice.choice((
        "", " ", good.removeprefix("http://"), good.replace("http", "htp"), "http://", "http:/x",
        good.replace("://", ":"), f"<{good}>", "localhost", good + " x", good.replace(":", ";"),
    ))  # fmt: skip
    lines[at] = f'base_url = "{bad}"'
    return lines[at], _text(lines)


def _secret(dice: random.Random, lines: list[str]) -> tuple[str, bytes]:
    at = dice.choice([i for i in _keys(lines) if "api_key_env" in lines[i]])
    lines[at] = 'api_key_env = "sk-local-0123456789-abcdefgh"'
    return "api_key_env holds a key", _text(lines)


KINDS: Final[dict[str, Callable[[random.Random, list[str]], tuple[str, bytes]]]] = {
    "key misspelt": _key_misspelt,
    "section misspelt": _head_misspelt,
    "section misspelt everywhere": _heads_misspelt,
    "brackets": _brackets,
    "wrong value": _value,
    "quotes": _unquoted,
    "moved": _moved,
    "twice": _twice,
    "without its section": _headless,
    "truncated": _truncated,
    "not TOML": _bytes,
    "address": _address,
    "key instead of its name": _secret,
}

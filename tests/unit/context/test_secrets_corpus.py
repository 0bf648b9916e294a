"""Generated secrets are found, ordinary source files are left alone."""

from __future__ import annotations

import base64
import random
import string
import sysconfig
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tierwise.context import secrets

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
EACH = 25
ORDINARY = 2_000


def chars(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def b64(rng: random.Random, count: int) -> str:
    return base64.b64encode(rng.randbytes(count)).decode()


def url64(rng: random.Random, count: int) -> str:
    return base64.urlsafe_b64encode(rng.randbytes(count)).decode().rstrip("=")


def pem(rng: random.Random) -> str:
    body = b64(rng, 600)
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    kind = rng.choice(("RSA ", "EC ", "", "OPENSSH "))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


def jwt(rng: random.Random) -> str:
    return f"eyJ{url64(rng, 24)}.eyJ{url64(rng, 60)}.{url64(rng, 32)}"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "anthropic": lambda r: f"sk-ant-api03-{url64(r, 60)}",
    "openai": lambda r: f"sk-proj-{chars(r, ALNUM, 48)}",
    "aws key id": lambda r: f"AKIA{chars(r, UPPER, 16)}",
    "github": lambda r: f"ghp_{chars(r, ALNUM, 36)}",
    "github fine-grained": lambda r: f"github_pat_{chars(r, ALNUM, 22)}_{chars(r, ALNUM, 59)}",
    "gitlab": lambda r: f"glpat-{chars(r, ALNUM, 20)}",
    "slack": lambda r: f"xoxb-{chars(r, string.digits, 12)}-{chars(r, ALNUM, 24)}",
    "slack webhook": lambda r: (
        f"https://hooks.slack.com/services/T{chars(r, UPPER, 8)}/B{chars(r, ALNUM, 24)}"
    ),
    "google": lambda r: f"AIza{chars(r, ALNUM, 35)}",
    "stripe": lambda r: f"sk_live_{chars(r, ALNUM, 24)}",
    "sendgrid": lambda r: f"SG.{url64(r, 16)}.{url64(r, 32)}",
    "npm": lambda r: f"npm_{chars(r, ALNUM, 36)}",
    "pypi": lambda r: f"pypi-AgEIcHlwaS5vcmc{url64(r, 60)}",
    "hugging face": lambda r: f"hf_{chars(r, ALNUM, 34)}",
    "digitalocean": lambda r: f"dop_v1_{chars(r, HEX, 64)}",
    "shopify": lambda r: f"shpat_{chars(r, HEX, 32)}",
    "databricks": lambda r: f"dapi{chars(r, HEX, 32)}",
    "vault": lambda r: f"hvs.{url64(r, 30)}",
    "telegram": lambda r: f"{chars(r, '123456789', 9)}:AA{url64(r, 24)}x",
    "jwt": jwt,
    "private key": pem,
}
NAMES = ("key", "value", "conf", "header", "x")
FRAMES = ('{n} = "{s}"', "{n}: {s}", "  '{n}': '{s}',", "curl -H 'X-Auth: {s}' host", "# {s}")
ASSIGNED: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "password": lambda r: ('password = "{s}"', chars(r, ALNUM + "!$%&*+-", 16)),
    "aws secret": lambda r: ("aws_secret_access_key = {s}", b64(r, 30)),
    "env file": lambda r: ("export DB_PASSWORD={s}", chars(r, ALNUM, 20)),
    "json client secret": lambda r: ('  "clientSecret": "{s}",', url64(r, 24)),
    "url password": lambda r: (
        "postgres://app:{s}@db.internal:5432/main",
        chars(r, ALNUM, 14),
    ),
    "azure storage": lambda r: ("AccountName=a;AccountKey={s};Suffix=core", b64(r, 64)),
    "yaml token": lambda r: ("  api_token: {s}", chars(r, ALNUM, 32)),
}


def planted() -> list[tuple[str, str, str]]:
    """(kind, secret, text around it), the same on every run."""
    rng = random.Random(20261124)
    rows = []
    for kind, make in KINDS.items():
        for _ in range(EACH):
            secret = make(rng)
            frame = rng.choice(FRAMES).replace("{n}", rng.choice(NAMES))
            rows.append((kind, secret, f"import os\n{frame.replace('{s}', secret)}\nprint(1)\n"))
    for kind, make_pair in ASSIGNED.items():
        for _ in range(EACH):
            frame, secret = make_pair(rng)
            rows.append((kind, secret, f"a = 1\n{frame.replace('{s}', secret)}\nb = 2\n"))
    return rows


def ordinary_files() -> list[str]:
    roots = [Path(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib")]
    files = [
        file
        for root in roots
        for file in sorted(root.rglob("*.py"))
        if file.stat().st_size < 60_000 and not {"test", "tests"} & set(file.parts)
    ]
    random.Random(7).shuffle(files)
    return [f.read_text(encoding="utf-8", errors="replace") for f in files[:ORDINARY]]


def test_planted_secrets_are_found() -> None:
    rows = planted()
    assert len(rows) >= 400
    assert len({kind for kind, _, _ in rows}) >= 20
    missed = Counter(kind for kind, secret, text in rows if secret in secrets.redact(text).text)
    assert missed.total() <= len(rows) * 0.01, dict(missed)


def test_what_is_found_is_restored_exactly() -> None:
    for kind, _, text in planted():
        redacted = secrets.redact(text)
        assert secrets.restore(redacted.text, redacted.secrets) == text, kind


def test_ordinary_files_are_left_alone() -> None:
    files = ordinary_files()
    assert len(files) >= ORDINARY
    blocked = sum(1 for text in files if secrets.find(text))
    assert blocked <= len(files) * 0.01, blocked


@pytest.mark.parametrize(
    "bent",
    [
        'key = "{{ SECRET_1 }}"',
        'key = "{{secret_1}}"',
        'key = "{SECRET_1}"',
        'key = "SECRET_1"',
        'key = "{{SECRET_2}}"',
        'key = "{{SECRET-1}}"',
    ],
)
def test_a_bent_placeholder_is_refused(bent: str) -> None:
    assert secrets.restore(bent, (("{{SECRET_1}}", "hunter2"),)) is None


def test_the_same_secret_keeps_its_placeholder_and_others_get_their_own() -> None:
    rng = random.Random(1)
    first, second = KINDS["github"](rng), KINDS["github"](rng)
    one = secrets.redact(f"a = '{first}'")
    two = secrets.redact(f"b = '{second}'\nc = '{first}'", one.secrets)
    assert one.secrets[0] in two.secrets
    assert len({name for name, _ in two.secrets}) == len(two.secrets) == 2


def test_a_name_already_in_the_text_is_not_taken_as_placeholder() -> None:
    text = f"SECRET_1 = '{KINDS['github'](random.Random(2))}'"
    redacted = secrets.redact(text)
    assert secrets.restore(redacted.text, redacted.secrets) == text


def test_texts_that_hold_names_of_placeholders_never_share_one() -> None:
    rng = random.Random(3)
    known: tuple[tuple[str, str], ...] = ()
    for number in range(6):
        taken = "SECRET_1 SECRET_3" if number % 2 == 0 else ""
        text = f"{taken} a = '{KINDS['github'](rng)}'"
        redacted = secrets.redact(text, known)
        known = redacted.secrets
        assert len({name for name, _ in known}) == len(known) == number + 1
        assert secrets.restore(redacted.text, known, text) == text


def test_a_restored_secret_is_not_read_again() -> None:
    known = (("{{SECRET_1}}", "a{{SECRET_2}}b"), ("{{SECRET_2}}", "c"))
    assert secrets.restore("{{SECRET_1}}", known) == "a{{SECRET_2}}b"


@pytest.mark.parametrize(
    "text",
    [
        "a." * 200_000,
        "token" * 80_000,
        "-----BEGIN PRIVATE KEY-----" + "A" * 32 + "\n" * 2 + "-----BEGIN PRIVATE KEY-----" * 8_000,
        "://" + "a" * 400_000,
        "password=" * 50_000,
        "eyJ" + "a.eyJ" * 60_000,
    ],
    ids=["dots", "token", "pem", "url", "password", "jwt"],
)
@pytest.mark.timeout(20)
def test_no_text_makes_the_scan_hang(text: str) -> None:
    assert isinstance(secrets.find(text), list)

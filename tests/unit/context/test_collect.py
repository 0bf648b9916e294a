"""What is sent is chosen, and what must not be sent is not in it."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest
from tests.support.sentences import refused

from tierwise.context import secrets, window
from tierwise.context.collect import Materials, collect, needs_confirmation
from tierwise.context.ignore import IgnoreRules
from tierwise.context.kinds import why_noise
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.errors import ContextTooLarge, Ignored
from tierwise.core.request import Diagnostic, Request
from tierwise.core.tiers import CONTEXT_TOKENS

KEY = "sk-ant-" + "api03-" + "Zx9" * 14
SOURCE = "import os\n\n\ndef total(rows):\n    x = price(rows)\n    return x\n\n\ny = 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def doc(root: Path, path: str, text: str, language: str | None = "python") -> Snapshot:
    return Snapshot((root / path).as_uri(), str(root / path), 1, language, text)


def span(a: int, b: int) -> Range:
    return Range(Position(a, 0), Position(b, 0))


def materials(
    root: Path,
    focus: Snapshot | None,
    lines: Range | None = None,
    attached: tuple[Snapshot, ...] = (),
    opened: tuple[Snapshot, ...] = (),
) -> Materials:
    def name(document: Snapshot) -> str:
        return PurePath(document.path or document.uri).name

    return Materials(focus, lines, attached, opened, name, IgnoreRules((root,)))


def sent(root: Path, request: Request | None = None, **parts: object) -> str:
    found = materials(root, **parts)  # type: ignore[arg-type]  # the keywords above
    pack = collect(request or Request("edit", "do it"), found)
    return "\n".join(item.text for item in pack.items)


def test_selection_symbol_imports_and_related_in_rank(root: Path) -> None:
    other = doc(root, "b.py", "def price(rows):\n    return 2\n\n\ndef unrelated():\n    pass\n")
    pack = collect(
        Request("edit", "x"), materials(root, doc(root, "a.py", SOURCE), span(4, 5), (), (other,))
    )
    assert [i.kind for i in pack.items] == ["selection", "above", "below", "related"]
    assert pack.items[0].text == "    x = price(rows)\n"
    assert pack.items[3].text.startswith("def price")
    assert "unrelated" not in pack.items[3].text
    assert pack.tokens == sum(i.tokens for i in pack.items)


@pytest.mark.parametrize("where", ["focus", "attached"])
def test_a_hard_ignored_file_ends_the_task(root: Path, where: str) -> None:
    (root / ".tierwiseignore").write_text("a.py\n")
    hidden = doc(root, "a.py", SOURCE)
    parts = {"focus": hidden} if where == "focus" else {"focus": None, "attached": (hidden,)}
    with refused(Ignored, match=r"\.tierwiseignore"):
        sent(root, **parts)


def test_an_ignored_open_file_is_left_out_and_named(root: Path) -> None:
    (root / ".tierwiseignore").write_text("b.py\n")
    (root / ".gitignore").write_text("c.py\n")
    others = tuple(doc(root, n, "def price(rows):\n    return 'LEAK'\n") for n in ("b.py", "c.py"))
    pack = collect(
        Request("edit", "x"), materials(root, doc(root, "a.py", SOURCE), span(4, 5), (), others)
    )
    assert "LEAK" not in repr(pack.items)
    assert {(x.path, x.why) for x in pack.left_out} == {
        ("b.py", "ignored by .tierwiseignore"),
        ("c.py", "ignored by .gitignore"),
    }


@pytest.mark.parametrize("path", ["secret.py", "c.py"])
def test_a_diagnostic_of_an_ignored_file_is_not_sent(root: Path, path: str) -> None:
    (root / ".tierwiseignore").write_text("secret.py\n")
    (root / ".gitignore").write_text("c.py\n")
    request = Request("fix", "x", diagnostics=(Diagnostic(path, 1, message="LEAK"),))
    assert "LEAK" not in sent(root, request, focus=doc(root, "a.py", SOURCE), lines=span(4, 5))


@pytest.mark.parametrize("lines", [span(4, 5), None])
def test_a_git_ignored_focus_needs_a_yes(root: Path, lines: Range | None) -> None:
    (root / ".gitignore").write_text("a.py\n")
    assert needs_confirmation(materials(root, doc(root, "a.py", SOURCE), lines)) == (
        "a.py",
        "git",
    )
    assert needs_confirmation(materials(root, doc(root, "b.py", SOURCE), lines)) is None


def test_secrets_are_out_of_every_kind_of_item(root: Path) -> None:
    focus = doc(root, "a.py", f"import os  # {KEY}\n\n\ndef f():\n    k = '{KEY}'\n    price(k)\n")
    attached = doc(root, "b.py", f"K = '{KEY}'\n")
    opened = doc(root, "c.py", f"def price(k):\n    return '{KEY}'\n")
    request = Request("fix", "use it", diagnostics=(Diagnostic("a.py", 1, message=KEY),))
    found = materials(root, focus, span(4, 6), (attached,), (opened,))
    pack = collect(request, found)
    assert {i.kind for i in pack.items} >= {"selection", "above", "file", "related", "diagnostics"}
    assert KEY not in repr(pack.items)
    assert pack.secrets == (("{{SECRET_1}}", KEY),)


def test_a_selection_that_cuts_through_a_secret_sends_no_part_of_it(root: Path) -> None:
    body = "\n".join(
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ" + c * 14 for c in "abcdef"
    )
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    focus = doc(root, "notes.txt", f"first\n{pem}last\n", None)
    pack = collect(Request("edit", "x"), materials(root, focus, span(4, 6)))
    assert "MIIE" not in repr(pack.items)
    whole = secrets.restore(pack.items[0].text, pack.secrets)
    assert whole == "".join(line + "\n" for line in focus.text.split("\n")[4:6])


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("a.bin", "x\0y", "binary"),
        ("Cargo.lock", "[[package]]\n", "a lock file"),
        ("package-lock.json", "{}", "a lock file"),
        ("a.go", "// Code generated by stringer; DO NOT EDIT.\npackage a\n", "generated"),
        ("a.min.js", "var a\n", "generated"),
        ("b.js", "a;" * 9_000, "generated"),
        ("a.py", "# about generated code\nx = 1\n", None),
        ("gen.py", '"""Writes files that say: do not edit."""\n', None),
    ],
)
def test_noise_is_told_from_source(path: str, text: str, why: str | None) -> None:
    assert why_noise(path, text) == why


def test_noise_is_left_out_with_its_reason(root: Path) -> None:
    lock = doc(root, "uv.lock", "version = 1\n", None)
    pack = collect(Request("chat", "x"), materials(root, None, None, (lock,)))
    assert not pack.items
    assert [(x.path, x.why) for x in pack.left_out] == [("uv.lock", "a lock file")]


def test_a_selection_too_large_is_refused_whole(root: Path) -> None:
    focus = doc(root, "a.txt", "word " * 20 + "\n", None)
    large = doc(root, "b.txt", ("word " * 20 + "\n") * 4_000, None)
    assert sent(root, focus=focus, lines=span(0, 1))
    with refused(ContextTooLarge, match="select less"):
        sent(root, focus=large, lines=span(0, 3_999))


def test_what_does_not_fit_is_named_and_smaller_items_still_go(root: Path) -> None:
    big = doc(root, "big.txt", "word word word\n" * 8_000, None)
    small = doc(root, "small.txt", "word\n", None)
    found = collect(Request("chat", "x"), materials(root, None, None, (big, small)))
    pack = window.fit(found, CONTEXT_TOKENS)
    assert [i.path for i in pack.items] == ["small.txt"]
    assert pack.left_out[0].path.startswith("big.txt")
    assert pack.tokens <= CONTEXT_TOKENS


def test_a_binary_selection_is_refused(root: Path) -> None:
    with refused(Ignored, match="binary"):
        sent(root, focus=doc(root, "a.bin", "a\0b\n"), lines=span(0, 1))

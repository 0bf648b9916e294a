"""Which code of an answer may replace a selection: a snippet is no replacement."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.desk import Desk

from tierwise.core.document import Position, Range
from tierwise.present.checks import sentence

CODE = {
    "python": (
        "a.py", "def login(request):\n    user = find(request)\n    if user is None:\n"
        "        return fail('no user')\n    log('login', user.id)\n    return redirect('/')\n",
        "if len(user) > 64:\n    return fail('too long')", "login(request)",
    ),
    "javascript": (
        "a.js", "function login(request) {\n  const user = find(request);\n  if (!user) {\n"
        "    return fail('no user');\n  }\n  return redirect('/');\n}\n",
        "if (user.length > 64) {\n  return fail('too long');\n}", "login(request);",
    ),
    "go": (
        "a.go", "func Login(r Request) Reply {\n\tuser := find(r)\n\tif user == nil {\n"
        "\t\treturn fail()\n\t}\n\treturn redirect()\n}\n",
        "if len(user) > 64 {\n\treturn fail()\n}", "reply := Login(r)",
    ),
    "rust": (
        "a.rs", "fn login(r: Request) -> Reply {\n    let user = find(r);\n    if user.none() {\n"
        "        return fail();\n    }\n    redirect()\n}\n",
        "if user.len() > 64 {\n    return fail();\n}", "let reply = login(r);",
    ),
    "lua": (
        "a.lua", "local function login(r)\n  local user = find(r)\n  if not user then\n"
        "    return fail()\n  end\n  return redirect()\nend\n",
        "if #user > 64 then\n  return fail()\nend", "login(r)",
    ),
    "ruby": (
        "a.rb", "def login(r)\n  user = find(r)\n  return fail if user.nil?\n  log(user)\n"
        "  redirect\nend\n", "return fail if user.size > 64", "login(r)",
    ),
    "kotlin": (
        "A.kt", "fun login(r: Request): Reply {\n    val user = find(r)\n    if (user == null) {\n"
        "        return fail()\n    }\n    return redirect()\n}\n",
        "if (user.size > 64) {\n    return fail()\n}", "val reply = login(r)",
    ),
    "swift": (
        "A.swift", "func login(r: Request) -> Reply {\n    let user = find(r)\n"
        "    if user == nil {\n        return fail()\n    }\n    return redirect()\n}\n",
        "if user.count > 64 {\n    return fail()\n}", "let reply = login(r: r)",
    ),
}  # fmt: skip


def asked(
    folder: Path, language: str, reply: str, text: str | None = None
) -> tuple[str, list[str]]:
    name, source = CODE[language][0], text or CODE[language][1]
    desk = Desk(folder)
    desk.write({name: source})
    span = Range(Position(0, 0), Position(source.count("\n"), 0))
    draft = desk.draft(name, span, reply, language=language, instruction="limit the length")
    return desk.result(draft, name), [sentence(f) for f in draft.failed]


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize(
    "reply",
    [
        "You would have to add a check, e.g.\n\n```\n{snippet}\n```\n\nand test it.",
        "Add this check:\n\n```{language}\n{snippet}\n```\n", "```{language}\n{snippet}\n```",
        "I'd rather not.\n\n```\n{snippet}\n```\n\nShall I?", "```\n{use}\n```",
        "Use it like this:\n```\n{use}\n```\n", "```text\nerror: too long\n```\n",
        "Callers write\n\n```\n{use}\n```\n\nand that is all.",
    ],
)  # fmt: skip
def test_a_snippet_replaces_nothing(tmp_path: Path, language: str, reply: str) -> None:
    _, source, snippet, use = CODE[language]
    text = reply.replace("{language}", language).replace("{snippet}", snippet).replace("{use}", use)
    found, failed = asked(tmp_path, language, text)
    assert found == source or failed


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize(
    "reply",
    [
        "```{language}\n{new}```", "Here you go:\n\n```{language}\n{new}```\n\nIt is checked now.",
        "```\n{new}```", "~~~\n{new}~~~", "```{language}\n{new}```\n\nExample:\n\n```\n{use}\n```",
        "Before:\n\n```\n{old}```\n\nAfter:\n\n```\n{new}```\n",
        "```{language}\n{new}```\n\nRun it:\n\n```sh\nmake test\n```\n",
        "{new}",
    ],
)  # fmt: skip
def test_a_whole_new_text_does(tmp_path: Path, language: str, reply: str) -> None:
    _, old, _, use = CODE[language]
    new = old.replace("find(", "search(")
    text = reply.replace("{language}", language).replace("{old}", old)
    found = asked(tmp_path, language, text.replace("{new}", new).replace("{use}", use))
    assert found == (new, [])


@pytest.mark.parametrize("language", [*CODE])
@pytest.mark.parametrize("said", ["This checks the length of it.", "Das prüft jetzt die Länge."])
def test_code_without_a_fence_among_sentences_is_text(
    tmp_path: Path, language: str, said: str
) -> None:
    old = CODE[language][1]
    found, _ = asked(tmp_path, language, f"{old.replace('find(', 'search(')}\n{said}\n")
    assert found == old


@pytest.mark.parametrize("language", CODE)
def test_versions_to_choose_from_are_a_failed_check(tmp_path: Path, language: str) -> None:
    old = CODE[language][1]
    first, second = old.replace("find(", "search("), old.replace("find(", "lookup(")
    found, failed = asked(tmp_path, language, f"One:\n```\n{first}```\nTwo:\n```\n{second}```\n")
    assert found == old
    assert failed


@pytest.mark.parametrize("language", ["python", "javascript", "go", "rust", "lua", "ruby"])
def test_one_line_answered_with_its_function(tmp_path: Path, language: str) -> None:
    name, old, _, _ = CODE[language]
    number = next(n for n, x in enumerate(old.split("\n")) if "find(" in x)
    new = old.replace("find(", "search(")
    desk = Desk(tmp_path)
    desk.write({name: f"\n{old}\n"})
    span = Range(Position(number + 1, 0), Position(number + 2, 0))
    draft = desk.draft(name, span, f"```\n{new}```", language=language)
    assert desk.result(draft, name) == f"\n{new}\n"
    assert draft.failed == ()


DATA = {
    "yaml": ("a.yaml", "one: 1\ntwo: 2\nthree: 3\nfour: 4\nfive: 5\n"),
    "toml": ("a.toml", "one = 1\ntwo = 2\nthree = 3\nfour = 4\nfive = 5\n"),
    "ini": ("a.ini", "one=1\ntwo=2\nthree=3\nfour=4\nfive=5\n"),
    "css": ("a.css", "one: 1;\ntwo: 2;\nthree: 3;\nfour: 4;\nfive: 5;\n"),
    "json": ("a.json", '"one": 1,\n"two": 2,\n"three": 3,\n"four": 4,\n"five": 5,\n'),
    "properties": ("a.properties", "one = 1\ntwo = 2\nthree = 3\nfour = 4\nfive = 5\n"),
}  # fmt: skip


@pytest.mark.parametrize("language", DATA)
@pytest.mark.parametrize("kept", [(1,), (0,), (4,), (1, 2)])
def test_an_excerpt_of_data_loses_nothing(
    tmp_path: Path, language: str, kept: tuple[int, ...]
) -> None:
    name, old = DATA[language]
    part = "".join(old.splitlines(True)[n] for n in kept).replace("1", "9").replace("2", "9")
    desk = Desk(tmp_path)
    desk.write({name: old})
    span = Range(Position(0, 0), Position(5, 0))
    draft = desk.draft(name, span, f"```\n{part}```", language=language)
    assert desk.result(draft, name) == old or draft.failed

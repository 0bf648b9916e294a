"""Kinds of edits that must stay right: each lands exactly where it belongs, or not at all."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from tests.e2e.test_edit_cases import ended
from tests.e2e.test_edit_engine import hunk_states, undo
from tests.e2e.test_hunks import resolve
from tests.e2e.test_money import OWN
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

Lines = tuple[int, int]
"""Whole lines of a document, from 0; the second number is the line after the last."""


async def began(editor: Editor) -> None:
    """Start the server as a plain editor does, and wait until it is ready."""
    await editor.start({**PROFILES["vscode"], **OWN})
    await editor.rpc.request("tierwise/status")


def opened(editor: Editor, name: str, text: str, language: str) -> str:
    """Write a file with exactly this text and open it; its URI."""
    path = editor.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return editor.open(name, text, language)


def opened_as(editor: Editor, uri: str, text: str) -> str:
    """Open a document that is no local file, under the URI that its client gives it."""
    editor.texts[uri], editor.versions[uri] = text, 1
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    editor.rpc.notify("textDocument/didOpen", {"textDocument": document})
    return uri


def block(name: str, old: str, new: str) -> str:
    """One search/replace block. Both texts end with a line end."""
    return f"{name}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def fence(text: str) -> str:
    """One fenced block. The text ends with a line end."""
    return f"```\n{text}```\n"


async def proposed(
    editor: Editor, model: RehearsalServer, uri: str, answer: str, lines: Lines
) -> str:
    """Ask for an edit of these lines; the id of the waiting edit that the answer became."""
    model.faults.default = Fault(text=answer)
    params = {
        "action": "edit",
        "textDocument": {"uri": uri},
        "range": editor.span(uri, *lines),
        "instruction": "change it as I said",
    }
    started = await editor.rpc.request("tierwise/task/start", params)
    view: dict[str, Any] = await ended(editor.rpc, started["taskId"])
    assert view["state"] == "proposed", (answer, view.get("progress"), view.get("error"))
    return str(view["editId"])


async def apply(rpc: Rpc, edit_id: str, *hunks: str) -> bool:
    """Apply a waiting edit, or some of its hunks. False if the document changed too much."""
    try:
        return (await resolve(rpc, edit_id, "apply", *hunks))["applied"] is True
    except RpcError as refused:
        assert refused.name == "DocumentChanged"
        return False


CONFLICT = """\
def f():
<<<<<<< HEAD
    return 1
=======
    return 2
>>>>>>> topic


def g():
    return 3
"""
MARKS = "<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> topic\n"
BASE = MARKS.replace("=======\n", "||||||| base\n    return 0\n=======\n")
WITH_BASE = CONFLICT.replace(MARKS, BASE)
RESOLVED = CONFLICT.replace(MARKS, "    return 2\n")
RST = "Title\n=======\n\nText.\n\nOther\n=======\n\nText.\n"
RENAMED = RST.replace("Other", "Another")
THIRD = "\nThird\n=======\n"
BY_MARKS: list[tuple[str, str, Lines, str, str]] = [
    ("m.py", CONFLICT, (8, 10), fence("def g():\n    return 4\n"), CONFLICT.replace("3", "4")),
    ("m.py", CONFLICT, (8, 10), block("m.py", "    return 3\n", "    return 4\n"),
     CONFLICT.replace("3", "4")),
    ("m.py", CONFLICT, (0, 10), fence(RESOLVED), RESOLVED),
    ("m.py", CONFLICT, (1, 6), fence("    return 2\n"), RESOLVED),
    ("m.py", WITH_BASE, (1, 8), fence("    return 2\n"), RESOLVED),
    ("m.py", CONFLICT, (1, 6), block("m.py", MARKS, "    return 2\n"), RESOLVED),
    ("m.py", WITH_BASE, (1, 8), block("m.py", BASE, "    return 2\n"), RESOLVED),
    ("m.py", CONFLICT, (1, 6), block("m.py", MARKS, MARKS.replace("2", "5")),
     CONFLICT.replace("2", "5")),
    ("m.py", CONFLICT, (4, 5), fence("    return 5\n"), CONFLICT.replace("2", "5")),
    ("t.rst", RST, (5, 7), fence("Another\n=======\n"), RENAMED),
    ("t.rst", RST, (5, 7), block("t.rst", "Other\n=======\n", "Another\n=======\n"), RENAMED),
    ("t.rst", RST, (5, 6), block("t.rst", "Other\n", "Another\n"), RENAMED),
    ("t.rst", RST, (0, 9), block("t.rst", RST[:21], RST[:21].replace("Text", "More")),
     RST.replace("Text", "More", 1)),
    ("t.rst", RST, (5, 9), fence(RST[22:] + THIRD), RST + THIRD),
    ("t.rst", RST, (0, 2), block("t.rst", "Title\n=======\n", "Title\n-------\n"),
     RST.replace("=======", "-------", 1)),
    ("t.rst", RST, (0, 2), block("t.rst", "Title\n=======\n", "Title\n=====\n"),
     RST.replace("=======", "=====", 1)),
]  # fmt: skip
"""Name, text, selected lines, answer, and the text after it."""


async def land(
    editor: Editor, model: RehearsalServer, cases: list[tuple[str, str, Lines, str, str]]
) -> None:
    """Each answer leads to exactly the text it must lead to, and undo leads back."""
    await began(editor)
    for number, (name, text, lines, answer, want) in enumerate(cases):
        language = {"py": "python", "rst": "restructuredtext"}.get(
            name[-3:].strip("."), "plaintext"
        )
        uri = opened(editor, f"d{number}/{name}", text, language)
        named = answer.replace(f"{name}\n<<<<<<< SEARCH", f"d{number}/{name}\n<<<<<<< SEARCH")
        edit_id = await proposed(editor, model, uri, named, lines)
        assert await apply(editor.rpc, edit_id)
        assert editor.texts[uri] == want, answer
        assert (await undo(editor, edit_id))["applied"] is True
        assert editor.texts[uri] == text, answer


@pytest.mark.timeout(120)
async def test_conflict_marks_and_underlines_are_text_of_the_file(
    editor: Editor, model: RehearsalServer
) -> None:
    await land(editor, model, BY_MARKS)


SIGNS = (r"$& $1 $$ $` $'", r"\1 \g<0> \\ \n \0 \u0041", "%s {0} ${x} #{y} & ~", r"\Q\E \U&\E $<n>")


@pytest.mark.timeout(120)
async def test_signs_that_mean_something_to_a_replace_function_go_in_as_they_are(
    editor: Editor, model: RehearsalServer
) -> None:
    text = "a = b\nc = d\n"
    answers = [(new, form) for new in SIGNS
               for form in (fence(f"{new}\n"), block("o.txt", "a = b\n", f"{new}\n"))]  # fmt: skip
    await land(
        editor, model,
        [("o.txt", text, (0, 1), form, text.replace("a = b", new)) for new, form in answers],
    )  # fmt: skip


CODE = "def f():\n    return 1\n\n\ndef g():\n    return 1\n"
EDITED = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
OLD, NEW = "def g():\n    return 1\n", "def g():\n    return 2\n"
NO_LOCAL_FILES = {
    "untitled:Untitled-1": "Untitled-1",
    "untitled:/x/new.py": "new.py",
    "vscode-notebook-cell:{root}/a.ipynb#W0sZmlsZQ%3D%3D": "a.ipynb#W0sZmlsZQ%3D%3D",
    "vscode-notebook-cell:{root}/a.ipynb#W1sZmlsZQ%3D%3D": "a.ipynb#W1sZmlsZQ%3D%3D",
    "vscode-notebook-cell://ssh-remote%2Bhost{root}/b.ipynb#X1": "b.ipynb#X1",
    "vscode-remote://ssh-remote%2Bhost/x/a.py": "a.py",
    "vscode-remote://wsl%2Bubuntu/home/u/a%20b.py": "a b.py",
    "fugitive:///x/.git//0/a.py": "a.py",
    "fugitive:///x/.git//4b825dc642cb6eb9a060e54bf8d69288fbee4904/a.py": "a.py",
}
"""URIs of documents that only the editor can reach, and what a model calls each.

Cells of a notebook on this machine are sent as the notebook is: it lies in the workspace.
"""


@pytest.mark.timeout(120)
async def test_a_document_that_is_no_local_file_is_edited_under_its_own_uri(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await began(editor)
    on_disk = opened(editor, "a.py", CODE, "python")
    documents = {uri.format(root=editor.root): name for uri, name in NO_LOCAL_FILES.items()}
    for uri in documents:
        opened_as(editor, uri, CODE)
    before = sorted(editor.root.parent.glob("project/**/*"))
    for uri, name in {**documents, on_disk: "a.py"}.items():
        others = {key: text for key, text in editor.texts.items() if key != uri}
        for answer in (fence(NEW), block(name, OLD, NEW)):
            edit_id = await proposed(editor, model, uri, answer, (4, 6))
            got = await rpc.request("tierwise/edit/get", {"editId": edit_id})
            assert {hunk["uri"] for hunk in got["hunks"]} == {uri}
            assert await apply(rpc, edit_id)
            assert editor.texts[uri] == EDITED
            assert (await undo(editor, edit_id))["applied"] is True
            assert editor.texts[uri] == CODE
            assert {key: text for key, text in editor.texts.items() if key != uri} == others
    assert sorted(editor.root.parent.glob("project/**/*")) == before
    assert (editor.root / "a.py").read_text(encoding="utf-8") == CODE


def sections(*names: str, end: str = "\n") -> str:
    """Settings in sections that read alike below their heads."""
    return "".join(f"[{name}]{end}url = 1{end}key = 1{end}" for name in names)


def edited(text: str, name: str) -> str:
    """The settings with another key in the section of this name."""
    section = sections(name)
    assert text.count(section) == 1
    return text.replace(section, section.replace("key = 1", "key = 2"))


MAIN = sections("dev", "test", "prod")
BRANCHES: dict[str, tuple[str, bool]] = {
    "a section came above": (sections("new", "dev", "test", "prod"), True),
    "the end changed": (MAIN + "[last]\nkey = 1\n", True),
    "its section is gone": (sections("dev", "prod"), False),
    "its line changed": (MAIN.replace("key = 1\n[prod]", "key = 7\n[prod]"), False),
    "its line is there already": (edited(MAIN, "test"), False),
    "its head changed": (MAIN.replace("[test]", "[stage]"), False),
    "its head stands elsewhere": (sections("prod", "test", "dev"), False),
    "nothing is left": ("", False),
    "another file has the line": ("#!/bin/sh\nkey = 1\n", False),
}
"""How a file reads on another branch, and whether the waiting edit can follow."""


@pytest.mark.timeout(120)
async def test_a_checkout_under_a_waiting_edit_moves_it_or_holds_it_back(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await began(editor)
    for number, (what, (branch, follows)) in enumerate(BRANCHES.items()):
        uri = opened(editor, f"b{number}.toml", MAIN, "toml")
        edit_id = await proposed(editor, model, uri, fence("key = 2\n"), (5, 6))
        editor.replace_whole(uri, branch)
        assert await apply(rpc, edit_id) is follows, what
        assert editor.texts[uri] == (edited(branch, "test") if follows else branch), what
        if follows:
            assert (await undo(editor, edit_id))["applied"] is True
            assert editor.texts[uri] == branch, what
        editor.replace_whole(uri, MAIN)
        assert await apply(rpc, edit_id), f"{what}: back on the first branch it applies"
        assert editor.texts[uri] == edited(MAIN, "test"), what


@pytest.mark.timeout(120)
async def test_hunks_are_applied_in_every_order(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await began(editor)
    text = "def f():\n" + "".join(f"    v{n} = {n}\n\n    keep()\n\n" for n in range(6))
    changes = [(f"    v{n} = {n}\n", f"    v{n} = {n}0\n    more({n})\n") for n in (0, 2, 3, 5)]
    answer = "".join(block("h.py", old, new) for old, new in changes)
    uri = opened(editor, "h.py", text, "python")
    for order in itertools.permutations(range(4)):
        edit_id = await proposed(editor, model, uri, answer, (0, 25))
        got = await rpc.request("tierwise/edit/get", {"editId": edit_id})
        ids = [hunk["id"] for hunk in got["hunks"]]
        want = text
        for at in order:
            assert await apply(rpc, edit_id, ids[at])
            want = want.replace(*changes[at])
            assert editor.texts[uri] == want, order
        assert (await undo(editor, edit_id))["applied"] is True
        assert editor.texts[uri] == text, order


FIVE = "a = 1\nb = 1\nc = 1\nd = 1\ne = 1\n"
Change = tuple[Lines, str]
"""Selected lines, and what the letters of these lines are to be: `a2b2` sets a and b to 2."""
PAIRS: list[tuple[Change, Change, bool]] = [
    (((0, 3), "a2b2c2"), ((2, 5), "c3d3e3"), False),
    (((0, 5), "a2b2c2d2e2"), ((2, 3), "c3"), False),
    (((1, 2), "b2"), ((1, 2), "b3"), False),
    (((1, 2), "b2"), ((1, 2), "b2"), False),
    (((0, 5), "a2b1c1d1e2"), ((2, 3), "c3"), True),
    (((0, 5), "a2b1c1d1e1"), ((0, 5), "a1b1c1d1e3"), True),
    (((1, 2), "b2"), ((2, 3), "c3"), True),
]
"""Two changes, and whether both can be had."""


def assigned(text: str, values: str) -> str:
    """The text with other values for some of its letters."""
    for name, value in zip(values[::2], values[1::2], strict=True):
        text = text.replace(f"{name} = 1", f"{name} = {value}")
    return text


@pytest.mark.timeout(120)
@pytest.mark.parametrize("turned", [False, True], ids=["the first first", "the second first"])
async def test_of_two_overlapping_edits_the_later_is_moved_or_refused(
    turned: bool, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await began(editor)
    for number, (one, two, both) in enumerate(PAIRS):
        name = f"o{number}.toml"
        uri = opened(editor, name, FIVE, "toml")
        waiting = []
        for lines, values in (one, two):
            said = "".join(f"{n} = {v}\n" for n, v in zip(values[::2], values[1::2], strict=True))
            waiting.append((await proposed(editor, model, uri, fence(said), lines), values))
        (first, values), (second, others) = reversed(waiting) if turned else waiting
        assert await apply(rpc, first)
        after = assigned(FIVE, values)
        assert editor.texts[uri] == after
        assert await apply(rpc, second) is both, name
        assert editor.texts[uri] == (assigned(after, others) if both else after), name
        if both:
            assert (await undo(editor, first))["applied"] is True
            assert editor.texts[uri] == assigned(FIVE, others), name
        else:
            assert await hunk_states(rpc, second) == ["refused"]


@pytest.mark.timeout(120)
async def test_sixty_tasks_in_a_row_keep_the_line_ends_of_their_file(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await began(editor)
    text = sections(*(f"s{n}" for n in range(60)), end="\r\n")
    uri = opened(editor, "ends.toml", text, "toml")
    want, done = text, []
    for turn in range(60):
        name = f"s{turn * 37 % 60}"
        at = want.split("\r\n").index(f"[{name}]")
        old, new = sections(name), sections(name).replace("key = 1\n", "key = 2\nmore = 3\n")
        if turn % 2:
            edit_id = await proposed(
                editor, model, uri, fence("key = 2\nmore = 3\n"), (at + 2, at + 3)
            )
        else:
            edit_id = await proposed(editor, model, uri, block("ends.toml", old, new), (at, at + 3))
        assert await apply(rpc, edit_id)
        want = want.replace(old.replace("\n", "\r\n"), new.replace("\n", "\r\n"))
        assert editor.texts[uri] == want, turn
        done.append(edit_id)
    for turn in range(60):
        assert (await undo(editor, done[turn * 23 % 60]))["applied"] is True
    assert editor.texts[uri] == text

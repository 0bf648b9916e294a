"""One resolver for paths: the task's own file first, and never a guess where there is an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from tests.support.desk import Desk

from tierwise.core.document import Position, Range
from tierwise.edits.confine import Confine
from tierwise.lsp.documents.store import DocumentStore

F = "def f():\n    return 1\n"
NEW = "def f():\n    return 2\n"
ALL = Range(Position(0, 0), Position(2, 0))


def block(path: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize("name", ["src/app.py", "beta/src/app.py", "app.py"])
@pytest.mark.parametrize("own", ["alpha", "beta"])
def test_a_path_means_the_folder_of_the_task(tmp_path: Path, own: str, name: str) -> None:
    folders = [tmp_path / "alpha", tmp_path / "beta"]
    for folder in folders:
        Desk(folder).write({"src/app.py": F})
    mine = tmp_path / own
    desk = Desk(*folders)
    desk.root = mine
    draft = desk.draft("src/app.py", ALL, block(name))
    wanted = "beta" if name.startswith("beta") else own
    files = draft.proposal.files if draft.proposal is not None else ()
    assert [(f.path, f.after) for f in files] == [(f"{wanted}/src/app.py", NEW)]


@pytest.mark.parametrize(
    ("files", "name", "changed"),
    [
        (("config.py", "src/config.py"), "config.py", "config.py"),
        (("src/config.py",), "config.py", "src/config.py"),
        (("src/config.py", "lib/config.py"), "config.py", None),
        (("src/config.py", "lib/config.py"), "lib/config.py", "lib/config.py"),
        (("a/b/config.py",), "b/config.py", "a/b/config.py"),
        (("a/b/config.py",), "x/config.py", None),
        (("src/config.py",), "src/other.py", None),
        (("Config.py",), "config.py", None),
    ],
)
def test_an_exact_path_comes_before_a_base_name(
    tmp_path: Path, files: tuple[str, ...], name: str, changed: str | None
) -> None:
    desk = Desk(tmp_path)
    desk.write({"src/main.py": "import config\n", **dict.fromkeys(files, F)})
    draft = desk.draft("src/main.py", Range(Position(0, 0), Position(1, 0)), block(name),
                       attached=files)  # fmt: skip
    found = draft.proposal.files if draft.proposal is not None else ()
    assert [f.path for f in found] == ([changed] if changed else [])


def test_a_new_file_is_never_another_one_of_that_name(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write({"src/main.py": "x = 1\n", "src/config.py": F})
    made = "config.py\n<<<<<<< SEARCH\n=======\ny = 1\n>>>>>>> REPLACE\n"
    draft = desk.draft("src/main.py", ALL, made, attached=("src/config.py",))
    assert draft.proposal is not None
    assert [(f.path, f.kind) for f in draft.proposal.files] == [("config.py", "create")]


SPELLED = [
    ("[id].py", "%5Bid%5D.py"), ("[id].py", "%5bid%5d.py"), ("(a).py", "%28a%29.py"),
    ("+page.py", "%2Bpage.py"), ("@x.py", "%40x.py"), ("a b.py", "a%20b.py"),
    ("ü.py", "%C3%BC.py"), ("日本.py", "%E6%97%A5%E6%9C%AC.py"), ("[id].py", "[id].py"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "spelled"), SPELLED)
@pytest.mark.parametrize("asked", ["as_uri", "same"])
def test_an_open_document_is_found_however_it_is_spelled(
    tmp_path: Path, name: str, spelled: str, asked: str
) -> None:
    (tmp_path / name).write_text("on disk\n", encoding="utf-8")
    store = DocumentStore(folders=[tmp_path])
    uri = f"{tmp_path.as_uri()}/{spelled}"
    store.did_open(types.TextDocumentItem(uri, "python", 7, "typed\n"))
    other = (tmp_path / name).as_uri() if asked == "as_uri" else uri
    found = store.snapshot(other)
    assert (found.uri, found.version, found.text) == (uri, 7, "typed\n")
    store.did_close(other)
    assert store.snapshot(uri).text == "on disk\n"


def test_an_edit_of_a_linked_file_goes_to_the_open_document(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("on disk\n", encoding="utf-8")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    store = DocumentStore(folders=[tmp_path])
    store.did_open(types.TextDocumentItem((tmp_path / "real.py").as_uri(), "python", 1, "typed\n"))
    assert store.snapshot((tmp_path / "link.py").as_uri()).text == "typed\n"


ODD = ["aux.c", "a:b.txt", "x%20y.py", "~tmp/x.py", "con", "dot.", "back\\slash.py", "nul.txt"]


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_only_other_systems_forbid_is_editable_where_it_is(
    tmp_path: Path, name: str
) -> None:
    confine = Confine((tmp_path,), home=tmp_path / "nowhere")
    path = tmp_path / name
    assert confine.may("create", path).verdict == "refused"
    path.parent.mkdir(exist_ok=True)
    path.write_text("x\n", encoding="utf-8")
    assert confine.may("text", path).verdict == "allowed"
    desk = Desk(tmp_path)
    desk.write({name: F})
    draft = desk.draft(name, ALL, f"```\n{NEW}```", language="python")
    assert desk.result(draft, name) == NEW

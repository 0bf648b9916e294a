"""Every kind of answer that was once read wrong, in many variations, with the right results."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.desk import Desk

from tierwise.core.context import Pack
from tierwise.core.document import Position, Range
from tierwise.edits import answer, named
from tierwise.edits.answer import Replace
from tierwise.present.checks import sentence

PY = "def total(a):\n    return a\n\n\ndef pay(a):\n    return total(a)\n"
EDITED = PY.replace("    return a\n", "    return a + 1\n", 1)
BLOCK = "<<<<<<< SEARCH\n    return a\n=======\n    return a + 1\n>>>>>>> REPLACE\n"


def lines(first: int, last: int) -> Range:
    return Range(Position(first, 0), Position(last, 0))


def said(
    folder: Path, text: str, span: Range, reply: str, name: str = "src/a.py", **more: object
) -> tuple[str, list[str]]:
    """What a file becomes by an answer, and the failed checks."""
    desk = Desk(folder)
    desk.write({name: text})
    draft = desk.draft(name, span, reply, **more)  # type: ignore[arg-type]
    return desk.result(draft, name), [sentence(f) for f in draft.failed]


@pytest.mark.parametrize(
    "sentence",
    [
        "Update the `total` function:", "And its caller, `pay`:", "1. The function:",
        "Change it, using read/write:", "Now `self.total`:", "**Then:**", "Und jetzt `total`:",
        "Ensuite, la fonction :", "Here it is (see above):", "e.g. like this:", "### Step 2",
        "Done. And then:", "- `return a` becomes `return a + 1`:",
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["src/a.py\n\n", "File: src/a.py\n", "**src/a.py**\n\n", ""])
def test_a_sentence_is_no_path(tmp_path: Path, head: str, sentence: str) -> None:
    assert said(tmp_path, PY, lines(0, 2), f"{head}{sentence}\n{BLOCK}") == (EDITED, [])


@pytest.mark.parametrize(
    "label",
    [
        "src/b.py", "1. src/b.py:", "2) `src/b.py`", "### src/b.py", "In `src/b.py`:",
        "Now update src/b.py:", "- **src/b.py**", "File: src/b.py", "// src/b.py",
        "<!-- src/b.py -->", "And the caller in `src/b.py`, which uses `total`:", "b.py",
    ],
)  # fmt: skip
def test_a_line_that_names_a_file_is_a_path(tmp_path: Path, label: str) -> None:
    desk = Desk(tmp_path)
    desk.write({"src/a.py": PY, "src/b.py": PY})
    draft = desk.draft("src/a.py", lines(0, 2), f"{label}\n{BLOCK}", attached=("src/b.py",))
    assert desk.result(draft, "src/b.py") == EDITED
    assert desk.result(draft, "src/a.py") == PY


@pytest.mark.parametrize("label", ["src/missing.py", "`lib/missing.py`:", "1. missing.py"])
def test_an_edit_of_a_file_that_is_not_there_goes_to_no_other(tmp_path: Path, label: str) -> None:
    assert said(tmp_path, PY, lines(0, 2), f"{label}\n{BLOCK}")[0] == PY


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("Create `src/new.py`:", "src/new.py"), ("src/new.py (new file)", "src/new.py"),
        ("New file: tests/x.spec.ts", "tests/x.spec.ts"), ("Makefile", "Makefile"),
        ("A new module docs/a.md:", "docs/a.md"), ("4. `.env.example`", ".env.example"),
        ("Add a helper:", ""), ("like `foo.bar`:", ""),
    ],
)  # fmt: skip
def test_a_file_to_be_made_is_named(line: str, path: str) -> None:
    assert named.path_in(line, lambda name: False, creates=True) == path


DIFF = """\
--- a/src/a.py
+++ b/src/a.py
@@ -1,2 +1,2 @@
 def total(a):
-    return a
+    return a + 1
"""


@pytest.mark.parametrize(
    "reply",
    [
        f"```diff\n{DIFF}```\n", f"```patch\n{DIFF}```", f"Sure:\n\n```diff\n{DIFF}```\nDone.",
        f"```\n{DIFF}```", f"```python\n{DIFF}```",
        f"```udiff\ndiff --git a/src/a.py b/src/a.py\n{DIFF}```",
        "```diff\n@@ -9,9 +9,9 @@ def total\n def total(a):\n-    return a\n+    return a + 1\n```",
        "src/a.py\n```diff\n-    return a\n+    return a + 1\n```",
        "```diff\ndef total(a):\n-    return a\n+    return a + 1\n```",
    ],
)  # fmt: skip
def test_a_diff_is_applied_as_one(tmp_path: Path, reply: str) -> None:
    assert said(tmp_path, PY, lines(0, 2), reply) == (EDITED, [])


@pytest.mark.parametrize(
    "body",
    [
        "+    return a + 1", "-    gone\n+    new", "@@ -1 +1 @@\n-    return b\n+    return c",
        "--- a/src/a.py\n+++ b/src/a.py\n@@ broken", "+++ b/src/a.py\n+x = 1", "nothing at all",
        "-    return total(b)\n+    return total(c)", "@@ -1,1 +1,2 @@\n+# a remark",
    ],
)  # fmt: skip
def test_a_diff_that_fits_nowhere_is_a_failed_check(tmp_path: Path, body: str) -> None:
    text, failed = said(tmp_path, PY, lines(0, 2), f"```diff\n{body}\n```")
    assert text == PY
    assert failed


@pytest.mark.parametrize("tag", ["think", "thinking", "reasoning", "scratchpad", "reflection"])
@pytest.mark.parametrize(
    "draft",
    [
        "src/a.py\n<<<<<<< SEARCH\n    return total(a)\n=======\n    return 0\n>>>>>>> REPLACE\n",
        "```python\ndef total(a):\n    return 0\n```\n", "one\n```diff\n-x\n", "plain words\n",
    ],
)  # fmt: skip
def test_what_is_thought_aloud_is_no_edit(tmp_path: Path, tag: str, draft: str) -> None:
    reply = f"<{tag}>\n{draft}no, that is wrong\n</{tag}>\nsrc/a.py\n{BLOCK}"
    assert said(tmp_path, PY, lines(0, 2), reply) == (EDITED, [])


@pytest.mark.parametrize("reply", ["<think>\nhm\n```python\nx\n```", "<thinking>only this"])
def test_an_answer_that_never_ends_its_thoughts_is_cut_off(reply: str) -> None:
    assert answer.read(reply).problem == "cut off"


@pytest.mark.parametrize(
    "reason",
    ["max_tokens", "model_context_window_exceeded", "pause_turn", "refusal", "sensitive",
     "content_filter", "length", "", "guardrail_intervened"],
)  # fmt: skip
@pytest.mark.parametrize("reply", [f"src/a.py\n{BLOCK}", f"```python\n{EDITED[:35]}\n```", "text"])
def test_an_answer_that_did_not_end_is_a_failed_check(
    tmp_path: Path, reason: str, reply: str
) -> None:
    desk = Desk(tmp_path)
    desk.write({"src/a.py": PY})
    draft = desk.draft("src/a.py", lines(0, 2), reply, stop_reason=reason)
    assert [f.key for f in draft.failed] == ["cut"]


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("reply", [f"src/a.py\n{BLOCK}", f"src/a.py\n```\n{BLOCK}```\n"])
def test_the_same_block_again_says_nothing_new(tmp_path: Path, reply: str, times: int) -> None:
    assert said(tmp_path, PY, lines(0, 2), reply * times) == (EDITED, [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("import os\n", "import os\n\n"), ("import os\n\n", "import os\n"),
        ("import os\n", "\nimport os\n"),
    ],
)  # fmt: skip
def test_two_like_insertions_at_one_place_are_one(tmp_path: Path, first: str, second: str) -> None:
    text = "# top\n\nimport os\n\nx = 1\n"
    blocks = "".join(
        f"src/a.py\n<<<<<<< SEARCH\n{old}=======\n{old}import sys\n>>>>>>> REPLACE\n"
        for old in (first, second)
    )
    found, _ = said(tmp_path, text, lines(0, 5), blocks)
    assert found.count("import sys") <= 1


MANUAL = f"# Form\n\nWrite:\n\n```\nsrc/a.py\n{BLOCK}```\n\nEnd.\n"


@pytest.mark.parametrize("mark", ["````", "~~~", "```````"])
def test_a_manual_that_shows_the_form_stays_text(tmp_path: Path, mark: str) -> None:
    wanted = MANUAL.replace("End.", "The end.")
    reply = f"{mark}markdown\n{wanted}{mark}\n"
    span = lines(0, MANUAL.count("\n"))
    found = said(tmp_path, MANUAL, span, reply, "docs/form.md", language="markdown")
    assert found == (wanted, [])


@pytest.mark.parametrize(
    "code",
    [
        "P = '''\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n'''\nN = {n}\n",
        "N = {n}\n# <<<<<<< SEARCH\nM = 1\n",
        "A = 1\nFORM = '''x\n<<<<<<< DELETE\n>>>>>>> DELETE\n'''\nN = {n}\n",
    ],
)
def test_marks_in_a_fence_of_code_are_code(tmp_path: Path, code: str) -> None:
    before, after = code.replace("{n}", "1"), code.replace("{n}", "2")
    span = lines(0, before.count("\n"))
    assert said(tmp_path, before, span, f"```python\n{after}```\n") == (after, [])


def test_code_mixed_with_blocks_is_a_failed_check(tmp_path: Path) -> None:
    mixed = f"```python\ndef total(a):\n    b = a\n{BLOCK}    return b\n```"
    text, failed = said(tmp_path, PY, lines(0, 2), mixed)
    assert text == PY
    assert failed


@pytest.mark.parametrize("bent", ["{{SECRET_1}}", "{{SECRET_2}}", "{SECRET_1}", "secret_1"])
def test_a_placeholder_that_a_file_really_has_is_text(tmp_path: Path, bent: str) -> None:
    text = f"T = '{bent}'\nN = 1\n"
    pack = Pack((), secrets=(("{{SECRET_1}}", "hunter2-of-another-file"),))
    desk = Desk(tmp_path)
    desk.write({"a.py": text})
    draft = desk.draft("a.py", lines(0, 2), f"```python\nT = '{bent}'\nN = 2\n```", pack=pack)
    assert desk.result(draft, "a.py") == f"T = '{bent}'\nN = 2\n"


@pytest.mark.parametrize(
    ("text", "selected", "old"),
    [
        ("foo()\nbar()\nfoo()\n", (0, 2), "foo()\n"), ("a\nb\na\n", (0, 2), "a\n"),
        ("a\nb\na\n", (1, 3), "a\n"), ("- x\n- y\n- x\n", (0, 2), "- x\n"),
        ("k: 1\nm: 2\nk: 1\n", (2, 3), "k: 1\n"), ("}\n{\n}\n", (0, 1), "}\n"),
        ("a\na\na\n", (1, 2), "a\n"), ("x;\ny;\nx;\ny;\n", (0, 2), "x;\ny;\n"),
    ],
)  # fmt: skip
def test_a_like_line_beside_the_selection_is_another_place(
    tmp_path: Path, text: str, selected: tuple[int, int], old: str
) -> None:
    block = f"a.txt\n<<<<<<< SEARCH\n{old}=======\nNEW\n>>>>>>> REPLACE\n"
    found, _ = said(tmp_path, text, lines(*selected), block, "a.txt")
    all_lines, count = text.splitlines(True), old.count("\n")
    at = next(
        n for n in range(selected[0], selected[1]) if "".join(all_lines[n : n + count]) == old
    )
    assert found == "".join([*all_lines[:at], "NEW\n", *all_lines[at + count :]])


def test_a_block_that_shows_blocks_is_one_block() -> None:
    shown = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"
    reply = f"a.md\n<<<<<<< SEARCH\n{shown}=======\n{shown}more\n>>>>>>> REPLACE\n"
    (only,) = answer.read(reply).changes
    assert isinstance(only, Replace)
    assert (shown, f"{shown}more\n") in [(only.old, only.new), *only.others]


@pytest.mark.parametrize(
    ("name", "text", "rest"),
    [
        ("a.py", "import json\nfrom os import path\n", "from os import path\n"),
        ("a.py", "import json\nimport os\n", "import json\n"),
        ("a.ts", 'import a from "a";\nimport b from "b";\n', 'import b from "b";\n'),
        ("a.go", "\tx := 1\n\treturn y\n", "\treturn y\n"),
        ("a.rs", "use std::fs;\nuse std::io;\n", "use std::io;\n"),
        ("a.sh", "set -x\nrun it\n", "run it\n"),
        ("a.lua", "local a = 1\nlocal b = 2\n", "local a = 1\n"),
        ("a.css", "a { color: red; }\nb { color: blue; }\n", "b { color: blue; }\n"),
    ],
)
@pytest.mark.parametrize("before", ["", "\n"])
def test_one_of_two_selected_lines_is_taken_out(
    tmp_path: Path, name: str, text: str, rest: str, before: str
) -> None:
    whole = f"{before}{text}last\n"
    span = lines(0, 2 + len(before))
    found, failed = said(tmp_path, whole, span, f"```\n{before}{rest}```", name, action="fix")
    assert (found, failed) == (f"{before}{rest}last\n", [])


@pytest.mark.parametrize("prose", ["You would write, for example:\n\n", "See this line:\n"])
def test_one_of_two_selected_lines_that_is_only_shown_replaces_nothing(
    tmp_path: Path, prose: str
) -> None:
    text = "import json\nfrom os import path\n"
    reply = f"{prose}```python\nfrom os import path\n```"
    assert said(tmp_path, text, lines(0, 2), reply)[0] == text

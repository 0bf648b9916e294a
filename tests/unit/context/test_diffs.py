"""A diff shows nothing of an ignored file, in whatever form it quotes it."""

from __future__ import annotations

import pytest

from tierwise.context import diffs

HIDDEN = "TOP_SECRET_LINE"


def ignored(path: str) -> bool:
    return path.endswith(("secret.py", "my keys.txt", "geheim-ü.py"))


def git(path: str, line: str, *, quoted: bool = False) -> str:
    a, b = (f'"a/{path}"', f'"b/{path}"') if quoted else (f"a/{path}", f"b/{path}")
    return f"diff --git {a} {b}\nindex 1..2 100644\n--- {a}\n+++ {b}\n@@ -1 +1 @@\n-old\n+{line}\n"


OPEN = git("src/open.py", "fine = 1")
FORMS = {
    "git": git("src/secret.py", HIDDEN),
    "with spaces": git("my keys.txt", HIDDEN),
    "quoted": git(r"geheim-\303\274.py", HIDDEN, quoted=True),
    "plain": f"--- src/secret.py\t2026-11-01\n+++ src/secret.py\t2026-11-02\n"
    f"@@ -1 +1 @@\n+{HIDDEN}\n",
    "no prefix": f"diff --git src/secret.py src/secret.py\n--- src/secret.py\n+++ src/secret.py\n"
    f"@@ -1 +1 @@\n+{HIDDEN}\n",
    "new file": f"diff --git a/secret.py b/secret.py\nnew file mode 100644\n--- /dev/null\n"
    f"+++ b/secret.py\n@@ -0,0 +1 @@\n+{HIDDEN}\n",
    "deleted": f"--- a/secret.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-{HIDDEN}\n",
    "renamed": f"diff --git a/secret.py b/free.py\nsimilarity index 90%\nrename from secret.py\n"
    f"rename to free.py\n--- a/secret.py\n+++ b/free.py\n@@ -1 +1 @@\n+{HIDDEN}\n",
    "merge": f"diff --cc src/secret.py\nindex 1,2..3\n--- a/src/secret.py\n+++ b/src/secret.py\n"
    f"@@@ -1 -1 +1 @@@\n++{HIDDEN}\n",
    "mnemonic": git("src/secret.py", HIDDEN).replace("a/", "i/").replace("b/", "w/"),
    "binary": f"diff --git a/my keys.txt b/my keys.txt\nBinary files differ\n{HIDDEN}\n",
}


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("lead", ["", "# ", "> "])
def test_the_changes_of_an_ignored_file_are_cut_out(form: str, lead: str) -> None:
    whole = "Say what changed:\n\n" + OPEN + FORMS[form] + OPEN
    text = "".join(lead + line for line in whole.splitlines(keepends=True))
    kept, gone = diffs.without(text, ignored)
    assert HIDDEN not in kept
    assert kept.count("fine = 1") == 2
    assert "Say what changed" in kept
    assert len(gone) == 1


@pytest.mark.parametrize(
    "text", ["", "no diff", OPEN * 3, "--- a rule\n\ntext\n", "a\n---\nb\n+++ c\n"]
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert diffs.without(text, ignored) == (text, ())

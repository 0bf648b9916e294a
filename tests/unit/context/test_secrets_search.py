"""Secrets are looked for where their words stand, and found as by the patterns alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.context import secrets

WORDS = st.sampled_from(
    ["secret", "Password", "passphrase", "PWD", "api_key", "apikey", "Access-Key", "accountkey",
     "private_key", "signing-key", "encryptionKey", "credential", "TOKEN", "tokensecret",
     "pa\u017fsword", "\u0130", "\u212aey", "_name", "-id", '["', "']", " = ", ":= ", "=> ", ": ",
     "=", '"', "'", "`", "\n", "\r\n", "\t", "    ", "export ", "- ", 'f"', "abcd1234efgh5678",
     "hunter2hunter2", "x" * 40, "a.b", "#"]
)  # fmt: skip
TEXTS = st.lists(WORDS | st.text(max_size=3), max_size=40).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_the_search_finds_what_the_patterns_find(text: str) -> None:
    lowered = text.lower()
    assigned = [m.span(1) for m in secrets._ASSIGNED.finditer(text)]
    bare = [m.span(1) for m in secrets._BARE.finditer(text)]
    assert [m.span(1) for m in secrets._assigned(text, lowered)] == assigned
    assert [m.span(1) for m in secrets._bare(text, lowered)] == bare

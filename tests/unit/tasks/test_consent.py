"""What a repository wishes for waits for one yes, and no answer is asked for twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from tierwise.config.load import ConsentRequest
from tierwise.present.questions import DECLINE, USE
from tierwise.tasks.window.consent import Consents, offer

WISH = ConsentRequest("floors.paths", "d1", "The repository asks for more.")


class Operator:
    """Answers with what it was told, and counts."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.told: list[str] = []

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        self.asked.append(question)
        return self.answer

    def notice(self, level: str, text: str) -> None:
        self.told.append(text)


@pytest.mark.parametrize(("answer", "accepted"), [(USE, True), (DECLINE, False)])
async def test_an_answer_is_remembered_for_its_project_alone(
    tmp_path: Path, answer: str, accepted: bool
) -> None:
    operator = Operator(answer)
    for _ in range(2):
        consents = Consents(tmp_path)
        await offer([WISH], "/p", consents, cast("Any", operator))
    assert len(operator.asked) == 1
    assert (WISH.digest in Consents(tmp_path).accepted("/p")) is accepted
    assert not Consents(tmp_path).answered("/other")
    await offer(
        [ConsentRequest("floors.paths", "d2", "More.")], "/p", consents, cast("Any", operator)
    )
    assert len(operator.asked) == 2, "a changed wish is a new question"


async def test_silence_accepts_nothing_and_is_said(tmp_path: Path) -> None:
    operator = Operator(None)
    assert not await offer([WISH], "/p", Consents(tmp_path), cast("Any", operator))
    assert not Consents(tmp_path).answered("/p")
    assert "not used until you accept" in operator.told[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"/p": {"d1": "yes"}}', '{"/p": 3}', "[" * 99_999]
)
def test_a_file_that_is_not_ours_accepts_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "consents.json").write_text(text, encoding="utf-8")
    assert not Consents(tmp_path).accepted("/p")
    Consents(tmp_path).remember("/p", "d9", True)
    assert Consents(tmp_path).accepted("/p") == {"d9"}

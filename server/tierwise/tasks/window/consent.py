"""Stores the operator's consent to what a repository's file asks for (its wishes) and what would
cost more.

Such a file can ask for floors, rules that only raise the tier. They have no effect until the
operator says yes. Yes and no are both stored, per project and wish, so that nobody is asked twice.
A changed wish is asked again.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tierwise.config.load import ConsentRequest
from tierwise.present import notices, questions
from tierwise.tasks.api import Listener

log = logging.getLogger(__name__)

LARGEST: Final = 1_000_000
"""Bytes of the largest file that is read. A larger one is not ours."""


class Consents:
    """The operator's answers to what repositories ask for, in a file of the state folder. A file
    that cannot be read has none. Other answers are stored beside them: a key of their own then
    takes the place of the project.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "consents.json"

    def accepted(self, project: str) -> frozenset[str]:
        """Digests of what the project's repository asks for and the operator said yes to."""
        return frozenset(digest for digest, yes in self._of(project).items() if yes)

    def answered(self, project: str) -> frozenset[str]:
        """Digests of all that the project's repository asks for and the operator answered, yes or
        no.
        """
        return frozenset(self._of(project))

    def remember(self, project: str, digest: str, yes: bool) -> None:
        """Store an answer. If it cannot be written, the question is asked again later."""
        everything = self._read()
        everything[project] = {**everything.get(project, {}), digest: yes}
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(opened, "w", encoding="utf-8") as file:
                json.dump(everything, file)
            temporary.replace(self._path)
        except OSError as error:
            log.warning("an answer could not be kept (%s)", type(error).__name__)

    def _of(self, project: str) -> dict[str, bool]:
        return self._read().get(project, {})

    def _read(self) -> dict[str, dict[str, bool]]:
        try:
            if self._path.stat().st_size > LARGEST:
                return {}
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(data, dict):
            return {}
        return {
            project: {digest: yes for digest, yes in answers.items() if isinstance(yes, bool)}
            for project, answers in data.items()
            if isinstance(answers, dict)
        }


async def offer(
    asks: Sequence[ConsentRequest], project: str, consents: Consents, listener: Listener
) -> bool:
    """Ask about everything that the repository's file asks for (`asks`) and that was not answered
    yet. Returns whether something was accepted.

    If nobody can be asked or nobody answers, it has no effect, and a notice says so.
    """
    accepted = False
    for ask in asks:
        if ask.digest in consents.answered(project):
            continue
        question = questions.wish(ask.sentence)
        answer = await listener.ask(question.text, question.options)
        if answer in question.options:
            consents.remember(project, ask.digest, answer == questions.USE)
            accepted = accepted or answer == questions.USE
        else:
            listener.notice("info", notices.wish_waits(ask.sentence))
    return accepted

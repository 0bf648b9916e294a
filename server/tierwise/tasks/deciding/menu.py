"""The forecasts in the titles of one menu: which tier would answer, and at what cost.

All titles of a menu are about the same document at the same moment, so what they share is computed
once. They differ by their action.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tierwise.core.actions import KINDS, Action
from tierwise.core.decision import Decision
from tierwise.core.document import Range
from tierwise.core.request import Diagnostic, Request
from tierwise.tasks.api import TaskParams
from tierwise.tasks.deciding import routing
from tierwise.tasks.intake import requests
from tierwise.tasks.known import Known
from tierwise.tasks.task.scene import Scene


class Menu:
    """Gives each action in a document's menu its forecast: the tier that would answer, and the
    cost.

    Make a new one for each request of the editor.
    """

    def __init__(self, known: Known, uri: str) -> None:
        self._known, self._uri = known, uri
        self._now = routing.moment(known)
        self._asked: dict[tuple[Range, str, bool], tuple[Request, Scene]] = {}

    @property
    def rehearsal(self) -> bool:
        """Whether what is asked for would be answered by the rehearsal model, and cost nothing."""
        return self._known.window.rehearsal

    def forecast(
        self,
        action: Action,
        span: Range,
        instruction: str = "",
        diagnostics: Sequence[Diagnostic] | None = None,
    ) -> Decision:
        """The decision for one title, without its reasons. Raises `BadRequest` or `UnknownTier`, as
        `requests.of_task` does.
        """
        request, scene = self._request(action, span, instruction)
        found = None if diagnostics is None else tuple(diagnostics)
        request = replace(request, action=action, diagnostics=found)
        return routing.forecast_decision(request, scene, self._known, self._now, reasons=False)

    def _request(self, action: Action, span: Range, instruction: str) -> tuple[Request, Scene]:
        """A request at a range, from the cache if possible.

        Of the action only one thing matters here: whether a cursor means the symbol around it.
        """
        key = (span, instruction, span.start == span.end and KINDS[action].needs_code)
        if key not in self._asked:
            params = TaskParams(action, self._uri, span, instruction)
            documents = self._known.window.documents
            self._asked[key] = requests.of_task(params, documents, self._now.ladder)
        return self._asked[key]

"""What is raised for an edit that has no place."""

from __future__ import annotations


class PlacementError(Exception):
    """An edit names a place that is not there.

    `sentence` completes a failed check and names nothing of the operator's; `detail` is the
    path it is about, for the screen alone.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail[:200]

"""Notes to a model beside the request, such as what was wrong with an earlier answer, or that a
whole new text would be too long.
"""

from __future__ import annotations

from typing import Final

BLOCKS: Final = (
    "The selection is too long to be written out again. Answer with search/replace blocks alone, "
    "each with only the lines that change and a few around them."
)

EVERYWHERE: Final = (
    "The change is wanted in every file shown. Answer with search/replace blocks alone, for the "
    "selection as well, each below the path of its file, for every place that has to change."
)
PARTS: Final = (
    "This is one part of a larger change; other parts are asked for by themselves. Change the "
    "selection and the places shown here, and speak of no others."
)

_WAYS: Final = {
    "place": "Give the complete new text of the selection in one fence, or search/replace blocks "
    "whose SEARCH lines stand in the file exactly so, one below the other.",
    "elided": "Write out every line. Leave nothing out and put no remark where code stood.",
    "cut": "Keep the answer short: search/replace blocks for the lines that change are enough.",
    "parse": "Make sure that the code is complete and that every bracket and block is closed.",
    "scope": "Change what was asked for and nothing else, and repeat nothing that is there.",
    "rename": "Change the name everywhere it means the renamed thing, and nothing else.",
    "empty": "The answer must change the code. If nothing is to change, say why, without a fence.",
    "garbled": "Follow the form of the answer exactly.",
}


def after_failure(key: str, sentence: str) -> str:
    """What a model is told when its earlier answer failed a check, so that it avoids the fault.

    `key` is the check, `sentence` what was wrong.
    """
    way = _WAYS.get(key, "")
    return f"An earlier answer to this request could not be used: {sentence}. {way}".rstrip()

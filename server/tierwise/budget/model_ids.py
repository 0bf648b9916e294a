"""Reads the many spellings of one model: clouds and gateways add dates and regions to its name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_FAMILY: Final = "claude"
_DATE: Final = re.compile(r"[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest|default)$")
_VERSION: Final = re.compile(r"(?:-v\d+(?:\.\d+)*|:\d+)$")
_WINDOW: Final = re.compile(r"\[[\w ]+\]$|:(?:beta|thinking)$")
"""Marks of a larger window or of thinking. They do not change the price of the listed models."""
_BEFORE: Final = re.compile(r"^.*[/.:](?=claude)")
"""Vendor, region, cloud, or a whole resource name in front of the model's own."""
_DOT: Final = re.compile(r"(?<=\d)\.(?=\d)")


@lru_cache(maxsize=512)
def normal(model: str) -> str:
    """The model's own id, as its maker lists it, without date, vendor, region or version.

    Another maker's id stays as it is. So does a suffix that may mean another price, such as a
    faster mode: such a model is unknown, and costs the dearest known rate.
    """
    name = model.strip().lower()
    if _FAMILY not in name:
        return model
    name = _BEFORE.sub("", name)
    before = ""
    while before != name:
        before = name
        for ending in (_WINDOW, _VERSION, _DATE):
            name = ending.sub("", name)
    return _DOT.sub("-", name).replace("_", "-")

"""Asserts that an error has a certain sentence for the operator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from tierwise.core.errors import TierwiseError
from tierwise.present.errors import sentence

E = TypeVar("E", bound=TierwiseError)


@contextmanager
def refused(kind: type[E], match: str) -> Iterator[pytest.ExceptionInfo[E]]:
    """Expect an error of this kind, whose sentence matches a regular expression."""
    with pytest.raises(kind) as caught:
        yield caught
    said = sentence(caught.value)
    assert re.search(match, said), said

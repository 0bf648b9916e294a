"""What the library that checks values says, in plain words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from tierwise.present.plain_words import plain

WRONG: list[tuple[Any, object, str]] = [
    (int, "many", "it must be a whole number"),
    (int, [], "it must be a whole number"),
    (float, "many", "it must be a number"),
    (Annotated[float, Field(allow_inf_nan=False)], float("nan"), "it must be a number"),
    (bool, "perhaps", "it must be true or false"),
    (bool, [], "it must be true or false"),
    (str, 3, "it must be a text"),
    (list[str], 3, "it must be a list"),
    (tuple[str, ...], 3, "it must be a list"),
    (dict[str, str], 3, "it must be a table of keys"),
    (date, "soon", "it must be a date like 2026-11-30"),
    (Annotated[int, Field(ge=0)], -3, "it must be 0 or more"),
    (Annotated[int, Field(gt=0)], 0, "it must be more than 0"),
    (Annotated[int, Field(le=9)], 10, "it must be 9 or less"),
    (Annotated[int, Field(lt=9)], 9, "it must be less than 9"),
    (Literal["day", "week"], "year", "it must be 'day' or 'week'"),
    (Annotated[str, Field(min_length=1)], "", "it must have at least 1 character"),
]


@pytest.mark.parametrize(("kind", "value", "words"), WRONG, ids=lambda one: str(one)[:40])
def test_what_a_value_should_have_been_is_said_plainly(
    kind: Any, value: object, words: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind).validate_python(value)
    assert plain(raised.value.errors()[0]["msg"]) == words


def test_a_message_of_ours_stays() -> None:
    assert plain("'sonet' is no tier") == "'sonet' is no tier"
    assert plain("Value error, no time zone 'x'") == "no time zone 'x'"
    assert plain("Field required") == "it is missing"

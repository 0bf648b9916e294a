"""Which findings of the checker of Lua types count."""

from __future__ import annotations

import pytest
from tests.lua_types import counts


@pytest.mark.parametrize(
    ("code", "message", "line", "counted"),
    [
        ("undefined-field", "Undefined field `pakage`.", "", True),
        ("param-type-mismatch", "expected `string` but found `integer`. ", "", True),
        ("param-type-mismatch", "expected `(string|table)` but found `boolean`. ", "", True),
        ("assign-type-mismatch", "Cannot assign `table` to `string`. ", "", True),
        ("redundant-parameter", "expected 0 parameters but found 1", "f(function(a)", True),
        ("param-type-mismatch", "expected `string` but found `string?`. ", "", False),
        ("param-type-mismatch", "expected `(string|number)` but found `string?`. ", "", False),
        ("param-type-mismatch", "expected `integer?` but found `number`. ", "", False),
        ("assign-type-mismatch", "Cannot assign `nil` to `integer`. ", "", False),
        ("param-type-mismatch", 'expected `("a"|"b")` but found `string`. ', "", False),
        ("redundant-parameter", "expected 0 parameters but found 1", "x:any(function(a)", False),
    ],
)  # fmt: skip
def test_what_may_be_nil_is_no_finding_and_a_wrong_type_is(
    code: str, message: str, line: str, counted: bool
) -> None:
    assert counts(code, message, line) is counted

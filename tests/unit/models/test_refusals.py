"""What servers answer when they refuse: which kind it is, and how long they want to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tierwise.models.failure import FAILS_OVER, TRIPS
from tierwise.models.refusals import classify, retry_after_seconds

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Sun, 29 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sunday, 29-Nov-26 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun Nov 29 12:00:30 2026"}, 30),
        ({"retry-after": "Sun, 29 Nov 2026 13:00:30 +0100"}, 30),
        ({"retry-after": " Sun, 29 Nov 2026 12:02:00 GMT "}, 120),
        ({"retry-after": "Sun, 29 Nov 2026 11:59:00 GMT"}, 0),
        ({"retry-after": "Sun, 29 Nov 2026 15:00:07 GMT",
          "date": "Sun, 29 Nov 2026 15:00:00 GMT"}, 7),
        ({"retry-after": "Sun, 29 Nov 2026 12:00:09 GMT", "date": "yesterday"}, 9),
        ({"retry-after": "9"}, 9),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Sun, 99 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": "in a moment"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_wait_is_seconds_or_a_time(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers, NOW) == seconds


TOO_LARGE = [
    "prompt is too long: 210031 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
    "Input is too long for requested model.",
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
    "the request exceeds the available context size. try increasing the context size",
    "Requested tokens (5031) exceed context window of 4096",
    "input exceeds the context window of this model",
    "Request too large for model",
    "too many tokens: 40000",
]
OUTPUT_CAP = [
    "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for claude-x",
    "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
    "max_tokens must be less than or equal to 4096",
    "`max_tokens` exceeds the limit of this model",
    "max_completion_tokens is above the maximum of 4096",
    "the maximum number of output tokens is 2048",
    "max_new_tokens must be at most 512",
    "max_tokens (9000) is too high",
]
NEITHER = [
    "messages: at least one message is required",
    "max_tokens: Field required",
    "tools.0.name: too long",
    "thinking.budget_tokens: extra fields are not permitted",
    "system: text content blocks must be non-empty",
    "temperature is not supported by this model",
    "max_tokens: Input should be a valid integer",
    "",
]


@pytest.mark.parametrize(
    ("message", "kind"),
    [(m, "too_large") for m in TOO_LARGE]
    + [(m, "output_cap") for m in OUTPUT_CAP]
    + [(m, "bad_request") for m in NEITHER],
)
def test_the_words_of_a_bad_request_say_what_it_is(message: str, kind: str) -> None:
    assert classify(400, "invalid_request_error", None, message) == kind
    assert classify(422, None, None, message) == kind


def test_what_is_too_large_for_one_model_goes_up_and_says_nothing_of_its_health() -> None:
    for kind in ("too_large", "output_cap"):
        assert kind in FAILS_OVER
        assert kind not in TRIPS
    assert classify(413, None, None, "") == "too_large"
    assert classify(400, None, "context_length_exceeded", "") == "too_large"
    assert classify(407, None, None, "") == "proxy"

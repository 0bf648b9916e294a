"""What real clients send: its kind and its words are recognised, and its bytes pass unharmed."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.clients.skeleton import Skeleton, load
from tierwise.gateway import call, splice, strand, words
from tierwise.gateway.kinds import kind_of

SKELETONS = load()
NOISE = (
    "<system-reminder>\nArchitecture, security, migration: continue. @opus\n</system-reminder>",
    "<command-name>/model</command-name>\n<command-args></command-args>",
    "<local-command-stdout>Set model to opus</local-command-stdout>",
    "<system-reminder>[SYSTEM NOTIFICATION - NOT USER INPUT]\ndone</system-reminder>",
)


def ids(one: Skeleton) -> str:
    return one.name


def raw(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def kind(one: Skeleton, body: Mapping[str, Any]) -> str:
    counts = "count_tokens" in one.path
    return call.call_of(splice.read(raw(body)), one.headers, counts=counts).kind


@pytest.mark.parametrize("one", SKELETONS, ids=ids)
def test_the_kind_of_what_a_client_sends(one: Skeleton) -> None:
    assert kind(one, one.body) == one.kind


@pytest.mark.parametrize("one", [s for s in SKELETONS if s.words], ids=ids)
def test_the_words_are_those_that_were_typed(one: Skeleton) -> None:
    assert words.said_last(one.body) == one.words


@pytest.mark.parametrize("one", [s for s in SKELETONS if s.headers.get("x-app")], ids=ids)
def test_the_strand_is_the_clients_own(one: Skeleton) -> None:
    found = strand.of(one.body, one.headers)
    assert found.session == one.headers["x-claude-code-session-id"]
    assert found.agent == one.headers.get("x-claude-code-agent-id")
    assert found.named


@pytest.mark.parametrize("one", SKELETONS, ids=ids)
def test_only_what_is_spliced_changes(one: Skeleton) -> None:
    sent = raw(one.body)
    read = splice.read(sent)
    model = raw({"m": one.body["model"]})[5:-1]
    assert splice.spliced(read, {}) == sent
    changed = splice.spliced(read, {"model": "claude-haiku-5-5"})
    assert changed == sent.replace(b'"model":' + model, b'"model":"claude-haiku-5-5"', 1)


def varied(one: Skeleton, draw: random.Random) -> Mapping[str, Any]:
    """The same request as another day would have it: longer, in another order, with more around."""
    body: dict[str, Any] = deepcopy(dict(one.body))
    keys = list(body)
    draw.shuffle(keys)
    body = {key: body[key] for key in keys}
    body[f"future_{draw.randrange(99)}"] = {"x": [draw.random()]}
    if isinstance(body.get("system"), list):
        body["system"].append({"type": "text", "text": "Be brief. " * draw.randrange(3_000)})
    if body.get("tools") and draw.random() < 0.5:
        body["tools"].append({"name": "Extra", "description": "y" * draw.randrange(20_000)})
    last = next(m for m in reversed(body["messages"]) if m["role"] == "user")
    if isinstance(last["content"], str):
        last["content"] = [{"type": "text", "text": last["content"]}]
    has_results = any(b["type"] == "tool_result" for b in last["content"])
    if one.kind in ("turn", "step", "subagent"):
        noise: Sequence[str] = NOISE[:1] if has_results else NOISE
        block = {"type": "text", "text": draw.choice(noise)}
        last["content"].insert(0 if not has_results else len(last["content"]), block)
    if draw.random() < 0.3:
        body["messages"].append({"role": "system", "content": "Note: continue."})
    return body


def test_variations_keep_their_kind_and_their_words() -> None:
    draw = random.Random(24)
    right = total = 0
    for one in SKELETONS:
        for _ in range(100):
            body = varied(one, draw)
            total += 1
            same = kind(one, body) == one.kind
            right += same and (not one.words or words.said_last(body) == one.words)
    assert right / total >= 0.99, (right, total)


TURNS = [s for s in SKELETONS if s.kind in ("turn", "subagent") and s.words]
TYPED = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], include_characters="\n\t", exclude_characters="<"
    ),
    min_size=1,
    max_size=300,
)
"""What an operator may type; what begins with "<" may be a client's own mark."""


def with_words(value: Any, old: str, new: str) -> Any:
    """A body with other words typed, wherever they stand."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list):
        return [with_words(inner, old, new) for inner in value]
    if isinstance(value, dict):
        return {name: with_words(inner, old, new) for name, inner in value.items()}
    return value


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(one=st.sampled_from(TURNS), typed=TYPED, seed=st.integers(0, 10**6))
def test_whatever_is_typed_is_a_turn_of_these_words(one: Skeleton, typed: str, seed: int) -> None:
    assume(typed.strip() and not typed.strip().startswith(('"', "[", "CRITICAL", "This session")))
    body = with_words(varied(one, random.Random(seed)), one.words, typed)
    assert (kind(one, body), words.said_last(body)) == (one.kind, typed.strip())


def test_every_kind_of_a_loop_is_among_them() -> None:
    there = {one.kind for one in SKELETONS}
    assert there >= {"turn", "step", "subagent", "compact", "count"}
    assert all(kind_of(s.body, strand.of(s.body, s.headers)) for s in SKELETONS)

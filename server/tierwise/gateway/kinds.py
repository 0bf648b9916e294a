"""Tells the kind of a call by its shape.

One request of the operator causes many calls: the steps of the agent, a title, sub-agents, token
counts, a summary when the context window is full. The router decides only on a call that begins a
task (`DECIDED`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from tierwise.gateway import words
from tierwise.gateway.message import Block, Body, blocks, last_of_user, messages, system_text, texts
from tierwise.gateway.strand import Strand

Kind = Literal["turn", "step", "subagent", "title", "compact", "count", "classifier", "other"]

TASKLESS: Final[frozenset[Kind]] = frozenset({"title", "classifier", "compact", "count"})
"""Kinds that are no tasks. Nothing is learned from them, and a strand keeps its task."""
CHEAPEST: Final[frozenset[Kind]] = frozenset({"title", "classifier"})
"""Kinds that go to the cheapest tier that accepts their body."""
DECIDED: Final[frozenset[Kind]] = frozenset({"turn", "subagent", "other"})
"""Kinds that begin a task if the operator's words are new. A step goes on with the current task."""

_TITLE: Final = re.compile(
    r"(?i)\b(?:you are a title generator|generate a (?:short |concise |brief )*title|"
    r"naming a coding session|conversation title|title for (?:this|the) (?:conversation|session))"
)
_COMPACT: Final = re.compile(
    r"\s*(?:Your task is to create a detailed summary of (?:the|this) conversation so far|"
    r"CRITICAL: Respond with TEXT ONLY\. Do NOT call any tools)"
)
_CLASSIFIER: Final = re.compile(
    r"(?i)\b(?:security monitor for autonomous|classify (?:whether|if) (?:the|this) "
    r"(?:action|command|tool call)|auto[- ]mode classifier|is_displaying_contents|"
    r"command prefix (?:detection|extraction)|detect(?:s|ing)? command injection)"
)
_SHORT: Final = 20_000
"""How many characters of a system prompt are searched. Prompts of titles and classifiers are
short."""


def kind_of(body: Body, strand: Strand) -> Kind:
    """Tell what a call of `/v1/messages` is for: a turn, a step of the agent, a title and so on."""
    has_tools = bool(body.get("tools"))
    if not has_tools and _is_title(body):
        return "title"
    if _is_classifier(body, has_tools):
        return "classifier"
    message = last_of_user(body)
    if message is None:
        return "step"
    if _is_compaction(message):
        return "compact"
    said = words.of_message(message)
    if not said and words.results(message):
        return "step"
    begun = any(m["role"] == "assistant" for m in messages(body))
    if strand.agent is not None:
        return "subagent" if said or not begun else "step"
    if not said and (begun or not _shows(message)):
        return "step"
    if not has_tools and not strand.named and not begun:
        return "other"
    return "turn"


def _is_title(body: Body) -> bool:
    form = _schema(body)
    if form is not None:
        properties = form.get("properties")
        if isinstance(properties, Mapping) and set(properties) == {"title"}:
            return True
    message = last_of_user(body)
    said = list(texts(message.get("content"))) if message is not None else []
    if len(messages(body)) <= 2 and any(t.lstrip().startswith(words.SESSION) for t in said):
        return True
    return _TITLE.search(_system(body)) is not None


def _is_classifier(body: Body, has_tools: bool) -> bool:
    """True if the client itself asks about a command, for instance if it is safe to run.

    Such a call is small and has a fixed form.
    """
    if has_tools and not _forced(body):
        return False
    return _CLASSIFIER.search(_system(body)) is not None


def _is_compaction(message: Mapping[str, Any]) -> bool:
    """True if the client asks for a summary of the conversation, in any text of the message."""
    return any(_COMPACT.match(text) for text in texts(message.get("content")))


def _shows(message: Block) -> bool:
    """True if a message has a picture or document, which makes it a turn even without words."""
    return any(b.get("type") in ("image", "document") for b in blocks(message.get("content")))


def _system(body: Body) -> str:
    return system_text(body)[:_SHORT]


def _schema(body: Body) -> Mapping[str, Any] | None:
    config = body.get("output_config")
    form = config.get("format") if isinstance(config, Mapping) else None
    form = form if isinstance(form, Mapping) else body.get("output_format")
    schema = form.get("schema") if isinstance(form, Mapping) else None
    return schema if isinstance(schema, Mapping) else None


def _forced(body: Body) -> bool:
    choice = body.get("tool_choice")
    return isinstance(choice, Mapping) and choice.get("type") in ("any", "tool")

"""Generates JSON-RPC messages: valid ones, mutated ones, and bytes that are no message.

A seed makes the same messages on every machine. Each message says which ids the server must answer
and how often, so that a test can find a missing or a superfluous answer.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LEAVES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31 - 1, 2**31, 2**63, -(2**63), 10**40, 1.5, 1e308, "", " ",
    "file:///nowhere.py", "file:///%2e%2e/etc/passwd", "untitled:Untitled-1", "http://x.invalid/a",
    "\\\\?\\C:\\x", "edit", "chat", "opus", "@haiku x", "@@", "x" * 5_000, "\x00", "\ud800",
    "\u2028", "e\u0301" * 50, "😀", [], {}, [[]], [{}],
    {"jsonrpc": "2.0", "id": 1, "method": "exit"},
]  # fmt: skip
"""What stands where something else was meant."""

ACTIONS = ["chat", "edit", "explain", "fix", "document", "test", "refactor", "generate", "review",
           "commit"]  # fmt: skip


@dataclass
class Made:
    """Bytes to send, and how many answers each of its ids is owed."""

    data: bytes
    owed: dict[int | str, int] = field(default_factory=dict)


class Generator:
    """Messages for a server that has `uri` open. `make` gives the next one."""

    def __init__(self, seed: int, uri: str) -> None:
        self.chance = random.Random(seed)
        self.uri = uri
        self.number = 1_000
        self.recent: list[int | str] = []
        self._kinds: list[tuple[int, Callable[[], Made]]] = [
            (30, self._mutated), (12, self._valid), (14, self._notification), (10, self._envelope),
            (8, self._unreadable), (10, self._misframed), (6, self._response), (5, self._cancel),
            (3, self._twice), (2, self._deep),
        ]  # fmt: skip

    def make(self) -> Made:
        """The next message."""
        weights = [weight for weight, _ in self._kinds]
        kind = self.chance.choices([make for _, make in self._kinds], weights)[0]
        made = kind()
        self.recent = [*self.recent, *made.owed][-50:]
        return made

    def _id(self) -> int | str:
        self.number += 1
        return self.number if self.chance.random() < 0.8 else f"id-{self.number}"

    def _request(self) -> tuple[str, Any]:
        method = self.chance.choice(sorted(REQUESTS))
        return method, REQUESTS[method](self)

    def _valid(self) -> Made:
        method, params = self._request()
        return self._framed_request(method, params)

    def _mutated(self) -> Made:
        method, params = self._request()
        for _ in range(self.chance.randrange(1, 4)):
            params = mutated(params, self.chance)
        if self.chance.random() < 0.05:
            method = self.chance.choice(["nothing/here", "", "$/odd", "x" * 300, "initialize"])
        return self._framed_request(method, params)

    def _framed_request(self, method: str, params: Any) -> Made:
        msg_id = self._id()
        body = {"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params}
        return Made(framed(encoded(body)), {msg_id: 1})

    def _notification(self) -> Made:
        method = self.chance.choice(sorted(NOTIFICATIONS))
        params = NOTIFICATIONS[method](self)
        if self.chance.random() < 0.7:
            params = mutated(params, self.chance)
        return Made(framed(encoded({"jsonrpc": "2.0", "method": method, "params": params})))

    def _envelope(self) -> Made:
        """Wrong on the outside: version, id, method; or not an object at all."""
        method, params = self._request()
        body: Any = {"jsonrpc": "2.0", "id": self._id(), "method": method, "params": params}
        how = self.chance.randrange(6)
        if how == 0:
            body["jsonrpc"] = self.chance.choice(["1.0", 2, None, "", []])
        elif how == 1:
            body["method"] = self.chance.choice([5, None, [], {}, True])
        elif how == 2:
            body["id"] = self.chance.choice([None, 1.5, True, {}, [], [1]])
        elif how == 3:
            del body[self.chance.choice(["jsonrpc", "method"])]
        elif how == 4:
            body = self.chance.choice([[], [body], [body, body], 17, "text", None, True, {}])
        else:
            body = {**body, "extra": self.chance.choice(LEAVES), "result": 1}
        answered = isinstance(body, dict) and isinstance(body.get("id"), int | str)
        answered = answered and not isinstance(body.get("id"), bool)
        if how in (1, 3) and "method" not in {k for k, v in body.items() if v is not None}:
            answered = answered and not ("result" in body or "error" in body)
        return Made(framed(encoded(body)), {body["id"]: 1} if answered else {})

    def _unreadable(self) -> Made:
        """A request whose body is no JSON; its id can still be read."""
        method, params = self._request()
        msg_id = self._id()
        body = {"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params}
        raw = bytearray(encoded(body))
        start = raw.index(b'"params"')
        how = self.chance.randrange(4)
        if how == 0:
            del raw[self.chance.randrange(start, len(raw)) :]
        elif how == 1:
            raw[self.chance.randrange(start, len(raw))] = self.chance.choice(
                b"\x00\xff\xc3\x80\x1f"
            )
        elif how == 2:
            raw[start:start] = self.chance.choice([b"NaN,", b"{", b"}", b",,", b"\xf0\x28\x8c\x28"])
        else:
            raw += self.chance.choice([b"]", b"}}", b"\x00", b"{}"])
        try:
            json.loads(raw)
        except (ValueError, UnicodeDecodeError):
            return Made(framed(bytes(raw)), {msg_id: 1})
        return Made(framed(encoded(body)), {msg_id: 1})

    def _misframed(self) -> Made:
        """A header that lies, or is odd; what follows must be served all the same."""
        method, params = self._request()
        msg_id = self._id()
        body = encoded({"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params})
        length, whole = len(body), {msg_id: 1}
        how = self.chance.randrange(8)
        if how == 0:
            kept = self.chance.randrange(body.index(b'"params"'), length)
            return Made(header(kept) + body, whole)
        if how == 1:
            return Made(header(length + self.chance.choice([1, 2, 7, 19, 21, 40, 300])) + body)
        if how == 2:
            return Made(b"content-length:%d\n\n" % length + body, whole)
        if how == 3:
            odd = self.chance.choice(
                [b"X-Odd: 1\r\n", b"\xff\xfe\r\n", b": \r\n", b"a" * 9_000 + b"\r\n"]
            )
            return Made(odd + header(length) + body, whole)
        if how == 4:
            bad = self.chance.choice([b"-5", b"ten", b"", b"99999999999999", b"9" * 60, b"1e3"])
            return Made(b"Content-Length: " + bad + b"\r\n\r\n" + header(length) + body, whole)
        if how == 5:
            return Made(header(3) + header(length) + body)
        if how == 6:
            return Made(b"\r\n\r\n" + header(length) + body, whole)
        return Made(body + b"\r\n" + header(length) + body, whole)

    def _response(self) -> Made:
        key = self.chance.choice(["result", "error"])
        msg_id = self.chance.choice([*LEAVES, "notification-0", *self.recent])
        value = self.chance.choice(LEAVES)
        return Made(framed(encoded({"jsonrpc": "2.0", "id": msg_id, key: value})))

    def _cancel(self) -> Made:
        found = self.chance.choice([*self.recent[-5:], *LEAVES])
        body = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": found}}
        return Made(framed(encoded(body)))

    def _twice(self) -> Made:
        made = self._valid()
        return Made(made.data * 2, dict.fromkeys(made.owed, 2))

    def _deep(self) -> Made:
        msg_id, depth = self._id(), self.chance.choice([10, 200, 1_000, 5_000])
        body = b'{"jsonrpc":"2.0","id":%s,"method":"tierwise/route/explain","params":' % encoded(
            msg_id
        )
        opening, closing = self.chance.choice([(b'{"a":', b"}"), (b"[", b"]")])
        return Made(framed(body + opening * depth + b"1" + closing * depth + b"}"), {msg_id: 1})

    def place(self) -> dict[str, Any]:
        """A range, mostly within the document."""
        line = self.chance.choice([0, 3, 4, 5, 7, 8, 900, 2**31 - 1])
        end = line + self.chance.choice([0, 1, 2, -1])
        return {"start": {"line": line, "character": self.chance.choice([0, 4, 5_000])},
                "end": {"line": max(0, end), "character": self.chance.choice([0, 3])}}  # fmt: skip

    def document(self) -> dict[str, Any]:
        return {"uri": self.chance.choice([self.uri, self.uri, self.uri, "file:///nowhere.py"])}

    def task(self) -> dict[str, Any]:
        pick = self.chance
        params: dict[str, Any] = {"action": pick.choice(ACTIONS), "textDocument": self.document()}
        if pick.random() < 0.8:
            params["range"] = self.place()
        if pick.random() < 0.6:
            params["instruction"] = pick.choice(
                ["rename it", "@opus why", "x" * 3_000, "{{SECRET_1}}"]
            )
        if pick.random() < 0.2:
            params["files"] = [{"uri": self.uri, "attached": True}]
        if pick.random() < 0.2:
            params["diagnostics"] = [{"path": "sample.py", "line": 4, "message": "odd"}]
        return params


def mutated(value: Any, chance: random.Random, depth: int = 0) -> Any:
    """A value with one thing about it wrong, somewhere inside."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        how = chance.random()
        if how < 0.12:
            return {k: v for k, v in value.items() if k != key}
        if how < 0.2:
            extra = chance.choice(["jsonrpc", "id", "class", "a-b", "", "\u0000", "method"])
            return {**value, extra: chance.choice(LEAVES)}
        return {**value, key: mutated(value[key], chance, depth + 1)}
    if isinstance(value, list) and value and chance.random() < 0.7:
        at = chance.randrange(len(value))
        if chance.random() < 0.2:
            return value * chance.choice([0, 2, 50])
        return [*value[:at], mutated(value[at], chance, depth + 1), *value[at + 1 :]]
    if chance.random() < 0.1:
        return [value]
    return chance.choice(LEAVES)


def header(length: int) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % length


def framed(body: bytes) -> bytes:
    return header(len(body)) + body


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _at(g: Generator) -> dict[str, Any]:
    return {"textDocument": g.document(), "position": g.place()["start"]}


def _chat(g: Generator) -> dict[str, Any]:
    return {"prompt": g.chance.choice(["hello", "@haiku hi", "@nobody"]),
            "conversationId": "c", "references": [{"uri": g.uri}]}  # fmt: skip


def _command(g: Generator) -> dict[str, Any]:
    name = g.chance.choice(["tierwise.task.start", "tierwise.edit.apply", "tierwise.edit.discard",
                            "tierwise.edit.showDiff", "tierwise.edit.undo", "tierwise.task.rerunOn",
                            "tierwise.route.override", "tierwise.route.rate",
                            "tierwise.budget.resume", "nothing"])  # fmt: skip
    argument = {"editId": "e", "taskId": "t", "tier": "opus", "scope": "action", "action": "edit",
                "to": "auto", "rating": "fine", **g.task()}  # fmt: skip
    return {"command": name, "arguments": [argument]}


REQUESTS: dict[str, Callable[[Generator], Any]] = {
    "textDocument/codeAction": lambda g: {
        "textDocument": g.document(), "range": g.place(),
        "context": {"diagnostics": [], "triggerKind": g.chance.choice([1, 2])}},
    "textDocument/codeLens": lambda g: {"textDocument": g.document()},
    "textDocument/hover": _at,
    "workspace/executeCommand": _command,
    "tierwise/task/start": Generator.task,
    "tierwise/task/cancel": lambda g: {"taskId": "t"},
    "tierwise/chat/send": _chat,
    "tierwise/route/explain": Generator.task,
    "tierwise/route/override": lambda g: {"scope": "session", "to": "auto"},
    "tierwise/edit/get": lambda g: {"editId": "e"},
    "tierwise/edit/resolve": lambda g: {"editId": "e", "action": "apply", "hunks": ["1.1"]},
    "tierwise/status": lambda g: {},
    "tierwise/history/query": lambda g: {"limit": 5, "state": "proposed"},
}  # fmt: skip

NOTIFICATIONS: dict[str, Callable[[Generator], Any]] = {
    "textDocument/didOpen": lambda g: {"textDocument": {
        "uri": f"file:///made/{g.chance.randrange(20)}.py", "languageId": "python", "version": 1,
        "text": "def f(a):\n    return a\n"}},
    "textDocument/didChange": lambda g: {
        "textDocument": {"uri": g.uri, "version": g.number},
        "contentChanges": [
            {"range": g.place(), "text": g.chance.choice(["", "x", "\n", "a\u2028"])}]},
    "textDocument/didClose": lambda g: {
        "textDocument": {"uri": f"file:///made/{g.chance.randrange(20)}.py"}},
    "textDocument/didSave": lambda g: {"textDocument": g.document()},
    "workspace/didChangeConfiguration": lambda g: {"settings": {"tierwise": {
        "softTarget": 0.5, "budget": {"dayUsd": 1}, "floors": {"paths": {"**": "opus"}}}}},
    "workspace/didChangeWorkspaceFolders": lambda g: {"event": {
        "added": [{"uri": "file:///made", "name": "made"}], "removed": []}},
    "tierwise/edit/didShow": lambda g: {"editId": "e"},
    "tierwise/outcome/record": lambda g: {"taskId": "t", "kind": "copied"},
    "tierwise/trust/didChange": lambda g: {"trusted": True},
    "window/workDoneProgress/cancel": lambda g: {"token": "t"},
    "nothing/happened": lambda g: {"a": 1},
    "$/setTrace": lambda g: {"value": "verbose"},
}  # fmt: skip

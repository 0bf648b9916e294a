"""A minimal editor for tests: it opens documents, applies edits and shows the resulting texts."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from tests.support.rpc import Rpc
from tierwise.syntax.positions import Encoding, LineIndex

PROFILES: dict[str, dict[str, Any]] = {
    "vscode": {
        "workspace": {
            "applyEdit": True,
            "configuration": False,
            "codeLens": {"refreshSupport": True},
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        },
        "window": {
            "workDoneProgress": True,
            "showDocument": {"support": True},
            "showMessage": {"messageActionItem": {"additionalPropertiesSupport": True}},
        },
        "textDocument": {
            "codeAction": {"isPreferredSupport": True, "disabledSupport": True},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
        "general": {"positionEncodings": ["utf-16"]},
    },
    "neovim": {
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {"resourceOperations": ["rename", "create", "delete"]},
        },
        "window": {
            "workDoneProgress": True,
            "showDocument": {"support": True},
            "showMessage": {"messageActionItem": {"additionalPropertiesSupport": False}},
        },
        "textDocument": {
            "codeAction": {"isPreferredSupport": True},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
    },
    "eglot": {
        "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
        "window": {"workDoneProgress": True},
        "textDocument": {
            "codeAction": {"isPreferredSupport": True},
            "hover": {"contentFormat": ["plaintext"]},
        },
        "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
    },
    "vim-lsp": {
        "workspace": {"applyEdit": True},
        "textDocument": {
            "codeAction": {"disabledSupport": True},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
    },
    "bare": {"workspace": {"applyEdit": True}},
}
"""What kinds of client declare, cut down to what the server looks at."""


class Editor:
    """Documents of one client, edited by the server's `applyEdit` as a real editor would."""

    def __init__(self, rpc: Rpc, root: Path) -> None:
        self.rpc, self.root = rpc, root
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.encoding: Encoding = "utf-16"
        self.applied: list[dict[str, Any]] = []
        self.shown: list[str] = []
        self.choice: str | None = None
        self.questions: list[str] = []
        rpc.answers["workspace/applyEdit"] = self._apply
        rpc.answers["window/showDocument"] = self._show
        rpc.answers["window/showMessageRequest"] = self._ask

    async def start(self, profile: str | dict[str, Any], **params: Any) -> Any:
        """Initialize with a profile and this editor's folder as the workspace."""
        caps = PROFILES[profile] if isinstance(profile, str) else profile
        folder = {"uri": self.root.as_uri(), "name": self.root.name}
        result = await self.rpc.initialize(
            capabilities=caps, rootUri=folder["uri"], workspaceFolders=[folder], **params
        )
        self.encoding = result["capabilities"]["positionEncoding"]
        return result

    def open(self, name: str, text: str | None = None, language: str = "python") -> str:
        """Open a file of the workspace; its URI."""
        path = self.root / name
        uri = path.as_uri()
        self.texts[uri] = path.read_text(encoding="utf-8") if text is None else text
        self.versions[uri] = 1
        self.rpc.notify(
            "textDocument/didOpen",
            {
                "textDocument": {
                    "uri": uri,
                    "languageId": language,
                    "version": 1,
                    "text": self.texts[uri],
                }
            },
        )
        return uri

    def type(self, uri: str, line: int, text: str) -> None:
        """Insert at the start of a line, as typing does."""
        at = {"line": line, "character": 0}
        self._edit(uri, [{"range": {"start": at, "end": at}, "newText": text}])

    def replace(self, uri: str, text: str) -> None:
        """Make the whole document read otherwise, as a formatter does."""
        last = self.texts[uri].count("\n")
        self._edit(uri, [{"range": self.span(uri, 0, last), "newText": text}])

    def replace_whole(self, uri: str, text: str) -> None:
        """Make the document read otherwise by its whole new text, as some clients do."""
        self.texts[uri] = text
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        changed = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.rpc.notify("textDocument/didChange", changed)

    def edit_lines(self, uri: str, text: str) -> None:
        """Make the document read otherwise by edits of the lines that differ."""
        old, new = self.texts[uri].splitlines(True), text.splitlines(True)
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        edits = [
            {"range": self.span(uri, i1, i2), "newText": "".join(new[j1:j2])}
            for tag, i1, i2, j1, j2 in codes
            if tag != "equal"
        ]
        self._edit(uri, edits)

    def hold_answers(self) -> None:
        """Apply edits from now on without an answer to them."""
        self.rpc.held = {"workspace/applyEdit"}

    def release_answers(self) -> None:
        """Answer what was held."""
        self.rpc.release()

    def span(self, uri: str, first: int, last: int) -> dict[str, Any]:
        """The range of whole lines [first, last), from 0."""
        index = LineIndex(self.texts[uri])
        if last >= index.line_count:
            end = index.to_wire(index.position(len(self.texts[uri])), self.encoding)
        else:
            end = (last, 0)
        return {
            "start": {"line": first, "character": 0},
            "end": {"line": end[0], "character": end[1]},
        }

    async def actions(self, uri: str, where: dict[str, Any], **context: Any) -> list[Any]:
        """Code actions at a range, asked for explicitly."""
        given = {"diagnostics": [], "triggerKind": 1, **context}
        params = {"textDocument": {"uri": uri}, "range": where, "context": given}
        result: list[Any] = await self.rpc.request("textDocument/codeAction", params)
        return result

    async def run(self, command: dict[str, Any]) -> Any:
        """Run a command as a lens or an action names it."""
        params = {"command": command["command"], "arguments": command.get("arguments", [])}
        return await self.rpc.request("workspace/executeCommand", params)

    def _apply(self, params: dict[str, Any]) -> dict[str, Any]:
        self.applied.append(params)
        edits = params["edit"].get("documentChanges") or []
        for change in edits:
            if change.get("kind") == "create":
                path = Path(change["uri"].removeprefix("file://"))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(exist_ok=False)
                self.open(str(path.relative_to(self.root)), "")
            elif change.get("kind") == "delete":
                if self.texts.pop(change["uri"], None) is not None:
                    closed = {"textDocument": {"uri": change["uri"]}}
                    self.rpc.notify("textDocument/didClose", closed)
                Path(change["uri"].removeprefix("file://")).unlink(missing_ok=True)
            elif change.get("kind") == "rename":
                self._rename(change["oldUri"], change["newUri"])
            else:
                uri, version = change["textDocument"]["uri"], change["textDocument"]["version"]
                if version is not None and version != self.versions.get(uri):
                    return {"applied": False, "failureReason": "another version"}
                if uri not in self.texts:
                    path = Path(uri.removeprefix("file://"))
                    self.open(
                        str(path.relative_to(self.root)), path.read_bytes().decode("utf-8-sig")
                    )
                self._edit(uri, change["edits"])
        return {"applied": True}

    def _edit(self, uri: str, edits: list[dict[str, Any]]) -> None:
        text = self.texts[uri]
        index = LineIndex(text)

        def offset(position: dict[str, int]) -> int:
            found = index.from_wire(position["line"], position["character"], self.encoding)
            return index.offset(found)

        spans = [(offset(e["range"]["start"]), offset(e["range"]["end"]), e) for e in edits]
        changes = []
        for start, end, edit in sorted(spans, key=lambda s: s[:2], reverse=True):
            text = text[:start] + edit["newText"] + text[end:]
            changes.append({"range": edit["range"], "text": edit["newText"]})
        self.texts[uri] = text
        self.versions[uri] += 1
        self.rpc.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": self.versions[uri]},
                "contentChanges": changes,
            },
        )

    def _rename(self, uri: str, to: str) -> None:
        """Move a file as an editor does: close the old name, open the new one."""
        Path(uri.removeprefix("file://")).rename(to.removeprefix("file://"))
        if uri not in self.texts:
            return
        self.rpc.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        text = self.texts.pop(uri)
        self.open(Path(to).name, text)

    def _show(self, params: dict[str, Any]) -> dict[str, Any]:
        self.shown.append(params["uri"])
        return {"success": True}

    def _ask(self, params: dict[str, Any]) -> Any:
        self.questions.append(params["message"])
        return {"title": self.choice} if self.choice else None

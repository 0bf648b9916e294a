"""Reads the corpus: `tasks/*.toml` and the texts in `files/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.corpus.answers.form import (
    TEXT_ACTIONS,
    Answer,
    Outcome,
    Selection,
    SourceFile,
    Task,
    Verdict,
)
from tests.corpus.answers.quote import only, position, span, swapped
from tests.corpus.answers.write import Sources, written

_HERE: Final = Path(__file__).parent


@cache
def tasks() -> tuple[Task, ...]:
    """Every task of the corpus, in the order of the names of their files."""
    return tuple(_read(path) for path in sorted((_HERE / "tasks").glob("*.toml")))


def _read(path: Path) -> Task:
    try:
        return _task(path.stem, tomllib.loads(path.read_text("utf-8")))
    except (ValueError, KeyError) as error:
        raise ValueError(f"{path.name}: {error!r}") from error


def _task(name: str, raw: Mapping[str, Any]) -> Task:
    texts = {f["path"]: (_HERE / "files" / f["text"]).read_text("utf-8") for f in raw["files"]}
    if raw.get("no_last_line_end"):
        texts[raw["files"][0]["path"]] = texts[raw["files"][0]["path"]].removesuffix("\n")
    own = raw["files"][0]["path"]
    results: dict[str, dict[str, str]] = {}
    for result in raw.get("results", []):
        results[result["name"]] = _result(result, own, texts, results)
    start, end = _selected(raw["selection"], texts[own])
    sources = Sources(
        texts[own], {n: r.get(own, texts[own]) for n, r in results.items()}, start, end
    )

    crlf = {own} if raw.get("crlf") else set()
    ends = {n: {p: _ends(p, t, crlf) for p, t in r.items()} for n, r in results.items()}
    answers: list[Answer] = []
    for number, answer in enumerate(raw["answers"], 1):
        answers.append(_answer(f"{name}/{number}", answer, raw["action"], sources, ends, answers))
    return Task(
        name=name,
        action=raw["action"],
        instruction=raw["instruction"],
        files=tuple(
            SourceFile(
                f["path"],
                f["language"],
                _ends(f["path"], texts[f["path"]], crlf),
                f.get("role", "open") if f["path"] != own else "task",
            )
            for f in raw["files"]
        ),
        selection=Selection(
            position(texts[own], start),
            position(texts[own], end),
            _ends(own, texts[own][start:end], crlf),
        ),
        diagnostics=tuple(
            (position(texts[own], only(texts[own], d["at"])).line, d["message"])
            for d in raw.get("diagnostics", [])
        ),
        diff=raw.get("diff", ""),
        answers=tuple(answers),
    )


def _ends(path: str, text: str, crlf: set[str]) -> str:
    return text.replace("\n", "\r\n") if path in crlf else text


def _selected(raw: Mapping[str, str], text: str) -> tuple[int, int]:
    if "cursor_after" in raw:
        at = only(text, raw["cursor_after"]) + len(raw["cursor_after"])
        return at, at
    return span(text, raw["from"], raw.get("to"))


def _result(
    raw: Mapping[str, Any], own: str, texts: Mapping[str, str], earlier: Mapping[str, Outcome]
) -> dict[str, str]:
    changed = dict(earlier[raw["base"]]) if "base" in raw else {}
    for edit in raw["edits"]:
        path = edit.get("path", own)
        before = changed.get(path, texts.get(path, ""))
        if "create" in edit:
            changed[path] = edit["create"]
        elif "append" in edit:
            changed[path] = before + edit["append"]
        else:
            changed[path] = swapped(before, edit["old"], edit["new"])
    return changed


def _answer(
    name: str,
    raw: Mapping[str, Any],
    action: str,
    sources: Sources,
    results: Mapping[str, Outcome],
    earlier: Sequence[Answer],
) -> Answer:
    base = next(a.text for a in earlier if raw["like"] in a.shapes) if "like" in raw else ""
    likely: Verdict = "right" if "right" in raw else "marked" if "marked" in raw else "refused"
    verdict: Verdict = raw.get("verdict", likely)
    stop = raw.get("stop_reason", "max_tokens" if "cut" in raw["shapes"] else "end_turn")
    shown = action in TEXT_ACTIONS and stop == "end_turn"
    return Answer(
        name=name,
        shapes=tuple(raw["shapes"]),
        text=written(raw, sources, base),
        stop_reason=stop,
        verdict=verdict,
        right=tuple(results[n] for n in raw.get("right", ())),
        marked=tuple(results[n] for n in raw.get("marked", ())),
        may_refuse=raw.get("may_refuse", verdict == "refused"),
        usable=raw.get("usable", verdict == "right" or shown),
        note=raw.get("note", ""),
    )

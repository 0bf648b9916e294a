"""`tierwise replay`: decides the tasks of a log or of the ledger again, and compares the costs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from tierwise.budget.prices import PriceTable
from tierwise.cli.common import configuration, name_odd, print_json, read
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.cli.route import situation
from tierwise.config.model import Config
from tierwise.core.errors import BadRequest, TierwiseError
from tierwise.core.money import to_nanos
from tierwise.core.request import Request
from tierwise.core.situation import Choice
from tierwise.learning import record
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell
from tierwise.learning.record import Record
from tierwise.learning.replay import ReplayedRoute, ReplayRow, replay
from tierwise.present.errors import sentence
from tierwise.present.learning import ledger_lines, replay_lines
from tierwise.routing.overrides import split_tier_word
from tierwise.routing.route import parse_request
from tierwise.routing.signals import measure
from tierwise.routing.weights import Weights, load
from tierwise.store import decisions
from tierwise.store.learned import LearnedFile
from tierwise.tasks.learning import advice, recall, rerun
from tierwise.tasks.learning.learning import project_key
from tierwise.tasks.learning.learning import read as read_record
from tierwise.tasks.window.settings import price_table

OWN_KEYS = frozenset({"outcomes", "cost_usd", "project"})


def run(
    file: Annotated[Path | None, typer.Argument(metavar="FILE.jsonl", help="The log.")] = None,
    learn: Annotated[
        bool, typer.Option("--learn/--no-learn", help="Learn on the way, as an operator would.")
    ] = False,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Start from, and keep, what is learned.")
    ] = None,
    draw: Annotated[
        int | None, typer.Option(metavar="SEED", help="Draw each verdict from its pass rate.")
    ] = None,
    redo_cost: Annotated[
        float | None,
        typer.Option(metavar="USD", min=0.0, help="Cost of an answer that does not pass."),
    ] = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="Replay your own ledger.")] = False,
    days: Annotated[int, typer.Option(min=0, help="With --ledger: days back; 0 = all.")] = 30,
    confidence_target: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="With --ledger: a floor.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="TIER", help="With --ledger: leave a tier out.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decide with other weights.")
    ] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="With --ledger: without what was learned.")
    ] = False,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="With --ledger: rehearsed tasks instead of paid.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay tasks: what they would have cost and delivered."""
    config = configuration().config
    redo = to_nanos(config.redo_cost if redo_cost is None else redo_cost)
    own = _weights(weights)
    if ledger == (file is not None):
        raise typer.BadParameter("give a FILE.jsonl, or --ledger")
    if ledger:
        what_if = rerun.WhatIf(
            confidence_target,
            frozenset(without or ()),
            own if weights else None,
            shipped,
            None if redo_cost is None else redo,
        )
        for name in what_if.without:
            config.ladder().rank(name)
        if len(what_if.without) >= len(config.ladder()):
            raise BadRequest("At least one tier must be left.")
        since = datetime.now(UTC) - timedelta(days=days) if days else datetime.fromtimestamp(0, UTC)
        since_ms = int(since.timestamp() * 1000)
        with working("Deciding the tasks of your ledger again"):
            told = read(lambda conn: decisions.history(conn, limit=100_000, since_ms=since_ms))
            odd = [one.task.task_id for one in told if not recall.readable(one)]
            asked = [
                one
                for one in reversed(told)
                if one.task.rehearsal == rehearsal and one.task.task_id not in odd
            ]
            figures = rerun.rerun(asked, load(), what_if, redo)
        name_odd(odd)
        others = len(told) - len(asked) - len(odd)
        _print(figures, ledger_lines(figures, days, rehearsal, others), as_json)
        return
    assert file is not None
    ladder = config.ladder()
    kept = _record(state, own)
    with working("Replaying"):
        done = replay(
            _rows(file, config),
            _route(config, own, None if redo_cost is None else redo),
            ladder.names,
            redo=redo,
            seed=draw,
            memory=kept.memory,
            learn=learn,
        )
    if state is not None and learn:
        made = replace(kept, memory=done.memory)
        LearnedFile(state).update(lambda _: record.to_json(made))
    _print(done.figures, replay_lines(done.figures), as_json)


def _print(figures: Mapping[str, Any], lines: list[str], as_json: bool) -> None:
    if as_json:
        print_json(figures)
        return
    for line in lines:
        say(line)


def _weights(path: Path | None) -> Weights:
    try:
        return load(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadRequest(f"{path} holds no weights that can be read.") from error


def _record(state: Path | None, weights: Weights) -> Record:
    if state is None:
        return Record(weights=weights.hash)
    return read_record(LearnedFile(state), weights)


def _rows(path: Path, config: Config) -> Iterator[ReplayRow]:
    """Yield the rows of a log, one at a time. Raises `BadRequest`, which names the bad line."""
    prices, wrong = price_table(config)
    for notice in wrong:
        say(f"tierwise: {notice}", err=True)
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield _row(json.loads(line), number, config, prices)
                    except TierwiseError as error:
                        why = sentence(error)
                        raise BadRequest(f"{path.name}, line {number}: {why}") from error
                    except (ValueError, RecursionError) as error:
                        deep = isinstance(error, RecursionError)
                        why = "it is nested too deep" if deep else f"it is no JSON ({error})"
                        raise BadRequest(f"{path.name}, line {number}: {why}") from error
    except FileNotFoundError:
        raise BadRequest(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{path.name} cannot be read as text.") from error


def _row(data: Any, number: int, config: Config, prices: PriceTable) -> ReplayRow:
    request = parse_request(
        {k: v for k, v in data.items() if k not in OWN_KEYS} if isinstance(data, dict) else data
    )
    ladder = config.ladder()
    word, instruction = split_tier_word(request.instruction, ladder)
    request = replace(request, instruction=instruction, tier=request.tier or word)
    forecast = situation(request, config, prices).cost
    rates = _per_tier(data, "outcomes", ladder.names, most=1.0)
    if missing := [name for name in ladder.names if name not in rates]:
        raise ValueError(f"'outcomes' says nothing of {missing[0]}")
    given = _per_tier(data, "cost_usd", ladder.names)
    costs = {n: to_nanos(given[n]) if n in given else forecast[n] for n in ladder.names}
    project = project_key(str(data.get("project") or ""))
    return ReplayRow(request.id or str(number), (request, project), rates, costs)


def _per_tier(
    data: Mapping[str, Any], key: str, names: tuple[str, ...], most: float = 1e6
) -> dict[str, float]:
    found = data.get(key)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ValueError(f"'{key}' is an object with a number per tier")
    made = {}
    for name in names:
        value = found.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            raise ValueError(f"'{key}' of {name} is a number from 0 to {most:g}")
        made[name] = float(value)
    return made


def _route(config: Config, weights: Weights, redo: int | None) -> Any:
    """Make the function that decides a row of a replay.

    `redo` is what every wrong answer is taken to cost in nano-dollars. With None the configured
    cost is used.
    """
    prices, _ = price_table(config)

    def route(row: ReplayRow, memory: Memory) -> ReplayedRoute:
        assert isinstance(row.request, tuple)
        request, project = row.request
        facts = situation(request, config, prices)
        if redo is not None:
            facts = replace(facts, redo_cost=redo)
        if request.tier is not None:
            facts.ladder.rank(request.tier)
            facts = replace(facts, choices=(Choice("task", request.tier), *facts.choices))
        cell = Cell(request.action, language_of(request), project)
        found = measure(request, weights=weights)
        advised = advice.decide(found, facts, weights, cell, memory, id=row.id)
        return ReplayedRoute(advised.decision, advice.task_of(found, facts, weights, cell))

    return route


def language_of(request: Request) -> str | None:
    """The language of a request: that of its selection, else of its first attached file."""
    if request.selection is not None and request.selection.language:
        return request.selection.language
    files = request.files or ()
    return next((f.language for f in files if f.attached and f.language), None)

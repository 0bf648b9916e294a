"""`tierwise learn`: shows, exports, imports, resets and switches the learned state."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from tierwise.cli.common import configuration, name_odd, print_json, read
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.config import paths
from tierwise.core.errors import BadRequest
from tierwise.core.money import to_usd
from tierwise.learning import gate, learner, opinions, record
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerTask
from tierwise.learning.record import Record
from tierwise.learning.shadow import shadow_sums
from tierwise.present import learning as words
from tierwise.routing.weights import load
from tierwise.store import decisions
from tierwise.store.learned import LearnedFile
from tierwise.tasks.learning import recall
from tierwise.tasks.learning.learning import BACK_MS, fold
from tierwise.tasks.learning.learning import read as read_record

app = typer.Typer(help="Show or change what the router learned.", no_args_is_help=True)

LINE_AFTER: Final = 10
"""The operator's shift and slope are shown only from this many outcomes on."""
IMPROVED_AFTER: Final = 1_000
"""The improvement by learning is shown only from this many outcomes on. With fewer its interval is
too wide to say anything."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("status")
def status(as_json: Json = False) -> None:
    """Show whether what was learned decides, and what is missing if it does not."""
    found = _folded()
    configured = configuration().config.learning
    state, evidence = found.memory.state, found.memory.evidence
    verdict = gate.judge(evidence)
    on = found.on and configured.on
    why = verdict.why if on else "off"
    sums = shadow_sums(read(lambda conn: decisions.with_outcome(conn, "shadow")))
    line, improved = learner.operator_line(state), gate.improvement(evidence)
    compared = words.shadow(sums.tier, sums.same, sums.tasks, sums.less)
    wrong, right = state.flip_rates
    if as_json:
        print_json(
            {
                "on": on,
                "live": on and verdict.live,
                "why": why,
                "text": words.gate(why, verdict.needed, evidence.outcomes),
                "outcomes": evidence.outcomes,
                "informative": evidence.informative,
                "needed": verdict.needed,
                "trials": configured.trials,
                "topDrift": round(gate.drift(evidence), 4),
                "topDriftAllowed": gate.allowed_drift(evidence),
                "flips": {"keptThoughWrong": wrong, "discardedThoughRight": right},
                "gain": gate.gain(evidence),
                "operator": {"shift": round(line.shift, 4), "slope": round(line.slope, 4)},
                "opinions": {
                    "judged": round(opinions.seen(state.opinions), 2),
                    "right": round(opinions.right(state.opinions), 4),
                    "table": opinions.table(state.opinions) or None,
                },
                "improved": None if improved is None else asdict(improved),
                "shadow": {
                    "mode": configuration().config.shadow,
                    "tasks": sums.tasks,
                    "same": sums.same,
                    "failed": sums.failed,
                    "lessUsd": round(to_usd(sums.less), 6),
                    "spentUsd": round(to_usd(sums.spent), 6),
                    "text": compared,
                },
                "file": str(_file().path),
            }
        )
        return
    say(words.gate(why, verdict.needed, evidence.outcomes))
    say(f"{evidence.outcomes} outcomes, {evidence.informative} of them informative")
    say(words.drift(gate.drift(evidence)))
    say(words.flips(wrong, right))
    if evidence.outcomes >= LINE_AFTER:
        say(words.operator(line.shift, line.slope))
    if opinions.table(state.opinions):
        say(words.opinions(opinions.right(state.opinions), opinions.seen(state.opinions)))
    if improved is not None and evidence.outcomes >= IMPROVED_AFTER:
        say(words.improvement(improved.tasks, improved.share, improved.within))
    if sums.tasks or configuration().config.shadow != "off":
        say(compared)
    say(f"state: {_file().path}")


@app.command("diff")
def diff(as_json: Json = False) -> None:
    """Show how what was learned differs from the shipped state, per action and language."""
    found = _folded().memory.state
    names = configuration().config.ladder().names
    cells = _cells(found)
    if as_json:
        print_json({cell: dict(zip(names, shift, strict=False)) for cell, shift in cells.items()})
        return
    if not cells:
        say("nothing was learned yet")
    for line in words.differences(cells, names, {k: n for k, (_, n) in found.spend.items()}):
        say(line)


@app.command("reset")
def reset(as_json: Json = False) -> None:
    """Forget what was learned; older outcomes of the ledger do not teach again."""
    now = time.time_ns() // 1_000_000

    def change(found: Record) -> Record:
        return Record(Memory(), found.weights, now, now, found.on)

    _change(change)
    _say("what was learned is forgotten, the shipped state decides", as_json, {"reset": True})


@app.command("export")
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; none: stdout.")
    ] = None,
) -> None:
    """Write what was learned as a file that can be read and imported elsewhere."""
    text = json.dumps(record.to_json(_folded()), indent=1) + "\n"
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{file} cannot be written.") from error


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `learn export` wrote.")],
    as_json: Json = False,
) -> None:
    """Start from what was learned elsewhere; it decides once your own outcomes prove it."""
    try:
        given = record.from_json(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadRequest(f"{file} cannot be read.") from error
    except json.JSONDecodeError:
        raise BadRequest(f"{file} is not a learned state.") from None
    except ValueError as error:
        raise BadRequest(f"{file}: {error}.") from error
    if given.weights != load().hash:
        raise BadRequest(f"{file} was learned on other shipped weights, so it does not fit.")
    now = time.time_ns() // 1_000_000

    def change(found: Record) -> Record:
        return Record(Memory(given.memory.state), found.weights, now, now, found.on)

    _change(change)
    text = f"imported what {given.memory.evidence.outcomes} outcomes taught"
    _say(text, as_json, {"imported": given.memory.evidence.outcomes})


@app.command("on")
def on(as_json: Json = False) -> None:
    """Let what was learned decide, once it has proved itself."""
    _change(lambda found: replace(found, on=True))
    _say("learning is on", as_json, {"on": True})


@app.command("off")
def off(as_json: Json = False) -> None:
    """Let the shipped state decide; outcomes are recorded and learned from all the same."""
    _change(lambda found: replace(found, on=False))
    _say("learning is off", as_json, {"on": False})


def _say(text: str, as_json: bool, data: Mapping[str, Any]) -> None:
    if as_json:
        print_json(data)
    else:
        say(text)


def _file() -> LearnedFile:
    return LearnedFile(paths.state_dir(os.environ))


def _folded() -> Record:
    """Learn from all outcomes of the ledger that are ready for it. Returns the record."""
    file, weights = _file(), load()
    since = read_record(file, weights).told_ms - BACK_MS
    with working("Reading what became of your tasks"):
        told = read(lambda conn: decisions.judged(conn, since))
        name_odd([one.task.task_id for one in told if not recall.readable(one)])
        target = configuration().config.confidence_target
        return fold(file, told, weights, target, time.time_ns() // 1_000_000)


def _change(change: Callable[[Record], Record]) -> None:
    def write(data: Mapping[str, Any] | None) -> Mapping[str, Any]:
        try:
            found = record.from_json(data or {})
        except ValueError:
            found = Record()
        return record.to_json(change(found.fit_for(load().hash)))

    try:
        _file().update(write)
    except OSError as error:
        raise BadRequest("The state folder cannot be written.") from error


def _cells(state: learner.LearnedState) -> dict[str, tuple[float, ...]]:
    """For each action and language, how far learning moved each cut (the border between two
    neighbouring tiers) for a task with ordinary signals, in logits.
    """
    found = {}
    names = {n for w in (state.base, *state.cuts) for n in w if n.startswith("cell:")}
    for name in sorted(names):
        key = name.removeprefix("cell:")
        action, _, language = key.partition("/")
        given = {"all": 1.0, f"action:{action}": 1.0, name: 1.0}
        task = LearnerTask(Cell(action, language), (0.0,) * len(state.cuts), given)
        found[key] = tuple(round(shift, 3) for shift in learner.shifts(state, task))
    return found

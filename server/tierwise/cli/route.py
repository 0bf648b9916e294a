"""`tierwise route`: reads requests from stdin, one JSON object per line, and prints decisions."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Mapping
from dataclasses import replace

import typer

from tierwise.budget.prices import PriceTable
from tierwise.budget.stakes import stakes
from tierwise.cli.common import configuration
from tierwise.config.model import Config
from tierwise.core.actions import KINDS
from tierwise.core.errors import TierwiseError
from tierwise.core.money import to_nanos
from tierwise.core.request import Request
from tierwise.core.situation import Choice, Situation
from tierwise.present.decision import to_wire
from tierwise.present.errors import sentence
from tierwise.routing.route import parse_request, route_one
from tierwise.routing.weights import load
from tierwise.tasks.deciding.floors import floors_for
from tierwise.tasks.window.settings import price_table

LONGEST = 64 * 1024 * 1024
"""The most characters of a line."""


def run() -> None:
    """Route requests: JSON lines on stdin, one decision per line in the same order on stdout."""
    loaded = configuration()
    for notice in loaded.notices:
        typer.echo(f"tierwise: {notice}", err=True)
    config = loaded.config
    prices, wrong = price_table(config)
    for notice in wrong:
        typer.echo(f"tierwise: {notice}", err=True)
    unknown: set[str] = set()
    load()
    gc.freeze()
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        answer = _answer(line, number, config, prices, unknown)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _answer(
    line: str, number: int, config: Config, prices: PriceTable, unknown: set[str]
) -> Mapping[str, object]:
    found: object = None

    def warn(key: str) -> None:
        if key not in unknown:
            unknown.add(key)
            typer.echo(f"tierwise: unknown key '{key[:60]}' is ignored", err=True)

    try:
        if len(line) > LONGEST:
            raise ValueError("the line is too long")
        found = json.loads(line)
        request = parse_request(found, warn)
        decision = route_one(request, situation(request, config, prices), load())
        return to_wire(replace(decision, id=request.id or str(number)))
    except RecursionError:
        return {"id": None, "error": "the line is nested too deeply"}
    except json.JSONDecodeError:
        return {"id": None, "error": f"line {number} is not valid JSON"}
    except (ValueError, TierwiseError) as error:
        own = found.get("id") if isinstance(found, dict) else None
        said = sentence(error) if isinstance(error, TierwiseError) else str(error)
        return {"id": own, "error": said}


def situation(request: Request, config: Config, prices: PriceTable) -> Situation:
    """Gather the facts for an offline decision, from configuration and prices.

    It knows neither the ledger nor a conversation.
    """
    ladder = config.ladder()
    chars = 1_500 + len(request.instruction)
    chars += len(request.selection.text or "") if request.selection else 0
    chars += sum(len(f.text or "") for f in request.files or () if f.attached)
    paths = {f.path for f in request.files or () if f.attached}
    if request.selection is not None:
        paths.add(request.selection.path)
    pin = config.pins.project
    stake = stakes(
        ladder,
        request.action,
        chars,
        prices,
        to_nanos(config.redo_cost),
        input_tokens=request.input_tokens,
        steps=request.steps or KINDS[request.action].steps,
    )
    return Situation(
        ladder=ladder,
        confidence_target=config.confidence_target,
        soft_target=config.soft_target,
        redo_cost=stake.redo_cost,
        cost=stake.cost,
        choices=(Choice("project", pin),) if pin else (),
        remap=config.remap,
        floors=floors_for(request.action, paths, config.floors, ladder),
        fallback=ladder.fallbacks,
        cap=config.max_tier,
    )

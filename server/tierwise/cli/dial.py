"""`tierwise dial`: shows and sets how much a wrong answer counts when the router is unsure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from tierwise.cli.common import configuration, print_json, read
from tierwise.cli.lines import say
from tierwise.config import paths
from tierwise.config.model import Preference
from tierwise.config.writing import write_preference
from tierwise.core.money import to_usd
from tierwise.present import dial as words
from tierwise.store import decisions
from tierwise.tasks.learning import dial

if TYPE_CHECKING:
    from tierwise.config.model import Config


def run(
    preference: Annotated[
        str | None,
        typer.Argument(metavar="save|balanced|right", help="Turn the dial; none: show it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show or turn the dial: save, balanced or right first time when the router is unsure."""
    if preference is not None:
        if preference not in get_args(Preference):
            raise typer.BadParameter(f"one of {', '.join(get_args(Preference))}")
        write_preference(paths.config_file(os.environ), cast("Preference", preference))
    config = configuration().config
    view = read(lambda conn: dial.view(decisions.history(conn, limit=dial.LAST), config.redo_costs))
    if as_json:
        print_json(_json(view, config))
        return
    if preference is not None:
        say(words.turned(preference))
    say(words.basis(view.tasks, view.own, view.invented))
    for name, week in view.weeks.items():
        mark = "*" if name == config.preference and config.redo_cost_usd is None else " "
        say(f"{mark} {words.week(name, week.cost, week.redos)}")
    if config.redo_cost_usd is not None:
        say(words.own_amount(config.redo_cost_usd))


def _json(view: dial.DialView, config: Config) -> dict[str, object]:
    return {
        "preference": config.preference,
        "redoCostUsd": config.redo_cost_usd,
        "invented": view.invented,
        "tasks": view.tasks,
        "basis": words.basis(view.tasks, view.own, view.invented),
        "settings": [
            {
                "preference": name,
                "costUsd": round(to_usd(round(week.cost)), 6),
                "redos": round(week.redos, 2),
                "text": words.week(name, week.cost, week.redos),
            }
            for name, week in view.weeks.items()
        ],
    }

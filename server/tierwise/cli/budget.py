"""`tierwise budget`: shows what was spent and what may be spent, and changes the caps.

Every change is a row of the ledger, so that all windows see it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tierwise.cli import amounts
from tierwise.cli.common import configuration, ledger, print_json
from tierwise.cli.lines import say
from tierwise.cli.table import TableColumn, show
from tierwise.core.errors import BadRequest, UnknownTask
from tierwise.core.money import to_usd
from tierwise.present import pause
from tierwise.present.money import amount, percent, spent_of

if TYPE_CHECKING:
    from tierwise.budget.limits import BudgetState
    from tierwise.budget.prices import PriceRow
    from tierwise.budget.purse import Purse, Scope

CONFIG: Final = "config"
"""The word that removes a cap that was set by hand, so that the configured one holds again."""

app = typer.Typer(help="Show the budget, change it, or list prices.", invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def spent(context: typer.Context, as_json: Json = False) -> None:
    """Show what was spent today, tonight and on this project, against the caps."""
    if context.invoked_subcommand is None:
        _print(_with_purse(lambda purse, project: purse.state(project)), as_json)


@app.command("set")
def set_caps(
    day: Annotated[
        str | None, typer.Option(metavar="USD", help="Cap for every day, or 'config'.")
    ] = None,
    project: Annotated[
        str | None, typer.Option(metavar="USD", help="Cap for this project, or 'config'.")
    ] = None,
    night: Annotated[
        str | None, typer.Option(metavar="USD", help="Cap for every night, or 'config'.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set caps by hand, in place of the configured ones; 0 means no paid calls."""
    if day is None and project is None and night is None:
        raise typer.BadParameter("give --day USD, --project USD or --night USD")
    on_day, on_project, on_night = _amount(day), _amount(project), _amount(night)

    async def change(purse: Purse, here: str) -> BudgetState:
        if day is not None:
            await purse.set_cap(on_day, here, "day")
        if project is not None:
            await purse.set_cap(on_project, here, "project")
        if night is not None:
            await purse.set_cap(on_night, here, "night")
        return await purse.state(here)

    _print(_with_purse(change), as_json)


@app.command("raise")
def raise_cap(
    usd: Annotated[str, typer.Argument(metavar="USD", help="How much more may be spent.")],
    project: Annotated[
        bool, typer.Option("--project", help="For this project, not for today.")
    ] = False,
    night: Annotated[bool, typer.Option("--night", help="For tonight's purse.")] = False,
    as_json: Json = False,
) -> None:
    """Raise today's cap, this project's cap for its current period, or the money for tonight."""
    nanos = _amount(usd)
    if not nanos:
        raise typer.BadParameter("a raise is more than 0")
    if project and night:
        raise typer.BadParameter("give --project or --night, not both")
    scope: Scope = "project" if project else "night" if night else "day"

    async def change(purse: Purse, here: str) -> BudgetState:
        return await replace(purse, night=night).raise_by(nanos, here, scope)

    both = _with_purse(change)
    state = both[1] if night else both[0]
    if (state.project_limit if project else state.day_limit) is None:
        raise BadRequest(f"There is no cap on the {scope}, so there is nothing to raise.")
    _print(both, as_json)


@app.command()
def allow(
    task: Annotated[str, typer.Argument(help="The task's id, or a unique beginning of it.")],
    as_json: Json = False,
) -> None:
    """Let one task run beyond the caps; what it spends still counts."""
    from tierwise.store import decisions

    async def change(purse: Purse, here: str) -> BudgetState:
        told = await purse.ledger.read(lambda conn: decisions.task(conn, task))
        if told is None:
            raise UnknownTask(f"There is no task '{task}', or more than one begins so.")
        return await purse.allow(told.task.task_id, here)

    _print(_with_purse(change), as_json)


@app.command()
def resume(as_json: Json = False) -> None:
    """Go on after a hold (clock set back, ledger restored) whose reason you have seen."""
    _print(_with_purse(lambda purse, here: purse.resume(here)), as_json)


@app.command()
def prices(as_json: Json = False) -> None:
    """List the prices, each with the date from which it holds."""
    from tierwise.tasks.window.settings import price_table

    rows = price_table(configuration().config)[0].rows
    if as_json:
        print_json([_price(row) for row in rows])
        return
    today = datetime.now(UTC).date()
    columns = (
        TableColumn("model", 9),
        TableColumn("from", 4),
        TableColumn("prompt", 5),
        TableColumn("input", 8, right=True),
        TableColumn("output", 8, right=True),
        TableColumn("write 5m", 3, right=True),
        TableColumn("write 1h", 2, right=True),
        TableColumn("read", 3, right=True),
    )
    show(
        columns,
        [_cells(row, today) for row in rows],
        "USD per million tokens; a model not listed costs the dearest rate listed",
    )


def _cells(row: PriceRow, today: date) -> tuple[str, ...]:
    rate = row.rate
    figures = (rate.input, rate.output, rate.write_5m, rate.write_1h, rate.read)
    return (
        row.model or row.base_url or "",
        f"{row.since}{'' if row.since <= today else ' (not yet)'}",
        f">{rate.over:,}" if rate.over else "any",
        *(f"{nanos / 1e3:g}" for nanos in figures),
    )


def _with_purse(
    act: Callable[[Purse, str], Awaitable[BudgetState]],
) -> tuple[BudgetState, BudgetState]:
    """Run `act` with the purse and the project of the current folder.

    Returns the states of the day's and of the night's budget after that.
    """
    from tierwise.budget.purse import Purse
    from tierwise.tasks.window.settings import limits, price_table, project_of

    config = configuration().config

    async def run() -> tuple[BudgetState, BudgetState]:
        with ledger() as opened:
            ladder, table = config.ladder(), price_table(config)[0]
            purse = Purse(
                opened,
                lambda: table,
                lambda: limits(config),
                lambda: ladder.get(ladder.cheapest),
            )
            here = project_of([Path.cwd()])
            await act(purse, here)
            return await purse.state(here), await replace(purse, night=True).state(here)

    return asyncio.run(run())


def _amount(usd: str | None) -> int | None:
    """Convert dollars from the command line to nano-dollars. None for 'config' or no value."""
    return None if usd == CONFIG else amounts.usd(usd)


def _print(both: tuple[BudgetState, BudgetState], as_json: bool) -> None:
    from tierwise.budget.headroom import why_it_waits

    state, night = both
    if as_json:
        print_json(facts(state, night))
        return
    say(f"Today {state.day}: {_line(state.day_spent, state.day_limit)}")
    if state.day_reserved:
        say(f"In flight, at most {amount(state.day_reserved)}")
    if night.day_limit or night.day_spent:
        say(f"Tonight: {_line(night.day_spent, night.day_limit)}")
    say(
        f"Project {state.project} ({state.period}): "
        f"{_line(state.project_spent, state.project_limit)}"
    )
    if state.hour_limit is not None:
        say(f"This hour: {_line(state.hour_spent, state.hour_limit)}")
    say(f"State: {state.level}")
    if state.day_limit is None and state.project_limit is None:
        say("There is no cap. `tierwise budget set --day 5` sets one.")
    if state.waits:
        say(pause.why(why_it_waits(state)))
    if state.hold:
        say(pause.hold(state.hold))


def facts(state: BudgetState, night: BudgetState) -> dict[str, object]:
    """The state of the budgets as JSON facts. A cap is null if there is none.

    A night for which no money was set has a cap of 0.
    """
    return {
        "dayUsd": None if state.day_limit is None else to_usd(state.day_limit),
        "spentTodayUsd": to_usd(state.day_spent),
        "reservedUsd": to_usd(state.day_reserved),
        "nightUsd": None if night.day_limit is None else to_usd(night.day_limit),
        "spentNightUsd": to_usd(night.day_spent),
        "projectUsd": None if state.project_limit is None else to_usd(state.project_limit),
        "spentProjectUsd": to_usd(state.project_spent),
        "hourUsd": None if state.hour_limit is None else to_usd(state.hour_limit),
        "spentHourUsd": to_usd(state.hour_spent),
        "state": state.level,
        "day": state.day,
        "project": state.project,
        "period": state.period,
        "softAt": state.soft_at,
        "hold": pause.hold(state.hold) if state.hold else None,
    }


def _line(spent: int, limit: int | None) -> str:
    share = f" ({percent(spent / limit)})" if limit else ""
    return spent_of(spent, limit) + share


def _price(row: PriceRow) -> dict[str, object]:
    return {
        "model": row.model,
        "baseUrl": row.base_url,
        "from": row.since.isoformat(),
        "overTokens": row.rate.over,
        "inputUsd": row.rate.input / 1e3,
        "outputUsd": row.rate.output / 1e3,
        "cacheWrite5mUsd": row.rate.write_5m / 1e3,
        "cacheWrite1hUsd": row.rate.write_1h / 1e3,
        "cacheReadUsd": row.rate.read / 1e3,
        "batchFactor": float(row.batch),
    }

"""`tierwise queue`: queues groups of jobs for the night, and shows and applies their results."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from tierwise.cli.amounts import usd
from tierwise.cli.common import print_json
from tierwise.cli.lines import say
from tierwise.cli.queue_agree import agree, can_ask
from tierwise.cli.queue_lines import facts, job_facts, job_line, offer, planned
from tierwise.cli.queue_watch import watched
from tierwise.core.errors import BadRequest
from tierwise.present import night as words

if TYPE_CHECKING:
    from tierwise.night.report import GroupReport
    from tierwise.store.jobs import JobRow
    from tierwise.tasks.queue.asked import GroupApplied, QueuePlan
    from tierwise.tasks.queue.night_queue import NightQueue

T = TypeVar("T")
Window = tuple[datetime | None, datetime | None]

app = typer.Typer(help="Queue tasks for the night and look at what became of them.",
                  no_args_is_help=True)  # fmt: skip

EachChoice = Literal["file", "diagnostic", "symbol"]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Either = Annotated[str, typer.Argument(metavar="ID", help="A job's or a group's id.")]


@app.command()
def add(
    instruction: Annotated[str, typer.Argument(help="What is to be done.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="The files, or folders of them.")
    ] = None,
    action: Annotated[str, typer.Option(help="The action.")] = "edit",
    each: Annotated[
        EachChoice, typer.Option(help="A job for each file, diagnostic or symbol.")
    ] = "file",
    tier: Annotated[str | None, typer.Option(help="The tier that answers.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Not before, like 23:00.")] = None,
    by: Annotated[
        str | None, typer.Option(metavar="TIME", help="What did not run by then expires.")
    ] = None,
    tonight: Annotated[
        bool, typer.Option("--tonight", help="From 23:00 to 07:00, if --at and --by do not differ.")
    ] = False,
    cap: Annotated[
        str | None, typer.Option(metavar="USD", help="What the group may cost at most.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="GROUP", help="Not before that group is over.")
    ] = None,
    every: Annotated[str | None, typer.Option(help="Queue it again for the next day: day.")] = None,
    agent: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="The command that does each job, such as claude -p; it needs --cap.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would be.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Queue it without a question.")] = False,
    as_json: Json = False,
) -> None:
    """Queue a job for each file, diagnostic or symbol, and say what it will cost."""
    from tierwise.core.actions import IN_EDITOR
    from tierwise.night import times
    from tierwise.night.fan_out import diagnostics_in
    from tierwise.tasks.queue.asked import QueueWish

    if action not in IN_EDITOR:
        raise typer.BadParameter(f"there is no action '{action}'; actions: {', '.join(IN_EDITOR)}")
    if every not in (None, "day"):
        raise typer.BadParameter("--every is day")
    cap_nanos = usd(cap)
    command = _command(agent)
    problems = []
    if each == "diagnostic":
        lines = [] if sys.stdin.isatty() else sys.stdin.readlines()
        problems = [_here(problem) for problem in diagnostics_in(lines)]
        if not problems:
            raise BadRequest(words.NO_DIAGNOSTIC)
        if not files:
            files = [Path(path) for path in dict.fromkeys(p.path for p in problems)]

    async def queue(night: NightQueue) -> tuple[QueuePlan, Window]:
        zone = night.zone
        try:
            begin, end = times.TONIGHT if tonight else (None, None)
            starts, ends = times.window(at or begin, by or end, datetime.now(UTC), zone)
        except times.NoTime as error:
            raise BadRequest(words.no_time(str(error))) from None
        wish = QueueWish(
            instruction=instruction,
            uris=tuple(path.as_uri() for path in _files(files or [])),
            action=action,
            each=each,
            tier=tier,
            at_ms=starts,
            by_ms=ends,
            cap=cap_nanos,
            after=after,
            every=every,
            problems=tuple(problems),
            command=command,
        )
        plan = await night.plan(wish)
        if not dry_run:
            await agree(night, plan, yes=yes, quiet=as_json)
            await night.put(plan)
        return plan, night.window_of(plan)

    plan, window = _with_queue(queue)
    if as_json:
        print_json(planned(plan, dry_run=dry_run))
        return
    if dry_run or not can_ask(quiet=as_json):
        say(offer(plan))
    say(words.not_queued(*window) if dry_run else words.queued(plan.group.id, *window))


@app.command("list")
def list_(
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it as it goes on, until nothing is left to do.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what is queued and what became of it, one line for each group."""
    found = _with_queue(watched if watch else _reports(None))
    if watch and sys.stdout.isatty():
        return
    if as_json:
        print_json({"groups": [facts(report, jobs=False) for report, _ in found]})
        return
    for report, line in found:
        say(f"{report.group.id}  {line}")
    _advised(found)


@app.command()
def show(
    what: Either,
    as_json: Json = False,
) -> None:
    """Show one job or group: its state, why, and the change it proposes."""

    async def look(night: NightQueue) -> tuple[GroupReport, JobRow | None, str, str, str]:
        group, job = await night.find(what)
        (report,) = await night.reports(group=group)
        one = next((each for each in report.jobs if job is not None and each.id == job), None)
        diff = night.kept(one.id, "proposal.diff") if one is not None else ""
        said = night.kept(one.id, "reason.txt") if one is not None else ""
        return report, one, diff, said, night.line(report)

    report, job, diff, said, line = _with_queue(look)
    if as_json:
        shown = job_facts(job) | {"diff": diff, "said": said} if job is not None else facts(report)
        print_json(shown)
        return
    if job is None:
        say(line)
    for each in report.jobs if job is None else (job,):
        say(job_line(each))
    if said:
        say(said)
    if diff:
        typer.echo(diff)


@app.command()
def pause(
    group: Annotated[
        str | None, typer.Argument(metavar="GROUP", help="The group; all without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Start no more jobs of a group, or of all; running ones are stopped and booked."""
    count = _with_queue(lambda night: night.pause(group))
    _counted(count, as_json, "groups", words.moved(count, "paused"))


@app.command()
def resume(
    group: Annotated[
        str | None, typer.Argument(metavar="GROUP", help="The group; all without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let paused groups go on, and those that wait for money of another night."""
    count = _with_queue(lambda night: night.resume(group))
    _counted(count, as_json, "groups", words.moved(count, "open"))


@app.command()
def cancel(
    what: Annotated[str, typer.Argument(metavar="ID", help="A job or group.")],
    as_json: Json = False,
) -> None:
    """Cancel a job or a group; its proposals that nobody applied are given up too."""
    count = _with_queue(lambda night: night.cancel(what))
    _counted(count, as_json, "jobs", words.given_up(count))


@app.command()
def report(
    group: Annotated[
        str | None, typer.Argument(metavar="GROUP", help="The group; all without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Report what became of the groups, what is ready first."""
    found = _with_queue(_reports(group))
    if as_json:
        print_json({"groups": [facts(report) for report, _ in found]})
        return
    for each, line in found:
        say(f"{each.group.id}  {line}")
        for job in each.jobs:
            say(f"  {job_line(job)}")
    _advised(found)


@app.command()
def apply(
    what: Either,
    passed: Annotated[
        bool, typer.Option("--passed", help="Only what no test speaks against.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Apply what is ready of a group, as one change that one undo takes back, or one job."""
    _done(_with_queue(lambda night: night.apply(what, passed=passed)), as_json, "applied")


@app.command()
def undo(what: Either, as_json: Json = False) -> None:
    """Take back what was applied of a group, or one job."""
    _done(_with_queue(lambda night: night.undo(what)), as_json, "undone")


@app.command()
def clean(as_json: Json = False) -> None:
    """Forget the groups that are over and of which nothing waits for you."""
    count = _with_queue(lambda night: night.clean())
    _counted(count, as_json, "groups", words.forgotten(count))


def _reports(
    group: str | None,
) -> Callable[[NightQueue], Awaitable[Sequence[tuple[GroupReport, str]]]]:
    async def read(night: NightQueue) -> Sequence[tuple[GroupReport, str]]:
        return [(each, night.line(each)) for each in await night.reports(group=group)]

    return read


def _advised(found: Sequence[tuple[GroupReport, str]]) -> None:
    """Print what to do if nothing is queued, or if no worker runs for what is queued."""
    from tierwise.work.lock import nobody_works

    waits = any(not each.over and each.group.state == "open" for each, _ in found)
    if not found:
        say(words.NOTHING)
    elif waits and nobody_works(os.environ):
        say(words.NO_WORKER)


def _with_queue(act: Callable[[NightQueue], Awaitable[T]]) -> T:
    """Run `act` with the night queue of the current folder's project, and return its result."""
    from tierwise.work.headless import headless

    async def run() -> T:
        head = headless(os.environ, _root(), answer=_answer)
        await head.engine.opened()
        try:
            return await act(head.engine.queue)
        finally:
            await head.engine.close()

    return asyncio.run(run())


def _root() -> Path:
    """The top level of the git repository of the current folder, else the folder itself."""
    here = Path.cwd().resolve()
    return next((p for p in (here, *here.parents) if (p / ".git").exists()), here)


def _answer(question: str, options: Sequence[str]) -> str | None:
    """Ask a question in the terminal. A yes returns the first option, anything else None."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or not options:
        return None
    return options[0] if typer.confirm(f"{question} {options[0]}?") else None


def _command(text: str | None) -> tuple[str, ...]:
    """Split a command into its words, because it runs without a shell."""
    try:
        words_of = tuple(shlex.split(text or ""))
    except ValueError:
        words_of = ()
    if text is not None and not words_of:
        raise typer.BadParameter("--agent is a command and its arguments")
    return words_of


def _files(paths: Sequence[Path]) -> list[Path]:
    """Resolve paths to files. For a folder these are its files in a known language that may be sent
    to a model.

    Raises `BadRequest` if a path does not exist.
    """
    from tierwise.context.ignore import IgnoreRules
    from tierwise.index.walk import Walker
    from tierwise.syntax.languages import of_path

    found: dict[Path, None] = {}
    for path in paths:
        whole = path.resolve()
        if whole.is_file():
            found[whole] = None
        elif whole.is_dir():
            walked = Walker(whole, IgnoreRules([_root()])).files()
            inside = sorted(whole / seen.path for seen in walked)
            found |= dict.fromkeys(p for p in inside if of_path(p.as_posix()) is not None)
        else:
            raise BadRequest(f"There is no file {path}.")
    return list(found)


def _here(problem: Any) -> Any:
    """Return a diagnostic with an absolute path."""
    from dataclasses import replace

    return replace(problem, path=str(Path(problem.path).resolve()))


def _counted(count: int, as_json: bool, of: str, said: str) -> None:
    """Print how many groups or jobs a command changed. `of` is the key in the JSON."""
    if as_json:
        print_json({of: count})
    else:
        say(said)


def _done(found: GroupApplied, as_json: bool, what: str) -> None:
    if as_json:
        print_json(
            {what: list(found.done), "left": [{"id": i, "reason": r} for i, r in found.left]}
        )
    elif not found.done and not found.left:
        say(words.nothing_to(what))
    else:
        say(words.resolved(len(found.done), what))
        for job_id, why in found.left:
            say(f"  {job_id}  {why}")
    if found.left and not found.done:
        raise typer.Exit(1)

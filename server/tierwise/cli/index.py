"""`tierwise index`: searches the project index of a folder, and makes or removes it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from tierwise.cli.common import configuration, counted, print_json
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.cli.table import TableColumn, show
from tierwise.config import paths
from tierwise.core.errors import BadRequest
from tierwise.index import schema
from tierwise.index.facts import Definition, FileState, FoundFile, IndexState, Uses
from tierwise.index.project import IndexLimits, ProjectIndex
from tierwise.present.index import found as found_by
from tierwise.present.index import of_file, progress, refused, unready

T = TypeVar("T")
Known = tuple[FileState, tuple[Definition, ...], tuple[str, ...]]

Root = Annotated[Path | None, typer.Option("--root", help="The folder; by default this one.")]
Wait = Annotated[bool, typer.Option("--wait", help="Read the whole folder first.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FILES: Final = 10
NOTHING: Final = "No indexed file is about that."

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def index() -> None:
    """Search the index of a project, make it again, or turn it off."""


@app.command()
def status(root: Root = None, wait: Wait = False, as_json: Json = False) -> None:
    """Show how many files are indexed."""
    state, _ = _asked(root, wait, _nothing)
    _print_state(state, as_json)


@app.command()
def find(
    query: Annotated[str, typer.Argument(help="The question, in words or names.")],
    root: Root = None,
    wait: Wait = False,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Files at most.")] = FILES,
) -> None:
    """List the files that a question is about, best first."""
    state, found = _asked(root, wait, lambda project: project.find(query, limit))
    files: tuple[FoundFile, ...] = found or ()
    if as_json:
        shown = [{"path": f.path, "score": f.score, "why": _why(f)} for f in files]
        print_json({"files": shown})
    elif files:
        show(
            (TableColumn("score", 4, right=True), TableColumn("file", 9), TableColumn("why", 5)),
            [(f"{file.score:.2f}", file.path, _why(file)) for file in files],
        )
    else:
        say(NOTHING)
    _say_what_is_missing(state)


@app.command()
def uses(
    name: Annotated[str, typer.Argument(help="The name that is looked for.")],
    root: Root = None,
    wait: Wait = False,
    as_json: Json = False,
) -> None:
    """List the files that use a name."""
    state, known = _asked(root, wait, lambda project: project.uses(name))
    found = known or Uses(name)
    if as_json:
        files = [{"path": f.path, "uses": f.uses} for f in found.files]
        print_json({"defined": found.defined, "member": found.member, "files": files})
    else:
        kind = ", also inside a type" if found.member else ""
        say(
            f"{name}: defined in {counted(found.defined, 'file')}{kind}, used in {len(found.files)}"
        )
        if found.files:
            show(
                (TableColumn("uses", 5, right=True), TableColumn("file", 9)),
                [(f"{file.uses:,}", file.path) for file in found.files],
            )
    _say_what_is_missing(state)


@app.command()
def why(
    file: Annotated[str, typer.Argument(help="A file of the folder.")],
    root: Root = None,
    wait: Wait = False,
    as_json: Json = False,
) -> None:
    """Show whether a file is indexed, what it defines, and which files import it."""

    async def known(project: ProjectIndex) -> Known:
        path = Path(os.path.abspath(file))
        inside = path.relative_to(project.root) if path.is_relative_to(project.root) else Path(file)
        name = inside.as_posix()
        return await project.file(name), await project.outline(name), await project.importers(name)

    state, found = _asked(root, wait, known)
    if found is None:
        found = FileState(file, "absent", "unread"), (), ()
    told, defined, importers = found
    says = of_file(told.known, told.kept, told.why)
    if as_json:
        print_json(
            {
                "path": told.path,
                "state": told.known,
                "why": says,
                "defines": [asdict(d) for d in defined],
                "importers": list(importers),
            }
        )
    else:
        say(f"{told.path}: {says}")
        if defined:
            show(
                (TableColumn("lines", 5), TableColumn("kind", 4), TableColumn("name", 9)),
                [(f"{one.start_line}-{one.end_line}", one.kind, one.name) for one in defined],
            )
        for path in importers:
            say(f"imported by {path}")
    _say_what_is_missing(state)


@app.command()
def rebuild(root: Root = None, wait: Wait = False, as_json: Json = False) -> None:
    """Forget what is known of the folder and read it again; an index that was off is on then.

    It waits until everything was read, with --wait or without.
    """
    database = schema.database(paths.state_dir(os.environ), _folder(root))
    schema.remove(database)
    schema.turn(database, on=True)
    state, _ = _asked(root, True, _nothing)
    _print_state(state, as_json)


@app.command()
def off(root: Root = None, wait: Wait = False, as_json: Json = False) -> None:
    """Remove the index of the folder and make none until `tierwise index rebuild`."""
    database = schema.database(paths.state_dir(os.environ), _folder(root))
    schema.turn(database, on=False)
    schema.remove(database)
    state, _ = _asked(root, wait, _nothing)
    if as_json:
        _print_state(state, as_json)
    else:
        say("The index of this folder is removed and off.")


async def _nothing(_: ProjectIndex) -> None:
    return None


def _folder(root: Path | None) -> Path:
    folder = (root or Path.cwd()).absolute()
    if not folder.is_dir():
        raise BadRequest(f"{folder} is no folder.")
    return folder


def _asked(
    root: Path | None, wait: bool, question: Callable[[ProjectIndex], Awaitable[T]]
) -> tuple[IndexState, T | None]:
    """Ask the folder's index a question. Returns the state of the index and the answer.

    The answer is None if the index is off. With `wait` the folder is first read to its end. Raises
    `BadRequest` if that fails.
    """
    folder = _folder(root)
    config = configuration(folder).config
    wanted = config.index
    if not wanted.enabled:
        return IndexState(os.path.realpath(folder), why="disabled"), None
    limits = IndexLimits(
        wanted.max_files, wanted.max_mb, (*config.ignore.patterns, *wanted.exclude)
    )

    async def ask() -> tuple[IndexState, T | None]:
        project = ProjectIndex(folder, paths.state_dir(os.environ), limits, awaited=wait)
        try:
            state = await (project.ready() if wait else project.status())
            if wait and state.why in ("refused", "ended"):
                raise BadRequest(refused(project.failure))
            return state, None if state.state == "off" else await question(project)
        finally:
            await project.close()

    with working("Reading the folder"):
        return asyncio.run(ask())


def _print_state(state: IndexState, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "root": state.root,
                "files": state.files,
                "indexed": state.indexed,
                "state": state.state,
                "bytes": state.size_bytes,
            }
        )
        return
    said = progress(state.state, state.indexed, state.files, state.why, state.left)
    say(said if state.state == "off" else f"{said}, {state.size_bytes:,} bytes")
    if state.state == "cold":
        say("`tierwise index status --wait` reads the folder now.")


def _say_what_is_missing(state: IndexState) -> None:
    """Print what the index lacks, on stderr, so that the JSON on stdout stays valid."""
    missing = unready(state.state, state.why)
    if missing:
        say(missing, err=True)


def _why(file: FoundFile) -> str:
    why = file.why
    return found_by(why.defines, why.in_definitions, why.in_path, why.has)

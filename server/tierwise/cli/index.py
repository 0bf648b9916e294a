"""`tierwise index`: what the project index knows of a folder, and its making."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from tierwise.cli.common import configuration, print_json
from tierwise.config import paths
from tierwise.core.errors import BadRequest
from tierwise.index import schema
from tierwise.index.facts import Definition, FoundFile, IndexState, Uses
from tierwise.index.project import IndexLimits, ProjectIndex
from tierwise.present.index import found as found_by
from tierwise.present.index import progress

T = TypeVar("T")

Root = Annotated[Path | None, typer.Option("--root", help="The folder; by default this one.")]
Wait = Annotated[bool, typer.Option("--wait", help="Read the whole folder first.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FILES: Final = 10

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def index() -> None:
    """Ask or make the index of a project."""


@app.command()
def status(root: Root = None, wait: Wait = False, as_json: Json = False) -> None:
    """Show how many files are indexed."""
    state = _asked(root, wait, lambda project: project.status())
    if not configuration().config.index.enabled:
        state = IndexState(state.root, why="disabled")
    if as_json:
        print_json(_state(state))
    else:
        typer.echo(_sentence(state))


@app.command()
def find(
    query: str,
    root: Root = None,
    wait: Wait = False,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Files at most.")] = FILES,
) -> None:
    """List the files that a question is about, best first."""
    found: tuple[FoundFile, ...] = _asked(root, wait, lambda project: project.find(query, limit))
    if as_json:
        files = [{"path": f.path, "score": f.score, "why": _why(f)} for f in found]
        print_json({"files": files})
        return
    for file in found:
        typer.echo(f"{file.score:8.2f}  {file.path}  ({_why(file)})")


@app.command()
def uses(name: str, root: Root = None, wait: Wait = False, as_json: Json = False) -> None:
    """List the files that use a name."""
    found: Uses = _asked(root, wait, lambda project: project.uses(name))
    if as_json:
        files = [{"path": f.path, "uses": f.uses} for f in found.files]
        print_json({"defined": found.defined, "member": found.member, "files": files})
        return
    kind = ", also inside a type" if found.member else ""
    typer.echo(f"{name}: defined in {found.defined} file(s){kind}, used in {len(found.files)}")
    for file in found.files:
        typer.echo(f"{file.uses:6,}  {file.path}")


@app.command()
def why(file: str, root: Root = None, wait: Wait = False, as_json: Json = False) -> None:
    """Show what is known of a file: what it defines, and which files import it."""

    async def known(project: ProjectIndex) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
        path = Path(os.path.abspath(file))
        inside = path.relative_to(project.root) if path.is_relative_to(project.root) else Path(file)
        name = inside.as_posix()
        return await project.outline(name), await project.importers(name)

    defined, importers = _asked(root, wait, known)
    if as_json:
        print_json({"defines": [asdict(d) for d in defined], "importers": list(importers)})
        return
    for one in defined:
        typer.echo(f"{one.start_line:6}-{one.end_line:<6} {one.kind:10} {one.name}")
    for path in importers:
        typer.echo(f"imported by {path}")


@app.command()
def rebuild(root: Root = None, as_json: Json = False) -> None:
    """Forget what is known of the folder and read it anew; this turns an index on again."""
    database = schema.database(paths.state_dir(os.environ), _folder(root))
    schema.remove(database)
    schema.turn(database, on=True)
    state = _asked(root, True, lambda project: project.status())
    if as_json:
        print_json(_state(state))
    else:
        typer.echo(_sentence(state))


@app.command()
def off(root: Root = None) -> None:
    """Remove the index of the folder and make none until `tierwise index rebuild`."""
    database = schema.database(paths.state_dir(os.environ), _folder(root))
    schema.turn(database, on=False)
    schema.remove(database)
    typer.echo("The index of this folder is removed and off.")


def _folder(root: Path | None) -> Path:
    folder = (root or Path.cwd()).absolute()
    if not folder.is_dir():
        raise BadRequest(f"{folder} is no folder.")
    return folder


def _asked(root: Path | None, wait: bool, question: Callable[[ProjectIndex], Awaitable[T]]) -> T:
    folder = _folder(root)
    config = configuration().config
    wanted = config.index
    limits = IndexLimits(
        wanted.max_files, wanted.max_mb, (*config.ignore.patterns, *wanted.exclude)
    )

    async def ask() -> T:
        project = ProjectIndex(folder, paths.state_dir(os.environ), limits)
        try:
            if wait and wanted.enabled:
                await project.ready()
            return await question(project)
        finally:
            await project.close()

    return asyncio.run(ask())


def _state(state: IndexState) -> dict[str, Any]:
    return {
        "root": state.root,
        "files": state.files,
        "indexed": state.indexed,
        "state": state.state,
        "bytes": state.size_bytes,
    }


def _sentence(state: IndexState) -> str:
    said = progress(state.state, state.indexed, state.files, state.why, state.left)
    return said if state.state == "off" else f"{said}, {state.size_bytes:,} bytes"


def _why(file: FoundFile) -> str:
    why = file.why
    return found_by(why.defines, why.in_definitions, why.in_path, why.has)

"""`tierwise gateway setup`: makes an agent use the gateway, in its settings of the user."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tierwise.cli.common import configuration
from tierwise.cli.lines import say
from tierwise.config import paths
from tierwise.core.errors import BadRequest
from tierwise.gateway import auth, running
from tierwise.gateway.setups import Setup, merged, setups
from tierwise.present import gateway as words


class AgentName(StrEnum):
    """The agents whose settings are known."""

    claude_code = "claude-code"
    opencode = "opencode"
    continue_ = "continue"
    aider = "aider"


def run(
    client: Annotated[AgentName, typer.Argument(help="The agent.")],
    write: Annotated[bool, typer.Option("--write", help="Write the file.")] = False,
    hooks: Annotated[
        bool,
        typer.Option("--hooks", help="Also tell the gateway how turns went (Claude Code)."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without a question.")] = False,
) -> None:
    """Print what belongs into an agent's settings, or write it."""
    state = paths.state_dir(os.environ)
    tokens = auth.tokens(state)
    port = configuration().config.gateway.port
    url = running.read_url(state) or f"http://127.0.0.1:{port}"
    setup = setups(url, tokens.models, hooks=hooks)[client.value]
    file = Path.home() / setup.file
    if not write:
        typer.echo(f"# {setup.title}: put this into {file}")
        typer.echo(f"# {setup.shows}")
        typer.echo(setup.shown, nl=False)
        say(f"\n{words.flat_plan(setup.title)}", err=True)
        return
    say(words.flat_plan(setup.title), err=True)
    if on_a_plan(client) and not yes and not _agreed():
        raise BadRequest("Nothing was written: say --yes to move from the plan to API prices.")
    kept = written(file, setup, tokens.models)
    say(f"{file} is written; {setup.shows}.")
    if kept is not None:
        say(f"The file as it was: {kept}")


def on_a_plan(client: AgentName) -> bool:
    """True if the agent is Claude Code and is signed in with a plan at a flat price.

    With such a plan the gateway would add costs, because calls through it have API prices.
    """
    if client is not AgentName.claude_code:
        return False
    try:
        found = json.loads((Path.home() / ".claude" / ".credentials.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "claudeAiOauth" in found


def written(file: Path, setup: Setup, token: str) -> Path | None:
    """Write the settings of an agent. Returns the path of the backup, None if none was needed.

    The backup keeps the file as it was before the first set-up. If the file already has our
    `token`, we wrote it ourselves, and an existing backup stays as it is.

    Raises `BadRequest` if the file cannot be parsed, or exists and cannot be merged.
    """
    there = file.read_text(encoding="utf-8") if file.exists() else None
    if setup.text:
        if there is not None and there != setup.text:
            raise BadRequest(f"{file} is there already. Add this to it by hand:\n{setup.text}")
        text = setup.text
    else:
        text = json.dumps(merged(_read(file, there), setup.merge), indent=2) + "\n"
    kept = None
    if there is not None and there != text:
        kept = file.with_name(f"{file.name}.before-tierwise")
        if token not in there or not kept.exists():
            _put(kept, there)
    _put(file, text)
    return kept


def _read(file: Path, text: str | None) -> dict[str, Any]:
    if text is None or not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadRequest(f"{file} is not plain JSON, so it is left as it is. Add it by hand.")
    return found


def _put(file: Path, text: str) -> None:
    """Write a file that only its owner can read, because it has a token."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w", encoding="utf-8") as made:
        made.write(text)
    temporary.replace(file)


def _agreed() -> bool:
    return sys.stdin.isatty() and typer.confirm("Go on?", default=False)

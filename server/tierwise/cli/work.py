"""`tierwise work`: runs the worker that does the jobs of the night queue."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from tierwise import logs
from tierwise.cli.lines import say
from tierwise.config import paths
from tierwise.config.names import key_names
from tierwise.core.errors import NotConfigured
from tierwise.core.memory import share_heap
from tierwise.gateway import running
from tierwise.present import night as words
from tierwise.present.errors import sentence

HELD = 4
"""The exit code if another worker runs."""


def run(
    once: Annotated[
        bool, typer.Option("--once", help="End when nothing is left that may run now.")
    ] = False,
    install: Annotated[
        bool, typer.Option("--install", help="Run it as a service of yours (systemd).")
    ] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Remove that service.")] = False,
    log_level: Annotated[
        str, typer.Option(help="Log at debug, info, warning or error.")
    ] = "warning",
) -> None:
    """Do what was queued. Exit 0: nothing left, 3: waits for money, 4: another worker runs."""
    if find_spec("dbos") is None:
        raise NotConfigured(words.NO_ENGINE)
    env = dict(os.environ)
    if install or uninstall:
        service(env, remove=uninstall)
        return
    named = key_names(paths.config_file(env))
    keys = [v for k, v in env.items() if k in named or k.endswith(("_KEY", "_TOKEN", "_SECRET"))]
    logs.setup(log_level, paths.state_dir(env), keys)
    share_heap()
    from tierwise.tasks.window.settings import configuration
    from tierwise.work.lock import WorkerHeld, only_worker

    store = configuration(env, {}, [], True).config.store.url
    # With a database server, workers of several machines share the queue. Only one of them can
    # begin a job.
    alone = paths.store_url(env, store) is None
    try:
        with only_worker(paths.state_dir(env)) if alone else nullcontext():
            code = asyncio.run(_work(env, once))
    except WorkerHeld as error:
        print(f"tierwise: {sentence(error)}", file=sys.stderr)
        raise typer.Exit(HELD) from None
    if code:
        raise typer.Exit(code)


def service(env: Mapping[str, str], *, remove: bool) -> None:
    """Install the worker as a systemd service of the user and start it, or stop and remove it."""
    from tierwise.work import unit_file

    file = unit_file.path(env)
    manager = shutil.which("systemctl", path=env.get("PATH"))
    if remove:
        if manager is not None:
            _manager(manager, "disable", "--now", unit_file.NAME)
        file.unlink(missing_ok=True)
        say(words.service_removed(str(file)))
        return
    text = unit_file.text(Path(sys.executable), env)
    unit_file.parsed(text)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    runs = manager is not None and _manager(manager, "enable", "--now", unit_file.NAME)
    say(words.service_written(str(file), runs=runs))


def _manager(program: str, *args: str) -> bool:
    """Run the service manager. True if it succeeded."""
    try:
        done = subprocess.run(
            [program, "--user", *args], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


async def _work(env: dict[str, str], once: bool) -> int:
    from tierwise.store.jobs import JobRow
    from tierwise.work.job_run import JobRun
    from tierwise.work.own_gateway import OwnGateway
    from tierwise.work.worker import Worker

    done: list[str] = []

    def say_ended(job: JobRow, run: JobRun) -> None:
        done.append(job.id)
        why = words.reason(run.ending.reason)
        say(f"{job.path}: {words.state(run.ending.state)}" + (f" ({why})" if why else ""))

    def gateway_url() -> str | None:
        found = running.read_url(folder)
        return found if found is not None and running.call(folder, "/v1/decisions") else None

    folder = paths.state_dir(env)
    worker = Worker(env, once, say_ended, OwnGateway(env, gateway_url))
    code = await worker.run()
    if once and not code and not done and not worker.elsewhere:
        say(words.NOTHING_NOW)
    for host, count in sorted(worker.elsewhere.items()) if once else ():
        say(words.runs_elsewhere(count, host))
    return code

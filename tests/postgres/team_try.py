"""`make team-try`: a whole team on this machine, from the empty database to the owner's sums.

Starts a PostgreSQL, a model server on loopback, two gateways, and plays three members who race for
one cap and one of whom is revoked. Says in plain sentences what happens. Exits 1 where something is
not as it was promised. Ends what it started and leaves nothing behind, also when it is interrupted.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Final

import aiohttp

from tests.support.gateways import GatewayProcess
from tests.support.plan_server import PlanServer
from tests.support.postgres import PostgresServer
from tests.support.teams import TeamDesk, ask
from tierwise.budget import days
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage, to_nanos, to_usd
from tierwise.store import reservations
from tierwise.store.ledger import Ledger

CAP: Final = 0.05
"""Dollars that the members race for."""
MORE: Final = 1.0
"""Dollars of the team's day after the race."""
MEMBERS: Final = ("Olga", "Max", "Mia")
BODY: Final = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 500,
    "messages": [{"role": "user", "content": "rename foo to bar"}],
}


class NotAsPromised(Exception):
    """Something did not come out as it was promised; the text says what."""


def say(text: str) -> None:
    print(text, flush=True)


def promise(holds: bool, text: str) -> None:
    """Say what was promised and came true. Raises `NotAsPromised` where it did not."""
    if not holds:
        raise NotAsPromised(text)
    say(f"   OK: {text}")


async def found_team(desk: TeamDesk) -> dict[str, str]:
    """Begin a team and give it a cap; each member's token."""
    say("\n2. The owner begins a team and sets its cap.")
    made = {"Olga": await told(desk, "team", "init", "Olga", "--timezone", "UTC")}
    for name in MEMBERS[1:]:
        made[name] = await told(desk, "team", "invite", name)
    await told(desk, "team", "budget", "--day", str(CAP))
    say("   Each member has a token of their own. The provider's key stays with the gateways.")
    return {name: one["token"] for name, one in made.items()}


async def told(desk: TeamDesk, *words: str) -> Any:
    """Say a command, run it, give back what it printed."""
    say(f"   $ tierwise {' '.join(words)}")
    return await desk.command(*words)


async def race(
    http: aiohttp.ClientSession, gateways: Sequence[GatewayProcess], tokens: dict[str, str]
) -> tuple[int, str]:
    """Every member asks on every gateway until it is paused; the answers, and what was said."""
    said = ""

    async def spend(token: str, at: GatewayProcess) -> int:
        nonlocal said
        answers = 0
        while True:
            status, answer = await ask(http, at, token, BODY)
            if status == 402:
                said = answer["error"]["message"]
                return answers
            if status != 200:
                raise NotAsPromised(f"a call in the race got {status}: {answer}")
            answers += 1

    found = await asyncio.gather(*(spend(t, at) for t in tokens.values() for at in gateways))
    return sum(found), said


async def look(ledger: Ledger, model: PlanServer) -> None:
    """Hold the ledger against the cap, against itself and against the model server's own bills."""
    prices = PriceTable.load()
    billed = sum(
        prices.cost(bill["model"], Usage(bill["input_tokens"], bill["output_tokens"]), days.now())
        for bill in model.bills
    )
    sums = await ledger.read(reservations.stored)
    again = await ledger.read(reservations.recomputed)
    held = sum(one.reserved for one in sums.values())
    booked = sum(one.settled for (scope, _), one in sums.items() if scope == "day")
    promise(booked <= to_nanos(CAP), f"${to_usd(booked):.4f} of ${CAP:.2f} is booked: not crossed.")
    promise(billed == booked, f"The model server billed the same ${to_usd(billed):.4f}.")
    promise(not held and sums == again, "Nothing is left reserved, and all sums add up.")


async def booked(ledger: Ledger) -> None:
    """Wait until no reservation is open."""
    while any(one.reserved for one in (await ledger.read(reservations.stored)).values()):
        await asyncio.sleep(0.05)


async def play(desk: TeamDesk, model: PlanServer, ledger: Ledger, stack: AsyncExitStack) -> None:
    """The whole of a team's day."""
    tokens = await found_team(desk)
    say("\n3. Two gateways start on that ledger, as on two machines.")
    gateways = []
    for machine in ("one", "two"):
        gateways.append(await desk.gateway(machine))
        stack.push_async_callback(end, gateways[-1], machine)
        say(f"   $ tierwise gateway --team   (listens on {gateways[-1].url})")
    http = await stack.enter_async_context(aiohttp.ClientSession())

    say(f"\n4. Three members race over both gateways for ${CAP:.2f}, until each is paused.")
    answers, said = await race(http, gateways, tokens)
    await booked(ledger)
    say(f'   {answers} calls were answered. Then the last member read: "{said}"')
    theirs = "the team's budget of today" in said and "ask Olga" in said
    promise(answers > 0 and theirs, "The pause is the team's, and says whom to ask.")
    await look(ledger, model)

    say("\n5. The owner raises the cap and revokes Max.")
    await told(desk, "team", "budget", "--day", str(MORE))
    await told(desk, "team", "revoke", "Max")
    before = len(model.messages)
    for number, at in enumerate(gateways, start=1):
        status, answer = await ask(http, at, tokens["Max"], BODY)
        promise(status == 401, f'Gateway {number} tells Max: "{answer["error"]["message"]}"')
    promise(len(model.messages) == before, "No call of Max reached the model.")
    status, _ = await ask(http, gateways[0], tokens["Mia"], BODY)
    promise(status == 200, "Mia goes on working.")
    await booked(ledger)

    say("\n6. The owner's sums. A member who did not say otherwise stands there as an id.")
    for by in ("member", "project", "tier"):
        found = await told(desk, "team", "sums", "--by", by)
        for line in found["sums"]:
            say(f"     {line['who']}: {line['calls']} calls, ${line['usd']:.4f}")
        promise(
            sum(line["calls"] for line in found["sums"]) == answers + 1,
            f"These are all {answers + 1} answered calls.",
        )


async def end(gateway: GatewayProcess, machine: str) -> None:
    code = await gateway.end(signal.SIGTERM)
    say(f"   Gateway {machine} ended, exit {code}.")
    if code:
        raise NotAsPromised(f"gateway {machine} ended with {code}")


async def run(folder: Path, server: PostgresServer) -> None:
    model = await PlanServer(says="word " * 300).start()
    ledger = Ledger.open(folder / "look", server.url)
    try:
        (folder / "config.toml").write_text("", encoding="utf-8")
        async with AsyncExitStack() as stack:
            await play(TeamDesk(folder, server.url, model.base_url), model, ledger, stack)
            say("\n7. Everything that was started ends.")
    finally:
        await ledger.close()
        await model.close()


def interrupted(number: int, frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


def main() -> int:
    # asyncio turns an interrupt into an orderly end; a request to terminate shall mean the same.
    # A job in the background of a shell is started with interrupts switched off.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interrupted)
    try:
        with tempfile.TemporaryDirectory(prefix="tw-team-") as folder, PostgresServer() as server:
            say("1. A PostgreSQL of its own starts.")
            say(f"   It listens on 127.0.0.1:{server.port} and runs as {server.name}.")
            asyncio.run(run(Path(folder), server))
    except NotAsPromised as error:
        say(f"NOT AS PROMISED: {error}")
        return 1
    except KeyboardInterrupt:
        say("Interrupted. Everything that was started has ended.")
        return 130
    say("   The PostgreSQL ended, and its folder is removed.\n\nEverything was as promised.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

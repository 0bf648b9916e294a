"""The token of a job: models only, up to the job's cap, for as long as the job lives."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, Answer
from tests.support.plan_server import PlanServer, Refusal

from tierwise.core.money import to_nanos
from tierwise.store import job_tokens
from tierwise.store.jobs import cost_of
from tierwise.store.reservations import sums_of_job

CAP = to_nanos("0.04")


@pytest.fixture
def gateway_env(gateway_env: dict[str, str]) -> dict[str, str]:
    """A night has a purse here: jobs spend from it alone."""
    config = "[budget]\nnight_usd = 5.0\nday_usd = 1.0\n"
    Path(gateway_env["TIERWISE_CONFIG"]).write_text(config, encoding="utf-8")
    return gateway_env


def state_of(agent: Agent) -> Path:
    return agent.listening.gateway.state


async def asked(agent: Agent, token: str, words: str = "fix the typo", **more: Any) -> Answer:
    return await agent.ask(words, headers={"authorization": f"Bearer {token}"}, **more)


async def test_a_job_asks_models_in_its_own_project_and_no_operators_path(agent: Agent) -> None:
    token = job_tokens.issue(state_of(agent), "j1", project="night", cap=to_nanos(1))
    answer = await agent.ask(
        "hello", headers={"authorization": f"Bearer {token}", "x-tierwise-project": "other"}
    )
    assert answer.status == 200
    assert [row.project for row in await agent.reservations()] == ["night"]
    headers = {"authorization": f"Bearer {token}"}
    for method, path in (("GET", "/v1/decisions"), ("POST", "/v1/override"), ("GET", "/v1/x")):
        assert (await agent.send(method, path, headers=headers)).status == 401
    assert (await agent.send("GET", "/v1/models", headers=headers)).status == 200


async def test_a_job_never_spends_more_than_its_cap(agent: Agent, plan: PlanServer) -> None:
    token = job_tokens.issue(state_of(agent), "j1", project="p", cap=CAP)
    plan.says = "word " * 200
    last = await asked(agent, token, model="claude-sonnet-5-5", max_tokens=1_000)
    while last.status == 200:
        last = await asked(agent, token, model="claude-sonnet-5-5", max_tokens=1_000)
    assert (last.status, last.data["error"]["type"]) == (402, "billing_error")
    assert "left of the job's cap" in last.message
    rows = await agent.reservations()
    assert 0 < sum(row.cost for row in rows) <= CAP
    assert await agent.consistent()
    again = job_tokens.issue(state_of(agent), "j1", project="p", cap=CAP)
    assert (await asked(agent, again, model="claude-sonnet-5-5", max_tokens=1_000)).status == 402
    assert (await agent.ask("the operator goes on", model="claude-sonnet-5-5")).status == 200
    ledger = agent.listening.gateway.office.window.ledger
    sums = await ledger.read(lambda conn: sums_of_job(conn, "j1"))
    assert (sums.settled, sums.reserved) == (sum(row.cost for row in rows), 0)


async def test_a_job_spends_from_the_nights_purse_and_counts_for_its_own_task(
    agent: Agent,
) -> None:
    token = job_tokens.issue(state_of(agent), "j1", project="p", cap=to_nanos(1))
    assert (await asked(agent, token)).status == 200
    assert (await agent.ask("and the operator by day")).status == 200
    by_night, by_day = await agent.reservations()
    assert by_night.day.endswith("~night")
    assert by_night.task_id == "j1"
    assert not by_day.day.endswith("~night")
    ledger = agent.listening.gateway.office.window.ledger
    assert await ledger.read(lambda conn: cost_of(conn, "j1")) == by_night.cost > 0


async def test_without_a_night_purse_a_job_asks_nothing_and_the_refusal_is_noted(
    start: StartGateway, plan: PlanServer
) -> None:
    listening = await start("[budget]\nnight_usd = 0.0\nday_usd = 9.0\n")
    state = listening.gateway.state
    token = job_tokens.issue(state, "j1", project="p", cap=CAP)
    async with Agent(listening) as agent:
        assert not job_tokens.refused(state, "j1")
        answer = await asked(agent, token)
        assert answer.status == 402
        assert "budget for tonight is 0" in answer.message
        assert job_tokens.refused(state, "j1")
        assert (await agent.ask("the operator goes on")).status == 200
    job_tokens.issue(state, "j1", project="p", cap=CAP)
    assert not job_tokens.refused(state, "j1"), "another run begins"
    assert len(plan.messages) == 1


async def test_calls_of_one_job_at_once_share_its_cap(agent: Agent, plan: PlanServer) -> None:
    token = job_tokens.issue(state_of(agent), "j1", project="p", cap=CAP)
    plan.says, plan.delay = "word " * 20, 0.005
    answers = await asyncio.gather(
        *(
            asked(agent, token, f"task {n}", model="claude-sonnet-5-5", max_tokens=800, stream=True)
            for n in range(6)
        )
    )
    assert {a.status for a in answers} <= {200, 402}
    assert sum(row.cost for row in await agent.reservations()) <= CAP


async def test_what_was_not_billed_is_free_for_the_job_again(
    agent: Agent, plan: PlanServer
) -> None:
    token = job_tokens.issue(state_of(agent), "j1", project="p", cap=CAP)
    plan.refusals = [Refusal(400, "invalid_request_error") for _ in range(5)]
    for _ in range(5):
        assert (await asked(agent, token, max_tokens=8_000)).status == 400
    assert (await asked(agent, token, max_tokens=8_000)).status == 200


async def test_a_token_dies_with_its_job(agent: Agent) -> None:
    state = state_of(agent)
    first = job_tokens.issue(state, "j1", project="p", cap=CAP)
    second = job_tokens.issue(state, "j1", project="p", cap=CAP)
    other = job_tokens.issue(state, "j2", project="p", cap=CAP)
    job_tokens.revoke(state, "j1")
    assert [(await asked(agent, t)).status for t in (first, second, other)] == [401, 401, 200]


async def test_a_token_dies_with_the_process_that_gave_it_out(agent: Agent) -> None:
    state = state_of(agent)
    program = (
        "import sys; from pathlib import Path; from tierwise.store import job_tokens;"
        f"print(job_tokens.issue(Path({str(state)!r}), 'j1', project='p', cap={CAP}), flush=True);"
        "sys.stdin.read()"
    )
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    token = (await worker.stdout.readline()).decode().strip()
    assert (await asked(agent, token)).status == 200
    worker.kill()
    await worker.wait()
    assert (await asked(agent, token)).status == 401
    assert list((state / job_tokens.FOLDER).iterdir()) == []


def test_no_file_holds_a_token(tmp_path: Path) -> None:
    token = job_tokens.issue(tmp_path, "j1", project="p", cap=CAP)
    files = list((tmp_path / job_tokens.FOLDER).iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600]
    assert all(token not in file.read_text() and token not in file.name for file in files)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"job": "j"}', '{"job":"j","project":"p",'
                                  '"cap":"much","issuer":""}'])  # fmt: skip
def test_a_damaged_grant_allows_nothing(tmp_path: Path, text: str) -> None:
    token = job_tokens.issue(tmp_path, "j1", project="p", cap=CAP)
    (file,) = (tmp_path / job_tokens.FOLDER).iterdir()
    file.write_text(text)
    assert job_tokens.granted(tmp_path, token) is None


async def test_the_cap_holds_over_a_restart(start: StartGateway, plan: PlanServer) -> None:
    first = await start()
    token = job_tokens.issue(first.gateway.state, "j1", project="p", cap=CAP)
    plan.says = "word " * 200
    async with Agent(first) as agent:
        while (await asked(agent, token, model="claude-opus-5-5", max_tokens=600)).status == 200:
            pass
    await first.close()
    async with Agent(await start()) as agent:
        answer = await asked(agent, token, model="claude-opus-5-5", max_tokens=600)
        assert answer.status == 402

"""The gateway's own paths: the classifier, outcomes, overrides, decisions, events, description."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, assistant, result, used, user
from tests.support.plan_server import PlanServer

from tierwise.gateway.routes.table import ROUTES
from tierwise.index.project import ProjectIndex
from tierwise.present.decision import WireDecision
from tierwise.store import decisions

HARD = "find the race condition in the billing service and fix it without slowing it down"


async def post(agent: Agent, path: str, body: Any, *, operator: bool = True) -> Any:
    answer = await agent.send("POST", path, body, agent.operator if operator else None)
    assert answer.status == 200, answer.raw
    return answer.data


async def test_any_program_may_ask_for_a_decision(agent: Agent, plan: PlanServer) -> None:
    easy = await post(agent, "/v1/route", {"prompt": "fix the typo in README"}, operator=False)
    hard = await post(agent, "/v1/route", {"prompt": HARD}, operator=False)
    assert set(easy) == set(WireDecision.__annotations__)
    assert (easy["answering"], hard["answering"], easy["final"]) == ("haiku", "opus", False)
    body = {"model": "auto", "messages": [user(HARD)], "tools": [{"name": "Edit"}]}
    whole = await post(agent, "/v1/route", body, operator=False)
    assert whole["answering"] == "opus"
    chosen = await post(agent, "/v1/route", {"prompt": "hello", "tier": "sonnet"}, operator=False)
    assert (chosen["answering"], chosen["cause"]) == ("sonnet", "override")
    files = {"files": ["a.py", {"path": "b.py", "lines": 3}], "language": "python"}
    more = {"prompt": "fix it", "context": {**files, "input_tokens": 90_000}, "tools": ["Bash"]}
    assert (await post(agent, "/v1/route", more, operator=False))["signals"]["files.attached"]
    assert plan.received == []
    assert await agent.reservations() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prompt": 3},
        {"prompt": "x", "tier": "turbo"},
        {"prompt": "@turbo x"},
        {"prompt": "x", "action": "dance"},
        {"prompt": "x", "context": {"input_tokens": -1}},
        {"prompt": "x", "context": []},
        {"prompt": "x", "tools": "Bash"},
        {"messages": 3},
        {"messages": "fix it"},
        {"messages": {"role": "user", "content": "fix it"}},
    ],
)
async def test_a_question_that_makes_no_sense_says_which_field(
    agent: Agent, body: dict[str, Any]
) -> None:
    answer = await agent.send("POST", "/v1/route", body)
    assert (answer.status, answer.data["error"]["type"]) == (400, "invalid_request_error")


async def test_a_conversation_is_known_to_the_classifier(agent: Agent) -> None:
    await agent.ask(HARD)
    asked = {"prompt": "yes, do it", "context": {"conversation": agent.session}}
    assert (await post(agent, "/v1/route", asked))["answering"] == "opus"


async def test_the_index_of_a_root_speaks_where_there_is_one(agent: Agent, tmp_path: Path) -> None:
    root = tmp_path / "work"
    root.mkdir()
    (root / "a.py").write_text("def parse_row(x):\n    return x\n")
    for number in range(4):
        (root / f"b{number}.py").write_text("from a import parse_row\n\nparse_row(1)\n")
    asked = {"prompt": "rename parse_row to parse_line", "context": {"root": str(root)}}
    before = await post(agent, "/v1/route", asked)
    index = ProjectIndex(root, agent.listening.gateway.state)
    assert not index.database.exists(), "none is built for whoever asks"
    assert (await index.ready()).complete
    await index.close()
    after = await post(agent, "/v1/route", asked)
    assert not before["signals"]["usages"]
    assert after["signals"]["usages"] > 0
    assert after["signals"]["usage.files"] > 0


async def test_an_edited_configuration_holds_from_the_next_call(
    agent: Agent, gateway_env: dict[str, str]
) -> None:
    assert (await agent.ask("fix the typo")).status == 200
    file = Path(gateway_env["TIERWISE_CONFIG"])
    file.write_text("[budget]\nday_usd = 0\n")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    answer = await agent.ask("fix the other typo", headers={"x-claude-code-session-id": "b"})
    assert (answer.status, answer.data["error"]["type"]) == (402, "billing_error")


async def test_the_model_token_is_no_good_on_the_operators_paths(agent: Agent) -> None:
    for route in ROUTES:
        answer = await agent.send(route.method, route.path, {} if route.method == "POST" else None)
        assert (answer.status == 401) == (route.access == "operator"), route


async def test_an_override_of_a_task_holds_from_its_next_call(agent: Agent) -> None:
    turn = await agent.ask("fix the typo in README")
    await post(agent, "/v1/override", {"scope": "task", "id": turn.task, "to": "opus"})
    said = [user("fix the typo in README"), used("Read", 1), result(1, "x")]
    step = await agent.ask(said)
    assert (step.task, step.tier) == (turn.task, "opus")
    assert step.headers["x-tierwise-cause"] == "override"


@pytest.mark.parametrize("scope", ["conversation", "project", "tier"])
async def test_an_override_holds_for_its_scope_and_is_cleared(
    start: StartGateway, tmp_path: Path, scope: str
) -> None:
    listening = await start()
    project = {"x-tierwise-project": "books"}
    async with Agent(listening) as agent, Agent(listening) as other:
        key = {"conversation": agent.session, "project": "books", "tier": "haiku"}[scope]
        named = {"from" if scope == "tier" else "id": key}
        await post(agent, "/v1/override", {"scope": scope, **named, "to": "sonnet"})
        answer = await agent.ask("fix the typo in README", headers=project)
        assert answer.tier == "sonnet"
        elsewhere = await other.ask("fix the typo in README")
        assert elsewhere.tier == ("sonnet" if scope == "tier" else "haiku")
        await post(agent, "/v1/override", {"scope": scope, **named, "to": "auto"})
        said = [user("fix the typo in README"), assistant("ok"), user("fix the other typo")]
        cleared = await agent.ask(said, headers=project)
        assert cleared.headers["x-tierwise-cause"] != "override"


async def test_decisions_are_told_newest_first(agent: Agent) -> None:
    first = await agent.ask("fix the typo in README")
    second = await agent.ask("list files", headers={"x-claude-code-agent-id": "a1"})
    await agent.ask("hello", headers={"x-claude-code-session-id": "another"})
    answer = await agent.send(
        "GET", f"/v1/decisions?session={agent.session}", headers=agent.operator
    )
    found = answer.data["decisions"]
    assert [d["task"] for d in found] == [second.task, first.task]
    assert [d.get("agent") for d in found] == ["a1", None]
    assert found[1]["decision"]["answering"] == "haiku"
    assert found[1]["costUsd"] > 0


async def test_events_are_told_as_they_happen(agent: Agent) -> None:
    async with agent.http.get(agent.url + "/v1/events", headers=agent.operator) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        await response.content.readuntil(b"\n\n")
        answer = await agent.ask("fix the typo in README")
        seen = []
        async with asyncio.timeout(10):
            while "booked" not in seen:
                block = (await response.content.readuntil(b"\n\n")).decode()
                name, data = block.strip().split("\n")
                seen.append(name.removeprefix("event: "))
                assert json.loads(data.removeprefix("data: "))["task"] == answer.task
    assert seen == ["decision", "call", "booked"]


async def test_outcomes_are_kept_with_their_task(agent: Agent) -> None:
    turn = await agent.ask("fix the typo in README")
    await post(agent, "/v1/outcomes", {"task": turn.task, "kind": "rated", "value": "fine"})
    await post(agent, "/v1/outcomes", {"session": agent.session, "kind": "interrupted"})
    for body in ({"task": turn.task, "kind": "loved"}, {"session": agent.session, "kind": "rated"}):
        assert (await agent.send("POST", "/v1/outcomes", body, agent.operator)).status == 400
    missing = await agent.send(
        "POST", "/v1/outcomes", {"task": "nobody", "kind": "wentOn"}, agent.operator
    )
    assert missing.status == 404
    assert [kind for kind, *_ in await outcomes(agent, turn.task)] == ["rated", "interrupted"]


async def outcomes(agent: Agent, task: str | None) -> list[tuple[Any, ...]]:
    office = agent.listening.gateway.office
    await office.journal.flush()
    told = await office.window.ledger.read(lambda conn: decisions.task(conn, str(task)))
    assert told is not None
    return list(told.outcomes)


async def test_the_next_words_tell_how_the_turn_before_went(agent: Agent) -> None:
    run = [used("Edit", 1, file_path="a", old_string="a", new_string="b"), result(1, "ok"),
           used("Bash", 2, command="pytest"), result(2, "3 passed")]  # fmt: skip
    first = await agent.ask("fix the typo in README")
    said = [user("fix the typo in README"), *run, assistant("Done."), user("now add a changelog")]
    second = await agent.ask(said)
    assert [(o[0], o[3]) for o in await outcomes(agent, first.task)] == [
        ("tests", "green"),
        ("wentOn", None),
    ]
    said += [assistant("Done."), user("no, that is still wrong")]
    third = await agent.ask(said)
    assert [o[0] for o in await outcomes(agent, second.task)] == ["reasked"]
    stop = {"role": "user", "content": [{"type": "text", "text": "[Request interrupted by user]"},
                                        {"type": "text", "text": "use tabs"}]}  # fmt: skip
    await agent.ask([*said, assistant("Well,"), stop])
    assert [o[0] for o in await outcomes(agent, third.task)] == ["interrupted"]


async def test_the_description_is_what_the_code_does(agent: Agent) -> None:
    bare = aiohttp.ClientTimeout(total=10)
    async with agent.http.get(agent.url + "/openapi.json", timeout=bare) as response:
        said = await response.json()
    told = {(m.upper(), path) for path, methods in said["paths"].items() for m in methods}
    assert told == {(route.method, route.path) for route in ROUTES}
    shapes = said["components"]["schemas"]
    for route in ROUTES:
        operation = said["paths"][route.path][route.method.lower()]
        allowed = {name for choice in operation.get("security", []) for name in choice}
        assert allowed == ({route.access, "operator"} if route.access != "open" else set())
        assert {route.takes, route.gives} - {""} <= set(shapes)
    decision = await post(agent, "/v1/route", {"prompt": "hello"})
    assert set(shapes["Decision"]["required"]) == set(decision)
    for name, value in decision.items():
        kind = shapes["Decision"]["properties"][name].get("type")
        is_of: dict[str, Any] = {"object": dict, "array": list, "boolean": bool}
        is_of["number"] = (int, float)
        assert isinstance(value, is_of.get(kind, str)), name
    await agent.ask("hello")
    kept = (await agent.send("GET", "/v1/decisions", headers=agent.operator)).data["decisions"][0]
    properties = shapes["KeptDecision"]
    assert set(properties["required"]) <= set(kept) <= set(properties["properties"])


async def test_the_models_listed_are_those_that_may_be_named(agent: Agent) -> None:
    found = (await agent.send("GET", "/v1/models?limit=1000")).data["data"]
    names = [model["id"] for model in found]
    assert names[:3] == ["auto", "tierwise", "claude-auto"]
    assert {"claude-haiku-5-5", "claude-opus-5-5"} <= set(names)
    for name in names:
        assert (await agent.ask("hello", model=name)).status == 200

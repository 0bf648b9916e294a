"""A team's gateway: members, shared caps, rules, revocation; on a file and on PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.support.plan_server import PlanServer
from tests.support.team_gateways import Team

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import to_nanos
from tierwise.core.team import CapScope, Span
from tierwise.store import members, reservations
from tierwise.store.deferred import Connection
from tierwise.team import rules

SONNET = "claude-sonnet-5-5"


async def test_a_member_asks_sees_their_own_and_nobody_elses(team: Team) -> None:
    for name in ("Max", "Mia"):
        status, _, headers = await team.ask(name, x_session_id="same")
        assert (status, headers["x-tierwise-tier"]) == (200, "haiku")
    await asyncio.gather(*(one.gateway.calls.idle() for one in team.gateways))
    for name in ("Max", "Mia"):
        status, told, _ = await team.send("GET", "/v1/team/me", name)
        assert (status, told["name"], told["owner"], len(told["calls"])) == (200, name, "Olga", 1)
        assert "rename" not in str(told), "no text of anybody"
    status, told, _ = await team.send("GET", "/v1/team/sums", "Max")
    assert (status, told["error"]["type"]) == (403, "permission_error")
    _, told, _ = await team.send("GET", "/v1/team/sums", "Olga")
    assert {line["who"] for line in told["sums"]} == {await team.id("Max"), await team.id("Mia")}
    assert (await team.send("PUT", "/v1/team/me", "Max", {"named": True}))[0] == 200
    _, told, _ = await team.send("GET", "/v1/team/sums", "Olga")
    assert {line["who"] for line in told["sums"]} == {"Max", await team.id("Mia")}
    assert all(line["usd"] > 0 and line["calls"] == 1 for line in told["sums"])


async def test_without_a_members_token_nothing_is_answered(team: Team) -> None:
    state = team.gateways[0].gateway.tokens
    for token in ("", "tw-member-nobody", state.models):
        status, told, _ = await team.ask(token)
        assert (status, told["error"]["type"]) == (401, "authentication_error")
        assert "member's token" in told["error"]["message"]
    assert (await team.send("GET", "/v1/decisions", "Olga"))[0] == 401, "the operator's alone"
    assert (await team.send("GET", "/v1/team/me", "Max", headers={"origin": "http://x"}))[0] == 403


async def test_a_revoked_token_is_worth_nothing_at_the_next_call_of_any_gateway(team: Team) -> None:
    await team.open()
    assert (await team.ask("Max", at=1))[0] == 200
    max_id = await team.id("Max")
    await team.ledger.write(lambda conn: members.revoke(conn, max_id, 2))
    for at in (0, 1):
        status, told, _ = await team.ask("Max", at=at)
        assert status == 401
        assert told["error"]["message"].startswith("This token was revoked.")
    _, told, _ = await team.ask("tw-member-of-nobody")
    assert "needs a member's token" in told["error"]["message"]
    assert (await team.ask("Mia"))[0] == 200


async def test_no_token_is_kept_anywhere(team: Team) -> None:
    def everything(conn: Connection) -> str:
        return str(list(conn.exec_driver_sql("SELECT * FROM members")))

    kept = await team.ledger.read(everything)
    assert not any(token in kept for token in team.tokens.values())


@pytest.mark.parametrize(
    ("scope", "span", "said"),
    [
        ("team", "day", "Paused by the team's budget of today: 0¢ of 0¢, ask Olga."),
        ("member", "hour", "Paused by your part of the team's budget of this hour"),
        ("project", "period", "Paused by the team's budget of this project: "),
    ],
)
async def test_a_cap_of_the_team_pauses_and_says_whose_it_is(
    team: Team, scope: CapScope, span: Span, said: str
) -> None:
    await team.cap(0, scope, span=span)
    status, told, headers = await team.ask("Max")
    assert (status, told["error"]["type"]) == (402, "billing_error")
    assert headers["x-tierwise-team"] == "paused"
    assert told["error"]["message"].startswith(said)
    assert await team.spent() == 0


async def test_a_call_that_does_not_fit_the_teams_cap_is_told_whose_it_is_and_whom_to_ask(
    team: Team,
) -> None:
    await team.cap(0.002)
    status, told, _ = await team.ask("Max", model=SONNET)
    assert (status, told["error"]["type"]) == (402, "billing_error")
    assert told["error"]["message"].endswith(
        "0.2¢ of the team's budget of today is left. Send less, or ask Olga."
    )


async def test_a_ledger_that_goes_away_after_a_pause_is_said_whatever_was_asked(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: object, **more: object) -> None:
        raise LedgerUnavailable(ErrorReason("server_away"))

    await team.cap(0)
    monkeypatch.setattr(team.gateways[0].gateway.office.purse, "state", away)
    for status, told, _ in (await team.ask("Max"), await team.send("GET", "/v1/team/me", "Max")):
        assert (status, told["error"]["type"]) == (529, "overloaded_error")
        assert "does not answer" in told["error"]["message"]


async def test_a_members_own_cap_stands_in_place_of_the_one_for_each(team: Team) -> None:
    await team.cap(0, "member")
    await team.cap(5, "member", who=await team.id("Mia"))
    assert [(await team.ask(name))[0] for name in ("Max", "Mia")] == [402, 200]


async def test_near_a_members_cap_their_agents_soft_turns_go_down_and_others_do_not(
    team: Team,
) -> None:
    Path(team.env["TIERWISE_CONFIG"]).write_text("[budget]\nsoft_at = 0.0\n", encoding="utf-8")
    await team.open()
    await team.cap(1, "member", who=await team.id("Max"))
    words = "write a function that parses ISO dates and a test for it"
    for name, tier in (("Max", "haiku"), ("Mia", "sonnet")):
        status, _, headers = await team.ask(name, words, at=1)
        assert (status, headers["x-tierwise-tier"]) == (200, tier)
        assert headers["x-tierwise-routed"] == "sonnet"


async def test_members_racing_over_two_gateways_never_cross_the_teams_cap(
    team: Team, plan: PlanServer
) -> None:
    await team.open()
    plan.says = "word " * 300
    await team.cap(0.05)

    async def spend(name: str, at: int) -> int:
        status = 200
        answers = 0
        while status == 200:
            status, _, _ = await team.ask(name, model=SONNET, at=at)
            answers += status == 200
        return answers

    answers = await asyncio.gather(
        *(spend(name, at) for name in ("Olga", "Max", "Mia") for at in (0, 1))
    )
    await asyncio.gather(*(one.gateway.calls.idle() for one in team.gateways))
    assert sum(answers) > 3
    assert 0 < await team.spent() <= to_nanos("0.05")
    assert await team.ledger.read(reservations.stored) == await team.ledger.read(
        reservations.recomputed
    )


async def test_the_teams_rules_cap_and_raise_what_an_editor_decided(team: Team) -> None:
    await team.rule(rules.MOST, "", "sonnet")
    await team.rule(rules.FLOOR, "review", "sonnet")
    _, _, headers = await team.ask("Max", model="claude-opus-5-5")
    assert headers["x-tierwise-tier"] == "sonnet"
    assert headers["x-tierwise-team"] == "cap"
    _, _, headers = await team.ask("Max", model="claude-haiku-5-5", x_tierwise_action="review")
    assert (headers["x-tierwise-tier"], headers["x-tierwise-team"]) == ("sonnet", "floor")
    _, _, headers = await team.ask("Max", x_session_id="b", x_tierwise_action="review")
    assert (headers["x-tierwise-tier"], headers["x-tierwise-cause"]) == ("sonnet", "floor")
    _, _, headers = await team.ask("Max", "@opus rename it", x_session_id="d")
    assert headers["x-tierwise-tier"] == "sonnet", "a word in the prompt does not pass it either"
    status, told, _ = await team.ask("Max", model="gpt-of-nobody", x_session_id="c")
    assert (status, told["error"]["type"]) == (403, "permission_error")
    assert "up to sonnet" in told["error"]["message"]

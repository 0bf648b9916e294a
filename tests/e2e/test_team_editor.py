"""An editor whose tiers go through a team's gateway: whose pause it is, and whose key pays."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from tests.e2e.test_money import document, start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.gateway.doors import TeamDoor
from tierwise.gateway.serve import Listening, listen
from tierwise.learning import record
from tierwise.learning.gate import Evidence
from tierwise.learning.learner import LearnedState
from tierwise.learning.memory import Memory
from tierwise.learning.record import Record
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.routing.weights import load
from tierwise.store import members, schema, team_caps, team_learned
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.team_caps import CapRow
from tierwise.team import rules

BREAKS = 6
"""Failures after which the breaker of a place is open, and some more."""


@dataclass
class Gateway:
    """A team's gateway and its ledger. It asks `model` with the team's key."""

    listening: Listening
    ledger: Ledger
    member: str
    closed: bool = False

    @property
    def url(self) -> str:
        return self.listening.url

    async def cap(self, nanos: int) -> None:
        cap = CapRow("team", "", "day", nanos)
        await self.ledger.write(lambda conn: team_caps.put(conn, cap))

    async def rule(self, kind: str, key: str, tier: str | None) -> None:
        await self.ledger.write(lambda conn: members.set_policy(conn, kind, key, tier))

    async def paid_by(self) -> list[str | None]:
        """Of each booked call the member."""
        return await self._of_booked(schema.reservations.c.member)

    async def actions(self) -> list[str | None]:
        """Of each booked call the action."""
        return await self._of_booked(schema.reservations.c.action)

    async def _of_booked(self, column: sa.Column[str]) -> list[str | None]:
        await self.listening.gateway.calls.idle()
        query = sa.select(column).where(schema.reservations.c.state == "settled")
        return await self.ledger.read(lambda conn: list(conn.execute(query).scalars()))

    async def booked(self) -> list[tuple[str, str, int]]:
        """Of each booked call the tier, the model and the cost."""
        await self.listening.gateway.calls.idle()
        of = schema.reservations.c
        query = sa.select(of.tier, of.model, of.cost).where(of.state == "settled")
        return await self.ledger.read(
            lambda conn: [(tier, model, cost) for tier, model, cost in conn.execute(query)]
        )

    async def lessons(self) -> list[str]:
        """What members' outcomes taught, as it is kept."""
        query = sa.select(schema.team_lessons)
        return await self.ledger.read(
            lambda conn: [str(tuple(row)) for row in conn.execute(query)], own_writes=False
        )

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            await self.listening.close()


@pytest_asyncio.fixture
async def gateway(
    tmp_path: Path, model: RehearsalServer, env: dict[str, str]
) -> AsyncIterator[Gateway]:
    """The gateway; the editor's environment gets the member's token beside the operator's key."""
    (tmp_path / "gateway.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "gateway"
    ledger = Ledger.open(folder)

    def begin(conn: Connection) -> tuple[members.TeamMember, str]:
        members.set_policy(conn, rules.ZONE, "", "UTC")
        members.invite(conn, "Olga", "owner", 1)
        return members.invite(conn, "Max", "member", 1)

    member, token = await ledger.write(begin)
    own = {
        "TIERWISE_STATE_DIR": str(folder),
        "TIERWISE_CONFIG": str(tmp_path / "gateway.toml"),
        "ANTHROPIC_API_KEY": "key-that-the-gateway-owns",
        "ANTHROPIC_BASE_URL": model.base_url,
    }
    found = Gateway(await listen(own, "127.0.0.1", 0, team=TeamDoor()), ledger, member.id)
    env["TIERWISE_TEAM_TOKEN"] = token
    yield found
    await found.close()
    await ledger.close()


@pytest_asyncio.fixture
async def direct(env: dict[str, str]) -> AsyncIterator[RehearsalServer]:
    """The server that the operator's own key is for."""
    server = await RehearsalServer().start()
    env["ANTHROPIC_BASE_URL"] = server.base_url
    yield server
    await server.close()


@pytest.fixture
def editor(
    gateway: Gateway, direct: RehearsalServer, request: pytest.FixtureRequest, workspace: Path
) -> Editor:
    """An editor whose server starts with the environment that the gateway made."""
    return Editor(request.getfixturevalue("rpc"), workspace)


def tier(name: str, url: str = "", more: str = "") -> str:
    """A tier in the operator's own file; with an address it is the team's, else the operator's."""
    team = f'base_url = "{url}"\napi_key_env = "TIERWISE_TEAM_TOKEN"\n' if url else ""
    return f'[[tiers]]\nname = "{name}"\nmodel = "claude-{name}-5-5"\n{team}{more}'


async def asked(editor: Editor) -> dict[str, Any]:
    """A task, once it is over."""
    rpc = editor.rpc
    uri = await start(editor) if not editor.texts else next(iter(editor.texts))
    return await state(rpc, await document(editor, uri), "failed", "paused", "proposed")


async def test_a_task_is_paid_by_the_team_and_not_by_the_operators_key(
    editor: Editor, config: Path, gateway: Gateway, model: RehearsalServer, direct: RehearsalServer
) -> None:
    config.write_text(tier("haiku", gateway.url) + tier("sonnet", gateway.url), encoding="utf-8")
    assert (await asked(editor))["state"] == "proposed"
    assert (len(model.requests), len(direct.requests)) == (1, 0)
    assert await gateway.paid_by() == [gateway.member]


async def test_a_pause_of_the_team_is_said_as_the_teams_and_whom_to_ask(
    editor: Editor, config: Path, gateway: Gateway, model: RehearsalServer, direct: RehearsalServer
) -> None:
    config.write_text(tier("haiku", gateway.url) + tier("sonnet"), encoding="utf-8")
    await gateway.cap(0)
    view = await asked(editor)
    assert view["state"] == "failed"
    said = view["error"]["message"]
    assert "Paused by the team's budget of today: 0¢ of 0¢, ask Olga" in said
    assert (len(model.requests), len(direct.requests)) == (0, 0), "no other key was asked"
    assert (await editor.rpc.request("tierwise/status"))["kind"] != "paused", "it is not their own"


@pytest.mark.parametrize("sonnet", ["the team's", "the operator's"])
async def test_a_gateway_that_is_away_is_never_replaced_by_another_key_unasked(
    editor: Editor, config: Path, gateway: Gateway, direct: RehearsalServer, sonnet: str
) -> None:
    above = tier("sonnet", gateway.url if sonnet == "the team's" else "")
    config.write_text(tier("haiku", gateway.url) + above, encoding="utf-8")
    await gateway.close()
    for _ in range(BREAKS):
        view = await asked(editor)
        assert view["state"] == "failed"
        assert "its server cannot be reached" in view["error"]["message"]
    assert direct.requests == []


ELSEWHERE = '[[tiers.elsewhere]]\nmodel = "claude-haiku-5-5"\n'


@pytest.mark.parametrize("named", ['fallback = ["sonnet"]\n', ELSEWHERE])
async def test_where_the_operator_named_another_place_it_answers_and_that_is_shown(
    editor: Editor, config: Path, gateway: Gateway, direct: RehearsalServer, named: str
) -> None:
    config.write_text(tier("haiku", gateway.url, named) + tier("sonnet"), encoding="utf-8")
    await gateway.close()
    view = await asked(editor)
    assert view["state"] == "proposed"
    assert [switch["from"] for switch in view["switches"]] == ["haiku"]
    assert len(direct.requests) == 1


def team_pays(config: Path, url: str) -> None:
    """All tiers go through the team's gateway."""
    config.write_text("".join(tier(name, url) for name in TIERS), encoding="utf-8")


TIERS = ("haiku", "sonnet", "opus")
FIFTY = 50 * 10**9


async def told(editor: Editor, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first status of these that is so; a look at the status has the gateway asked."""
    rpc = editor.rpc
    await rpc.request("tierwise/status")

    def found() -> dict[str, Any] | None:
        seen = rpc.of("tierwise/status/didChange")
        return seen[-1] if seen and holds(seen[-1]) else None

    status: dict[str, Any] = await rpc.until(found)
    return status


async def ready(editor: Editor) -> str:
    """The document of a started editor whose gateway has said what it allows."""
    uri = await start(editor)
    await told(editor, lambda status: bool(status.get("team")))
    return uri


async def test_the_teams_caps_stand_beside_the_operators_own(
    editor: Editor, config: Path, gateway: Gateway
) -> None:
    team_pays(config, gateway.url)
    await gateway.cap(FIFTY)
    uri = await ready(editor)
    view = await state(editor.rpc, await document(editor, uri), "proposed", "failed")
    assert view["state"] == "proposed"
    spent = await told(editor, lambda s: "Team, today: 0" not in s["team"][0])
    assert re.fullmatch(r"Team, today: .* of .*50\.00", spent["team"][0])
    assert spent["team"][0] in spent["tooltip"]
    assert "Today: " in spent["tooltip"]
    assert spent["kind"] == "ready", "the operator's own budget is not the team's"


async def test_a_pause_of_all_is_the_status_and_a_raise_lets_the_task_go_on(
    editor: Editor, config: Path, gateway: Gateway, model: RehearsalServer, direct: RehearsalServer
) -> None:
    team_pays(config, gateway.url)
    await gateway.cap(0)
    uri = await ready(editor)
    paused = await told(editor, lambda status: status["kind"] == "paused")
    assert paused["text"] == "Paused by the team"
    assert paused["level"] == "ok"
    said = "Paused by the team's budget of today: 0¢ of 0¢, ask Olga."
    assert paused["team"][0] == said
    assert said in paused["tooltip"]
    assert "command" not in paused, "nothing of the operator's own is to be raised"
    task = await document(editor, uri)
    view: dict[str, Any] = await state(editor.rpc, task, "failed")
    assert view["causeNote"] == "paused by the team"
    lenses = await editor.rpc.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert "Paused by the team's budget" in {lens["command"]["title"] for lens in lenses}
    assert model.requests == []
    await gateway.cap(FIFTY)
    await told(editor, lambda status: status["kind"] != "paused")
    await editor.rpc.until(
        lambda: [v for v in editor.rpc.of("tierwise/task/didChange") if v["state"] == "proposed"]
    )
    assert len(model.requests) == 1
    assert direct.requests == []


@pytest.mark.parametrize(
    ("rule", "asked_for", "answers", "note", "said"),
    [
        ((rules.FLOOR, "document", "opus"), None, "opus", "team", "raised by the team's rule"),
        ((rules.FLOOR, "document", "opus"), "haiku", "opus", "team", "raised by the team's rule"),
        ((rules.MOST, "", "haiku"), "opus", "haiku", "team", "capped by the team: Haiku at most"),
    ],
)
async def test_what_the_team_raised_or_capped_is_said_before_anything_is_asked(
    editor: Editor, config: Path, gateway: Gateway, model: RehearsalServer,
    rule: tuple[str, str, str], asked_for: str | None, answers: str, note: str, said: str,
) -> None:  # fmt: skip
    team_pays(config, gateway.url)
    await gateway.rule(*rule)
    uri = await ready(editor)
    task = await document(editor, uri, **({"tier": asked_for} if asked_for else {}))
    view: dict[str, Any] = await state(editor.rpc, task, "proposed", "failed")
    shown = view["decision"]
    assert view["state"] == "proposed"
    assert shown["answering"] == answers
    assert said in shown["shown"]["sentence"]
    assert note in shown["shown"]["badge"]
    assert any(said in reason for reason in shown["reasons"])
    assert model.requests[-1]["model"] == f"claude-{answers}-5-5"
    action = await gateway.actions()
    assert action == ["document"], "the editor's action arrived with the call"


async def test_a_rule_of_a_team_that_pays_for_some_tiers_moves_its_own_call_and_is_said(
    editor: Editor, config: Path, gateway: Gateway, model: RehearsalServer, direct: RehearsalServer
) -> None:
    config.write_text(tier("haiku", gateway.url) + tier("sonnet"), encoding="utf-8")
    await gateway.rule(rules.FLOOR, "document", "sonnet")
    uri = await ready(editor)
    task = await document(editor, uri, tier="haiku")
    view: dict[str, Any] = await state(editor.rpc, task, "proposed", "failed")
    assert (len(model.requests), len(direct.requests)) == (1, 0), "the team's key pays"
    assert model.requests[-1]["model"] == "claude-sonnet-5-5"
    assert view["decision"]["answering"] == "sonnet"
    assert "raised by the team's rule" in view["decision"]["shown"]["sentence"]


@pytest.mark.parametrize(
    ("kind", "asked_for", "answers"),
    [
        (rules.FLOOR, "haiku", "opus"),
        (rules.FLOOR, "haiku", "sonnet"),
        (rules.MOST, "opus", "haiku"),
    ],
)
async def test_both_purses_book_what_a_rule_nobody_told_the_editor_of_made_of_its_call(
    editor: Editor, env: dict[str, str], config: Path, gateway: Gateway, kind: str, asked_for: str,
    answers: str,
) -> None:  # fmt: skip
    team_pays(config, gateway.url)
    await gateway.cap(FIFTY)
    uri = await ready(editor)
    await gateway.rule(kind, "document" if kind == rules.FLOOR else "", answers)
    task = await document(editor, uri, tier=asked_for)
    view: dict[str, Any] = await state(editor.rpc, task, "proposed", "failed")
    assert view["state"] == "proposed"
    assert view["decision"]["answering"] == answers
    assert "by the team" in view["decision"]["shown"]["sentence"]
    team = await gateway.booked()
    assert [row[:2] for row in team] == [(answers, f"claude-{answers}-5-5")]
    assert await editor.rpc.stop() == 0
    with closing(sqlite3.connect(Path(env["TIERWISE_STATE_DIR"]) / "ledger.db")) as ledger:
        own = ledger.execute("SELECT tier, model, cost FROM reservations").fetchall()
        sums = ledger.execute("SELECT settled, reserved FROM spent WHERE scope = 'day'").fetchall()
    assert own == team, "the editor's own purse booked the tier that answered"
    assert sums == [(team[0][2], 0)]
    assert view["costUsd"] == pytest.approx(team[0][2] / 10**9)


CANARY = "hunter2-of-the-operator"


def live(weights: str) -> dict[str, Any]:
    """A learned state that has proved itself: it wants the top for everything."""
    state = LearnedState(base={"all": (-9.0, 0.01)}, outcomes=900.0)
    evidence = Evidence(outcomes=900, informative=900, weight=1.0, live=True)
    return record.to_json(Record(Memory(state, evidence), weights))


@pytest.mark.parametrize("shares", [True, False])
async def test_outcomes_teach_the_team_without_a_word_of_text_and_what_it_learned_comes_back(
    editor: Editor, env: dict[str, str], config: Path, gateway: Gateway, workspace: Path,
    shares: bool,
) -> None:  # fmt: skip
    team_pays(config, gateway.url)
    await gateway.cap(2 * FIFTY)
    if not shares:
        config.write_text(config.read_text() + "[learning]\nteam = false\n")
    uri = await ready(editor)
    task = await document(editor, uri, instruction=f"say {CANARY}")
    await state(editor.rpc, task, "proposed")
    rate = {"command": "tierwise.route.rate", "arguments": [{"taskId": task, "rating": "tooWeak"}]}
    await editor.rpc.request("workspace/executeCommand", rate)
    assert await editor.rpc.stop() == 0
    with closing(sqlite3.connect(Path(env["TIERWISE_STATE_DIR"]) / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE outcomes SET at_ms = at_ms - 86400000")
    name, weights = workspace.resolve().name, load().hash
    await gateway.ledger.write(lambda conn: team_learned.put(conn, name, weights, 7, live(weights)))
    rpc = await Rpc.start(env)
    again = Editor(rpc, workspace)
    uri = await ready(again)
    await gateway.cap(FIFTY)
    await told(again, lambda status: "$50.00" in status["team"][0])
    ask = {"action": "document", "textDocument": {"uri": uri}, "range": again.span(uri, 3, 5)}
    decision = await rpc.request("tierwise/route/explain", ask)
    learned = [reason for reason in decision["reasons"] if "learned from 90" in reason]
    kept = await gateway.lessons()
    if shares:
        assert len(kept) == 1
        assert gateway.member in kept[0]
        assert CANARY not in kept[0]
        assert "sample" not in kept[0]
        assert learned
        assert decision["answering"] == "opus"
    else:
        assert (kept, learned) == ([], [])
    version, _ = await gateway.ledger.read(
        lambda conn: team_learned.learned(conn, name, weights), own_writes=False
    )
    assert version == (8 if shares else 7)
    await rpc.stop()

"""A team's gateway: members, shared caps, rules, revocation, TLS; on a file and on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import sqlalchemy as sa
from tests.support import postgres as servers
from tests.support.plan_server import PlanServer

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import to_nanos
from tierwise.core.team import CapScope, Span
from tierwise.gateway.doors import TeamDoor, door
from tierwise.gateway.hosts import CannotListen
from tierwise.gateway.serve import Listening, listen
from tierwise.learning import lesson, record
from tierwise.learning.lesson import Lesson
from tierwise.learning.memory import Memory
from tierwise.learning.observation import (
    Cell,
    LearnerAnswer,
    LearnerTask,
    Observation,
    features,
)
from tierwise.learning.record import Record
from tierwise.store import members, reservations, schema, team_caps
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.team_caps import CapRow
from tierwise.tasks.learning.learning import project_key
from tierwise.team import rules

SONNET = "claude-sonnet-5-5"


@dataclass
class Team:
    """A team's ledger, its members' tokens, and the gateways on it."""

    env: dict[str, str]
    ledger: Ledger
    tokens: dict[str, str]
    gateways: list[Listening]

    async def open(self, team: TeamDoor | None = None) -> Listening:
        found = await listen(self.env, "127.0.0.1", 0, team=team or TeamDoor())
        self.gateways.append(found)
        return found

    async def cap(
        self, usd: float, scope: CapScope = "team", who: str = "", span: Span = "day"
    ) -> None:
        cap = CapRow(scope, who, span, to_nanos(usd))
        await self.ledger.write(lambda conn: team_caps.put(conn, cap))

    async def rule(self, kind: str, key: str, value: str) -> None:
        await self.ledger.write(lambda conn: members.set_policy(conn, kind, key, value))

    async def id(self, name: str) -> str:
        found = await self.ledger.read(members.every)
        return next(one.id for one in found if one.name == name)

    async def ask(
        self, name: str, words: str = "rename foo to bar", model: str = "auto", at: int = 0,
        **headers: str,
    ) -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        body = {
            "model": model,
            "max_tokens": 500,
            "messages": [{"role": "user", "content": words}],
        }
        more = {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.send("POST", "/v1/messages", name, body, at=at, headers=more)

    async def send(
        self, method: str, path: str, name: str, body: object = None, *, at: int = 0,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        given = {"authorization": f"Bearer {self.tokens.get(name, name)}", **(headers or {})}
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, self.gateways[at].url + path, json=body, headers=given) as answer,
        ):
            return answer.status, await answer.json(), dict(answer.headers)

    async def spent(self) -> int:
        rows = await self.ledger.read(reservations.stored)
        return sum(
            sums.settled + sums.reserved for (scope, _), sums in rows.items() if scope == "day"
        )


def begin(conn: Connection) -> dict[str, str]:
    members.set_policy(conn, rules.ZONE, "", "UTC")
    return {
        name: members.invite(conn, name, "owner" if name == "Olga" else "member", 1)[1]
        for name in ("Olga", "Max", "Mia")
    }


@pytest_asyncio.fixture(params=["file", "postgres"])
async def team(
    request: pytest.FixtureRequest, gateway_env: dict[str, str], plan: PlanServer
) -> AsyncIterator[Team]:
    state = Path(gateway_env["TIERWISE_STATE_DIR"])
    if request.param == "file":
        url, close = None, None
    else:
        server: servers.PostgresServer = request.getfixturevalue("postgres")
        close = servers.schema(server.url)
        url = close.__enter__()
        gateway_env["TIERWISE_STORE_URL"] = url
    ledger = Ledger.open(state, url)
    made = Team(gateway_env, ledger, await ledger.write(begin), [])
    await made.open()
    yield made
    for one in made.gateways:
        await one.close()
    await ledger.close()
    if close is not None:
        close.__exit__(None, None, None)


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine that nobody signed."""
    folder = tmp_path_factory.mktemp("tls")
    found = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(found[0]),
         "-keyout", str(found[1])],
        check=True, capture_output=True,
    )  # fmt: skip
    return found


async def test_tls_comes_from_certificate_files_and_plain_http_stays_on_this_machine(
    team: Team, certificate: tuple[Path, Path]
) -> None:
    with pytest.raises(CannotListen, match="needs TLS"):
        await listen(team.env, "0.0.0.0", 0, team=TeamDoor())
    secure = await team.open(door(*certificate))
    assert secure.url.startswith("https://")
    trusts = ssl.create_default_context(cafile=str(certificate[0]))
    headers = {"x-api-key": team.tokens["Max"], "host": "team.example"}
    async with (
        aiohttp.ClientSession() as http,
        http.get(secure.url + "/v1/team/me", headers=headers, ssl=trusts) as answer,
    ):
        assert answer.status == 200
        assert (await answer.json())["name"] == "Max"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key of no certificate, and the same behind a password."""
    folder = tmp_path_factory.mktemp("keys")
    other, locked = folder / "other.pem", folder / "locked.pem"
    subprocess.run(["openssl", "genrsa", "-out", other, "2048"], check=True, capture_output=True)
    subprocess.run(
        ["openssl", "rsa", "-aes256", "-passout", "pass:p", "-in", other, "-out", locked],
        check=True, capture_output=True,
    )  # fmt: skip
    return other, locked


@pytest.mark.parametrize(
    ("certificate_file", "key_file", "said"),
    [
        ("gone", "key", "gone.pem cannot be read (No such file or directory)."),
        ("cert", "gone", "gone.pem cannot be read (No such file or directory)."),
        ("folder", None, "cannot be read (Is a directory)."),
        ("key", "key", "key.pem and {key} hold no certificate with its key, in PEM form."),
        ("cert", None, "cert.pem holds no certificate with its key. Give the key with --tls-key."),
        ("cert", "other", "other.pem is not that of the certificate in {cert}."),
        ("cert", "locked", "locked.pem is protected by a password. Give one that is not."),
        (None, "key", "A key needs its certificate: give --tls-cert beside --tls-key."),
    ],
)
def test_certificate_files_that_cannot_be_used_are_told_apart(
    tmp_path: Path, certificate: tuple[Path, Path], keys: tuple[Path, Path],
    certificate_file: str | None, key_file: str | None, said: str,
) -> None:  # fmt: skip
    cert, key = certificate
    files = {
        "cert": cert, "key": key, "other": keys[0], "locked": keys[1],
        "gone": tmp_path / "gone.pem", "folder": tmp_path, None: None,
    }  # fmt: skip
    with pytest.raises(CannotListen) as found:
        door(files[certificate_file], files[key_file])
    assert said.format(cert=cert, key=key) in str(found.value)
    assert "_ssl" not in str(found.value)


@pytest.mark.parametrize("host", ["192.0.2.7", "nowhere.invalid"])
async def test_an_address_that_is_not_this_machines_is_said_so(
    team: Team, certificate: tuple[Path, Path], host: str
) -> None:
    with pytest.raises(CannotListen, match=f"{host} is no address of this machine"):
        await listen(team.env, host, 0, team=door(*certificate))


def test_a_certificate_without_a_team_is_not_left_out_in_silence(
    certificate: tuple[Path, Path], gateway_env: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tierwise", "gateway", "--port", "0", "--tls-cert", certificate[0]],
        env={**os.environ, **gateway_env, "COLUMNS": "200"}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert "give --team as well" in done.stderr


async def test_a_gateway_for_a_team_that_is_not_there_does_not_start(
    gateway_env: dict[str, str],
) -> None:
    with pytest.raises(CannotListen, match="team init"):
        await listen(gateway_env, "127.0.0.1", 0, team=TeamDoor())


HASH = "0123456789abcdef"


def lesson_of(number: int, kept: float, canary: object = None) -> dict[str, Any]:
    """What a task taught; with a canary it is none."""
    cell = Cell("fix", "python")
    logits = (0.5, 1.0)
    task = LearnerTask(cell, logits, features(cell, {"words": 3.0}, logits), (1.0, 2.0, 3.0))
    seen = Observation(task, (LearnerAnswer(0, kept),), at_ms=number)
    made = lesson.to_json(Lesson(f"{number:016x}", number, seen))
    return {**made, "language": canary} if canary else made


async def test_lessons_of_all_members_become_one_state_once_whatever_gateway_hears_them(
    team: Team,
) -> None:
    await team.open()
    told = [lesson_of(number, number % 2) for number in range(1, 41)]
    mine = {"project": "shop", "weights": HASH}
    sent = {**mine, "lessons": told[:20]}
    assert (await team.send("POST", "/v1/team/lessons", "Max", sent))[1] == {"version": 1}
    for at in (0, 1):
        again = await team.send("POST", "/v1/team/lessons", "Max", sent, at=at)
        assert again[1] == {"version": 1}, "what was told teaches once"
    more = {**mine, "lessons": told[20:]}
    assert (await team.send("POST", "/v1/team/lessons", "Mia", more, at=1))[1] == {"version": 2}
    path = f"/v1/team/learned?project=shop&weights={HASH}"
    _, found, _ = await team.send("GET", path, "Olga")
    alone = Memory()
    for number, each in enumerate(told, 1):
        alone = alone.learned(lesson.from_json(each, project_key("shop")).seen)
        if number == 20:
            alone = record.from_json(record.to_json(Record(alone, HASH))).memory
    kept = record.to_json(Record(alone, HASH, 40))
    assert found == {"version": 2, "record": json.loads(json.dumps(kept))}
    _, known, _ = await team.send("GET", f"{path}&version=2", "Olga")
    assert known == {"version": 2, "record": None}
    _, other, _ = await team.send("GET", f"{path.replace('shop', 'office')}", "Olga")
    assert other == {"version": 0, "record": None}


async def test_a_lesson_with_text_in_it_is_refused_whole_and_nothing_of_it_is_kept(
    team: Team,
) -> None:
    told = [lesson_of(1, 1.0), lesson_of(2, 1.0, "CANARY = 'hunter2'")]
    sent = {"project": "shop", "weights": HASH, "lessons": told}
    status, answer, _ = await team.send("POST", "/v1/team/lessons", "Max", sent)
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    rows = await team.ledger.read(lambda conn: conn.execute(sa.select(schema.team_lessons)).all())
    assert rows == []
    for name in ("nobody", "tw-member-wrong"):
        assert (await team.send("POST", "/v1/team/lessons", name, sent))[0] == 401

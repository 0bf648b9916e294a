"""Where a team's gateway listens: TLS from certificate files, and what is wrong with them."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from tests.support.team_gateways import Team

from tierwise.gateway.doors import TeamDoor, door
from tierwise.gateway.hosts import CannotListen
from tierwise.gateway.serve import listen


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

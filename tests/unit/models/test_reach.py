"""Proxies and certificates, over real sockets: what goes where, and what is said of it."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models.call import CallTurn, Deadlines, Finished, Prompt, Result, Trace
from tierwise.models.client import ModelClient
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.errors import sentence

PROMPT = Prompt("Be brief.", (CallTurn("user", "a line of code"),))
PATIENT = Deadlines(connect=30, first_event=60, between_events=60, attempt=90)
"""No test here is about time: a busy machine may take as long as it likes."""
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class Proxy:
    """A proxy that keeps what it was sent and refuses it."""

    def __init__(self) -> None:
        self.heard = b""
        self.answer = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.calls = 0

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        self.heard += await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    def close(self) -> None:
        self._server.close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[RehearsalServer]:
    found = await RehearsalServer().start()
    yield found
    await found.close()


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[Proxy]:
    found = Proxy()
    found.place = await found.start()  # type: ignore[attr-defined]
    yield found
    found.close()


async def ask(url: str, tier: Tier | None = None) -> Result:
    client = ModelClient({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": url})
    place = tier or Tier("haiku", "claude-haiku-5-5", 4096)
    events = client.stream(place, PROMPT, max_tokens=500, deadlines=PATIENT, trace=Trace())
    async with aclosing(events) as stream:
        async for event in stream:
            if isinstance(event, Finished):
                return event.result
    raise AssertionError("no end")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_loopback_never_goes_through_a_proxy(
    server: RehearsalServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str, host: str
) -> None:
    monkeypatch.setenv(name, f"http://{proxy.place}")  # type: ignore[attr-defined]
    url = server.base_url.replace("127.0.0.1", host)
    assert (await ask(url)).text
    assert proxy.calls == 0


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:9", "nonsense://x", "http://127.0.0.1:9"])
async def test_loopback_is_reached_whatever_the_proxy_is(
    server: RehearsalServer, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    assert (await ask(server.base_url)).text


@pytest.mark.parametrize(
    ("name", "url", "answer"),
    [
        ("HTTPS_PROXY", "https://models.example.org", "502 Bad Gateway"),
        ("https_proxy", "https://models.example.org", "403 Forbidden"),
        ("ALL_PROXY", "https://models.example.org", "407 Proxy Authentication Required"),
        ("HTTP_PROXY", "http://models.example.org", "407 Proxy Authentication Required"),
    ],
)
async def test_a_proxy_that_refuses_is_named_with_its_variable(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str, url: str, answer: str
) -> None:
    proxy.answer = f"HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
    monkeypatch.setenv(name, f"http://me:secret@{proxy.place}")  # type: ignore[attr-defined]
    with pytest.raises(ModelError) as raised:
        await ask(url)
    error = raised.value
    assert (error.kind, error.sent) == ("proxy", False)
    assert f"{name} ({proxy.place})" in sentence(error)  # type: ignore[attr-defined]
    assert "models.example.org to NO_PROXY" in sentence(error)
    assert "secret" not in sentence(error)
    assert proxy.calls == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("http://127.0.0.1:9", "HTTPS_PROXY (127.0.0.1:9)"),
        ("socks5://127.0.0.1:9", "SOCKS is not supported"),
        ("ftp://127.0.0.1:9", "no such proxy"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ModelError) as raised:
        await ask("https://models.example.org")
    assert (raised.value.kind, raised.value.sent) == ("proxy", False)
    assert said in sentence(raised.value)
    assert "NO_PROXY" in sentence(raised.value)


async def test_no_proxy_is_obeyed(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")  # type: ignore[attr-defined]
    monkeypatch.setenv("NO_PROXY", "localhost.invalid")
    with pytest.raises(ModelError) as raised:
        await ask("https://localhost.invalid")
    assert raised.value.kind == "network"
    assert proxy.calls == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody signed."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(path), "-out", f"{path}.crt"],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl is not installed")
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


async def secured(certificate: Path, model: RehearsalServer) -> tuple[asyncio.Server, str]:
    """The loopback model behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(model._connected, "127.0.0.1", 0, ssl=context, limit=2**22)
    return server, f"https://localhost:{server.sockets[0].getsockname()[1]}"


async def test_a_certificate_nobody_signed_is_named_with_the_variable_that_helps(
    certificate: Path, server: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening, url = await secured(certificate, server)
    try:
        with pytest.raises(ModelError) as raised:
            await ask(url)
        assert (raised.value.kind, raised.value.sent) == ("certificate", False)
        assert "certificate of localhost" in sentence(raised.value)
        assert "SSL_CERT_FILE" in sentence(raised.value)
        assert server.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        assert (await ask(url)).text, "the variable that was named helps"
    finally:
        listening.close()


async def test_a_certificate_file_that_is_not_there_is_named(
    server: RehearsalServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for content in (None, "no certificate"):
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_text(content, encoding="utf-8")
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with pytest.raises(ModelError) as raised:
            await ask("https://models.example.org")
        assert raised.value.kind == "certificate"
        assert "SSL_CERT_FILE" in sentence(raised.value)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/messages", "/v1/messages/"])
@pytest.mark.parametrize("own", [True, False])
async def test_an_address_may_end_as_people_copy_it(
    server: RehearsalServer, ending: str, own: bool
) -> None:
    tier = Tier("local", "m", 64, base_url=server.base_url + ending) if own else None
    assert (await ask(server.base_url + ending, tier)).text

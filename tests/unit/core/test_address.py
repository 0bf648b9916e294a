"""Addresses of servers: one spelling each, and which of them never leave the machine."""

from __future__ import annotations

import pytest

from tierwise.core import address


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("http://h:1", "http://h:1"),
        ("http://h:1/", "http://h:1"),
        ("http://h:1/v1", "http://h:1"),
        ("http://h:1/v1/", "http://h:1"),
        ("http://h:1/v1/messages", "http://h:1"),
        ("http://h:1/v1/messages/", "http://h:1"),
        ("http://h:1//v1//messages//", "http://h:1"),
        (" HTTP://Host:1/V ", "http://host:1/V"),
        ("https://h/anthropic", "https://h/anthropic"),
        ("https://h/anthropic/v1/messages", "https://h/anthropic"),
        ("https://h/api/v1", "https://h/api"),
        ("https://h/v12", "https://h/v12"),
        ("https://h/v1beta", "https://h/v1beta"),
        ("https://h/rev1", "https://h/rev1"),
        ("https://v1", "https://v1"),
        ("nonsense/", "nonsense"),
    ],
)
def test_the_path_that_is_added_anyway_is_dropped(written: str, base: str) -> None:
    assert address.base(written) == base
    assert address.base(base) == base


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost", "localhost.", "api.localhost", "127.0.0.1", "127.1", "127.9.9.9",
     "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "0x7f000001", "2130706433", "0177.0.0.1"],
)  # fmt: skip
def test_this_machine_in_every_spelling(host: str) -> None:
    assert address.loopback(f"http://{host}:8080/x")
    assert address.loopback(f"https://user:word@{host}")


@pytest.mark.parametrize(
    "host",
    ["example.org", "127.0.0.1.example.org", "localhost.example.org", "128.0.0.1", "10.0.0.1",
     "notlocalhost", "[2001:db8::1]", "1.27.0.1", "", "127.0.0.1.", "abc"],
)  # fmt: skip
def test_what_is_elsewhere(host: str) -> None:
    assert address.loopback(f"http://{host}/") == (host == "127.0.0.1.")


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("http://h", True), ("https://h:8443/p", True), ("http://[::1]:1", True),
        ("HTTP://H", True),
        ("", False), ("h", False), ("h:1", False), ("ftp://h", False), ("http://", False),
        ("http://[::1", False), ("http://h:99999", False), ("http://h:x", False),
        ("http:/h", False), ("http://h h", False), ("http://h\n", True), ("http://h\x00", False),
        ("file:///etc", False), ("//h", False), ("https:// h", False),
    ],
)  # fmt: skip
def test_what_requests_can_be_sent_to(url: str, usable: bool) -> None:
    assert address.usable(url) == usable

"""Writes that wait at once share a transaction: each is written or not by itself, in order."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.store.rows import keys, put

from tierwise.core.errors import LedgerUnavailable
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.place import FilePlace
from tierwise.store.writes import AT_ONCE

pytestmark = pytest.mark.ledger_file


class Wrong(Exception):
    """An error of the write's own."""


def good(key: str) -> Callable[[Connection], str]:
    def write(conn: Connection) -> str:
        put(key)(conn)
        return key

    return write


def wrong(key: str) -> Callable[[Connection], str]:
    def write(conn: Connection) -> str:
        put(key)(conn)
        raise Wrong(key)

    return write


def broken(key: str) -> Callable[[Connection], str]:
    """A write at which the disk fails."""

    def write(conn: Connection) -> str:
        put(key)(conn)
        raise sqlite3.OperationalError("disk I/O error")

    return write


def nested(key: str) -> Callable[[Connection], str]:
    """A write with savepoints of its own, as the journal's, one of which is taken back."""

    def write(conn: Connection) -> str:
        with conn.begin_nested():
            put(key)(conn)
        try:
            with conn.begin_nested():
                wrong(f"{key}-inner")(conn)
        except Wrong:
            return key
        raise AssertionError("nothing was raised")

    return write


KINDS = {"good": good, "wrong": wrong, "broken": broken, "nested": nested}


def occupied(ledger: Ledger) -> threading.Event:
    """The ledger thread is at a write from now on, until the event is set."""
    began, go = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        began.set()
        go.wait(60)

    ledger.write_sync(lambda _: None)
    ledger.submit(wait)
    assert began.wait(60)
    return go


def together(
    folder: Path, writes: Sequence[Callable[[Connection], str]]
) -> tuple[list[Future[str]], list[str]]:
    """Queue these writes while the ledger thread is at another; their ends, and what is there."""
    ledger = Ledger.open(folder)
    try:
        go = occupied(ledger)
        jobs = [ledger.submit(write) for write in writes]
        go.set()
        for job in jobs:
            job.exception(60)
        return jobs, ledger.read_sync(keys)
    finally:
        ledger.close_sync()


@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=AT_ONCE * 2 + 1))
@settings(max_examples=10, deadline=None)
def test_each_write_is_written_or_not_by_itself(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("shared")
    writes = [KINDS[kind](f"{number}-{kind}") for number, kind in enumerate(kinds)]
    jobs, there = together(folder, writes)
    stands = [f"{n}-{kind}" for n, kind in enumerate(kinds) if kind in ("good", "nested")]
    assert there == stands
    for number, (kind, job) in enumerate(zip(kinds, jobs, strict=True)):
        error = job.exception()
        if kind == "wrong":
            assert isinstance(error, Wrong)
        elif kind == "broken":
            assert isinstance(error, LedgerUnavailable)
        else:
            assert job.result() == f"{number}-{kind}"


def test_writes_that_wait_share_a_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    write_all = FilePlace.write_all

    def watched(self: FilePlace, fns: Sequence[Any]) -> Any:
        sizes.append(len(fns))
        return write_all(self, fns)

    monkeypatch.setattr(FilePlace, "write_all", watched)
    jobs, _ = together(tmp_path, [good(str(number)) for number in range(AT_ONCE * 2 + 1)])
    assert sizes == [AT_ONCE, AT_ONCE]
    assert [job.result() for job in jobs] == [str(number) for number in range(AT_ONCE * 2 + 1)]


def test_nobody_is_told_of_what_is_not_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: FilePlace, fns: Sequence[Any]) -> Any:
        def last(conn: Connection) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        return write_all(self, [*fns, last])

    write_all = FilePlace.write_all
    monkeypatch.setattr(FilePlace, "write_all", failing)
    jobs, there = together(tmp_path, [good("a"), good("b")])
    assert [job.result() for job in jobs] == ["a", "b"]
    assert there == ["a", "b"]


def test_a_write_that_was_given_up_before_its_turn_is_not_run(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    go = occupied(ledger)
    jobs = [ledger.submit(good(key)) for key in "abc"]
    assert jobs[1].cancel()
    go.set()
    assert [jobs[0].result(60), jobs[2].result(60)] == ["a", "c"]
    assert ledger.read_sync(keys) == ["a", "c"]
    ledger.close_sync()

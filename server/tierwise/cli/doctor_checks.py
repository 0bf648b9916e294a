"""The checks of `tierwise doctor`. Each gives a row: a state and, for a problem, a remedy."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import ssl
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from tierwise.budget import days
from tierwise.budget.prices import PriceTable
from tierwise.config import paths
from tierwise.config.load import Loaded
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable, TierwiseError
from tierwise.gateway import running
from tierwise.present.errors import sentence
from tierwise.store.ledger import Ledger
from tierwise.store.lock import LedgerLock
from tierwise.tasks.window.model_check import Inspected

CheckState = Literal["ok", "warn", "fail"]
OLD_PRICES_DAYS: Final = 120
"""Days after which a list price should be checked. Vendors changed theirs about twice a year."""
EDITORS: Final[Mapping[str, str]] = {
    "code": "VS Code", "codium": "VSCodium", "nvim": "Neovim", "emacs": "Emacs", "hx": "Helix",
    "vim": "Vim",
}  # fmt: skip
PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: its name, its state, what was found, and what to do about it."""

    name: str
    state: CheckState
    text: str
    todo: str = ""


def python() -> Check:
    """Show the versions of the Python interpreter and of its database library."""
    text = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return Check("python", "ok", text)


def config(loaded: Loaded, env: Mapping[str, str]) -> Check:
    """Show where the configuration file is or would be, and check if it has mistakes."""
    file = paths.config_file(env)
    if loaded.notices:
        state: CheckState = "fail" if loaded.holds else "warn"
        return Check("configuration", state, str(file), " ".join(loaded.notices))
    return Check("configuration", "ok", str(file) if file.exists() else f"{file} (none: defaults)")


def keys(found: Sequence[Inspected], rehearsal: bool) -> Check:
    """Check if there is an API key for every server of every tier. Rehearsal needs none."""
    missing = sorted({one.tier.name for one in found if not one.key})
    if rehearsal:
        return Check("keys", "warn", "not needed: the rehearsal model answers",
                     "Remove `rehearsal = true` for real answers.")  # fmt: skip
    if not missing:
        return Check("keys", "ok", "a key for every tier")
    names = sorted({one.tier.api_key_env for one in found if not one.key})
    return Check(
        "keys",
        "fail",
        f"no key for {', '.join(missing)}",
        f"Set {' and '.join(names)}, or choose rehearsal = true in the configuration.",
    )


def models(found: Sequence[Inspected], asked: bool) -> Check:
    """Check if the servers list the models of the tiers. `asked` says whether they were asked."""
    remarks = [f"{one.tier.name}: {remark.text}" for one in found for remark in one.remarks]
    if remarks:
        return Check("models", "warn", "; ".join(remarks), "Name another model for that tier.")
    unlisted = sorted({one.unlisted for one in found if one.unlisted and one.key})
    if asked and unlisted:
        return Check("models", "warn", "; ".join(unlisted),
                     "Check base_url, the key and the proxy.")  # fmt: skip
    text = ", ".join(f"{one.tier.name} = {one.tier.model}" for one in found)
    return Check("models", "ok", text if asked else f"{text} (the servers were not asked)")


def prices(table: PriceTable, wrong: Sequence[str], found: Sequence[Inspected],
           today: date) -> Check:  # fmt: skip
    """Check if each tier has a price, and how old it is."""
    if wrong:
        return Check("prices", "warn", "; ".join(wrong), "Correct [[prices]] in the configuration.")
    current = {
        one.tier.model: max(
            (row.since for row in table.rows if row.model == one.tier.model and row.since <= today),
            default=None,
        )
        for one in found
    }
    unknown = sorted(model for model, since in current.items() if since is None)
    if unknown:
        return Check(
            "prices",
            "warn",
            f"no price for {', '.join(unknown)}: the dearest known rate is booked",
            "Add it as [[prices]] in the configuration.",
        )
    oldest = min(since for since in current.values() if since is not None)
    age = (today - oldest).days
    if age > OLD_PRICES_DAYS:
        return Check("prices", "warn", f"the oldest is {age} days old ({oldest})",
                     "Compare `tierwise budget prices` with your vendor's list.")  # fmt: skip
    return Check("prices", "ok", f"of {oldest}, {age} days old")


def zone(name: str | None) -> Check:
    """Show the time zone in which a day of the budget begins and ends."""
    if name is None:
        return Check("zone", "ok", f"the machine's own, {days.local_name()}")
    return Check("zone", "ok", name)


def lock(state: Path) -> Check:
    """Check if files of the state folder can be locked."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        with LedgerLock(state / "ledger.lock").held():
            return Check("lock", "ok", f"{state} can be locked")
    except TierwiseError as error:
        return Check("lock", "fail", "the ledger cannot be locked", sentence(error))
    except OSError as error:
        return Check("lock", "fail", f"{state}: {error.strerror}",
                     "Set TIERWISE_STATE_DIR to a folder that can be written.")  # fmt: skip


def ledger(state: Path, url: str | None) -> Check:
    """Check if the ledger can be written: the one at `url`, else the file in the state folder."""
    opened = Ledger.open(state, url)
    try:
        opened.write_sync(lambda conn: None)
    except LedgerUnavailable as error:
        return Check("ledger", "fail", "cannot be used", sentence(error))
    finally:
        opened.close_sync()
    if opened.served:
        return Check("ledger", "ok", "on the database server that `[store] url` names")
    return Check("ledger", "ok", f"{opened.path}, {opened.path.stat().st_size:,} bytes")


def index(said: str, enabled: bool) -> Check:
    """Show how far the index of this folder is. `said` is that in words."""
    if enabled:
        return Check("index", "ok", said)
    return Check("index", "warn", said, "`tierwise index rebuild` turns it on again.")


def editors(env: Mapping[str, str]) -> Check:
    """Show which editors are on the `PATH`."""
    found = [label for name, label in EDITORS.items() if shutil.which(name, path=env.get("PATH"))]
    if found:
        return Check("editors", "ok", ", ".join(found))
    return Check("editors", "warn", "none on the path",
                 "Name `tierwise serve` as a language server in your editor.")  # fmt: skip


def proxy(env: Mapping[str, str]) -> Check:
    """Show if requests go through a proxy."""
    named = next((name for name in PROXIES if env.get(name)), None)
    if named is None:
        return Check("proxy", "ok", "none")
    if "://" not in env[named]:
        return Check(
            "proxy", "warn", f"{named} is no address", f"Write {named} as http://host:port."
        )
    return Check("proxy", "ok", f"{named} is set")


def certificates(env: Mapping[str, str]) -> Check:
    """Check if the certificate files that environment variables name exist."""
    for name in CERTIFICATES:
        if env.get(name) and not Path(env[name]).exists():
            return Check("certificates", "fail", f"{name} names nothing that exists",
                         f"Correct or remove {name}.")  # fmt: skip
    known = ssl.get_default_verify_paths()
    return Check("certificates", "ok", known.cafile or known.capath or "the SDK's own")


def gateway(state: Path) -> Check:
    """Show if a gateway runs. Only agents need one."""
    url = running.read_url(state)
    if url is None:
        if find_spec("aiohttp") is None:
            return Check("gateway", "ok", "not installed (for agents: the extra `gateway`)")
        return Check("gateway", "ok", "not running")
    if running.call(state, "/v1/decisions") is None:
        return Check("gateway", "warn", f"{url} does not answer", "Start `tierwise gateway` again.")
    return Check("gateway", "ok", url)


def worker(state: Path) -> Check:
    """Show if the night's worker runs. Only the night queue needs one."""
    from filelock import FileLock, Timeout

    if find_spec("dbos") is None:
        return Check("worker", "ok", "not installed (for the night: the extra `queue`)")
    file = state / "work.lock"
    if not file.exists():
        return Check("worker", "ok", "has not run here")
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return Check("worker", "ok", "running")
    lock.release()
    return Check("worker", "ok", "not running; `tierwise work` starts it")


def everything_but_models(state: Path, url: str | None) -> Sequence[Check]:
    """Run the checks of this machine. They contact no server except a gateway on loopback, and
    the database at `url` if the ledger is there.
    """
    env = os.environ
    return (
        lock(state),
        ledger(state, url),
        editors(env),
        proxy(env),
        certificates(env),
        gateway(state),
        worker(state),
    )

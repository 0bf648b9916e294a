"""`tierwise index` as a user runs it in a folder, without an editor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_cli import run

FILES: Mapping[str, str] = {
    "my app/prices.py": "def net_price(gross):\n    return gross / 1.19\n",
    "my app/till.py": "from prices import net_price\n\nprint(net_price(3), net_price(4))\n",
    "remarks.py": "# net_price is only named here\nTEXT = 'net_price'\n",
    "app.min.js": "function a(){return net_price(1)}" * 60 + "\n",
    "vendor/lib/theirs.py": "from prices import net_price\n\nnet_price(1)\n",
    "node_modules/x/index.js": "net_price(2)\n",
    "ignored/plans.py": "from prices import net_price\n\nnet_price(5)\n",
    ".gitignore": "ignored/\n",
    ".env": "NET_PRICE=net_price\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "Mein Projekt"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "linked.py").write_text("net_price(6)\n", encoding="utf-8")
    (folder / "linked").symlink_to(outside)
    (folder / "linked.py").symlink_to(outside / "linked.py")
    return folder


class Shell:
    """Commands on one folder, all with `--json`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.env = {
            "TIERWISE_STATE_DIR": str(root.parent / "state"),
            "TIERWISE_CONFIG": str(root.parent / "none.toml"),
        }
        self.said = ""

    def index(self, *args: str) -> Any:
        done = run(self.env, "index", *args, "--root", str(self.root), "--json")
        assert done.returncode == 0, done.stderr
        self.said = done.stderr.strip()
        return json.loads(done.stdout)

    def uses(self, name: str) -> dict[str, int]:
        files = self.index("uses", name, "--wait")["files"]
        return {file["path"]: file["uses"] for file in files}


def test_a_folder_is_read_and_asked_and_follows_what_happens_to_it(root: Path) -> None:
    shell = Shell(root)
    state = shell.index("status")
    assert (state["state"], state["files"]) == ("cold", 0)
    assert shell.index("find", "net price") == {"files": []}
    assert "--wait" in shell.said
    state = shell.index("status", "--wait")
    assert state == {
        "root": str(root), "files": 5, "indexed": 5, "state": "ready", "bytes": state["bytes"]
    }  # fmt: skip
    assert state["bytes"] > 0
    told = shell.index("uses", "net_price")
    assert (told["defined"], told["member"], shell.said) == (1, False, "")
    assert shell.uses("net_price") == {"my app/till.py": 3, "my app/prices.py": 1}
    found = shell.index("find", "which prices are net")["files"]
    assert found[0]["path"] == "my app/prices.py"
    assert "prices" in found[0]["why"]
    (root / "my app" / "till.py").rename(root / "my app" / "Till.py")
    assert shell.uses("net_price") == {"my app/Till.py": 3, "my app/prices.py": 1}
    (root / ".gitignore").write_text("", encoding="utf-8")
    assert set(shell.uses("net_price")) == {
        "my app/Till.py", "my app/prices.py", "ignored/plans.py"
    }  # fmt: skip
    (root / ".noai").write_text("*Till*\n", encoding="utf-8")
    (root / "ignored" / "plans.py").unlink()
    assert shell.uses("net_price") == {"my app/prices.py": 1}


@pytest.mark.parametrize(
    ("file", "state", "says"),
    [
        ("my app/prices.py", "indexed", "indexed"),
        ("app.min.js", "named", "generated"),
        ("vendor/lib/theirs.py", "absent", "other people's code"),
        ("ignored/plans.py", "absent", ".gitignore keeps it back"),
        (".env", "absent", "not indexed: it may hold keys"),
        ("linked.py", "absent", "link"),
        ("linked/linked.py", "absent", "link"),
        ("nowhere.py", "absent", "no such file"),
        ("/etc/passwd", "absent", "outside"),
    ],
)
def test_why_says_what_is_known_of_a_file_or_why_nothing_is(
    root: Path, file: str, state: str, says: str
) -> None:
    told = Shell(root).index("why", file, "--wait")
    assert told["state"] == state
    assert says in told["why"]
    assert bool(told["defines"]) == (file == "my app/prices.py")


def test_off_holds_until_it_is_rebuilt(root: Path) -> None:
    shell = Shell(root)
    shell.index("status", "--wait")
    assert shell.index("off")["state"] == "off"
    assert not list((root.parent / "state" / "index").glob("*.db"))
    assert shell.index("uses", "net_price", "--wait")["files"] == []
    assert "turned off" in shell.said
    assert shell.index("rebuild", "--wait")["state"] == "ready"
    assert shell.index("uses", "net_price")["defined"] == 1


def test_the_folders_own_file_may_turn_it_off_and_exclude(root: Path) -> None:
    shell = Shell(root)
    (root / ".tierwise.toml").write_text('[index]\nexclude = ["my app/till.py"]\n')
    assert shell.uses("net_price") == {"my app/prices.py": 1}
    (root / ".tierwise.toml").write_text("[index]\nenabled = false\n")
    assert shell.index("status", "--wait")["state"] == "off"
    assert shell.index("uses", "net_price", "--wait")["files"] == []
    assert "index.enabled" in shell.said


def test_a_disk_that_refuses_is_one_sentence(root: Path) -> None:
    shell = Shell(root)
    (root.parent / "state").mkdir()
    (root.parent / "state" / "index").write_text("a file where the folder should be")
    done = run(shell.env, "index", "uses", "net_price", "--wait", "--root", str(root))
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "cannot be written: FileExistsError" in done.stderr

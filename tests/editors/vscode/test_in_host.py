"""The checks that run inside the extension host of a real VS Code: `vscode-client/tests/host`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser
from tests.support.loopback import Loopback

from .rig import tools
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model

pytestmark = [pytest.mark.editors, pytest.mark.timeout(500)]
DRIVEN = {
    tools.LATEST: ("--vscode-option", "enable-smoke-test-driver"),
    tools.OLDER: (),
}
"""The newer one takes a test bundle only with its smoke-test driver on."""
BUNDLE = 600 * 1024


def test_the_bundle_is_small() -> None:
    with tools.built_extension() as folder:
        parts = [folder / "dist" / name for name in ("extension.js", "connection.js")]
        sizes = [part.stat().st_size for part in parts]
    assert sum(sizes) <= BUNDLE


@pytest.fixture(params=DRIVEN)
def hosted(
    request: pytest.FixtureRequest,
    browser: Browser,
    loopback: Loopback,
    workspace: Path,
    config: Path,
    tmp_path: Path,
) -> Iterator[Desk]:
    """A desk in a workbench of either version that takes a bundle of tests."""
    with CodeServer(request.param, options=DRIVEN[request.param]) as code:
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        desk.environment()
        yield desk
        desk.check()
        desk.close()


def test_everything_holds_inside_the_extension_host(hosted: Desk) -> None:
    with tools.built_extension() as extension:
        codes, lines = checked(hosted, extension)
    said = "\n".join(line for line in lines if "PASSED" in line or "FAILED" in line)
    assert codes == [0], said
    assert said.count("PASSED") == 7, said
    figure = re.search(r"FIGURE activation (.+ ms)", "\n".join(lines))
    assert figure is not None
    print(f"running the bundle, and activate: {figure.group(1)}")


def checked(desk: Desk, extension: Path) -> tuple[list[int], list[str]]:
    """Run the checks in the extension host. Returns its exit code, if it ended, and what it said.

    The extension is loaded from its folder, so nobody may bundle it anew meanwhile.
    """
    bundle = built()
    origin = desk.code.origin.removeprefix("http://")
    remote = f"vscode-remote://{origin}"
    payload = [
        ["extensionDevelopmentPath", f"{remote}{extension}"],
        ["extensionTestsPath", f"{remote}{bundle}"],
    ]
    page = desk.context.new_page()
    lines: list[str] = []
    codes: list[int] = []
    page.expose_function("codeAutomationLog", lambda _kind, args: lines.append(str(args)))
    page.expose_function("codeAutomationExit", lambda code, *_: codes.append(code))
    address = f"{desk.code.origin}/?folder={quote(str(desk.workspace))}"
    page.goto(f"{address}&payload={quote(json.dumps(payload))}")
    for _ in range(1500):
        if codes:
            break
        page.wait_for_timeout(100)
    return codes, lines


def built() -> Path:
    """The bundle of the checks."""
    target = tools.EXTENSION / "out/host.js"
    subprocess.run(
        [
            *("npx", "esbuild", "tests/host/index.ts", "--bundle", "--platform=node"),
            *("--format=cjs", "--external:vscode", f"--outfile={target}", "--log-level=error"),
        ],
        cwd=tools.EXTENSION,
        check=True,
        timeout=60,
    )
    return target

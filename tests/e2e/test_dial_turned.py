"""The dial through the server: it is shown with its week, and turned in the operator's own file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tests.conftest import Serve
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.config.paths import config_file
from tierwise.tasks.learning.dial import ENOUGH

pytestmark = pytest.mark.timeout(60)


async def test_the_dial_is_shown_turned_and_kept(
    editor: Editor, rpc: Rpc, env: dict[str, str]
) -> None:
    await editor.start("vscode")
    dial = await rpc.request("tierwise/dial/get", {})
    assert [s["preference"] for s in dial["settings"]] == ["save", "balanced", "right"]
    assert [s["current"] for s in dial["settings"]] == [False, True, False]
    assert dial["invented"]
    assert "invented" in dial["basis"]
    assert all("a week" in s["text"] for s in dial["settings"])

    file = Path(config_file(env))
    before = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    turned = await rpc.request("tierwise/dial/turn", {"preference": "right"})
    assert [s["current"] for s in turned["settings"]] == [False, False, True]
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {**before, "preference": "right"}
    again = await rpc.request("tierwise/dial/get", {})
    assert [s["current"] for s in again["settings"]] == [False, False, True]
    assert await rpc.stop() == 0


async def test_it_is_kept_in_the_file_that_a_client_laid_its_settings_over(
    serve: Serve, workspace: Path, env: dict[str, str], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text("# mine\nsoft_target = 0.6\n", encoding="utf-8")
    env["TIERWISE_OWN_CONFIG"] = str(own)
    rpc = await serve()
    await Editor(rpc, workspace).start("vscode")
    turned = await rpc.request("tierwise/dial/turn", {"preference": "save"})
    assert [s["current"] for s in turned["settings"]] == [True, False, False]
    assert own.read_text(encoding="utf-8") == '# mine\nsoft_target = 0.6\npreference = "save"\n'
    read = tomllib.loads(Path(config_file(env)).read_text(encoding="utf-8"))
    assert read["preference"] == "save"
    assert await rpc.stop() == 0


async def test_the_figures_are_of_the_operators_own_tasks_once_there_are_enough(
    editor: Editor, rpc: Rpc
) -> None:
    await editor.start("vscode")
    for number in range(ENOUGH):
        dial = await rpc.request("tierwise/dial/get", {})
        assert dial["invented"]
        assert (f"you have {number} so far" if number else "none yet") in dial["basis"]
        await rpc.request("tierwise/chat/send", {"prompt": f"what is {number}?"})
    dial = await rpc.request("tierwise/dial/get", {})
    assert not dial["invented"]
    assert dial["tasks"] == ENOUGH
    assert dial["basis"] == f"your last {ENOUGH} tasks, decided again at each setting"
    assert await rpc.stop() == 0


async def test_a_setting_that_is_none_is_refused_in_a_sentence(editor: Editor, rpc: Rpc) -> None:
    await editor.start("vscode")
    with pytest.raises(RpcError) as refused:
        await rpc.request("tierwise/dial/turn", {"preference": "cheap"})
    assert refused.value.name == "BadRequest"
    assert await rpc.stop() == 0

"""What a client sends as `initializationOptions`, and what of it counts where a part is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tierwise.lsp.session.client import Client


def test_what_is_right_counts_as_it_is() -> None:
    assert Client().options.trusted
    options = Client({"trusted": False, "sessionId": "s1"}).options
    assert (options.trusted, options.session_id) == (False, "s1")


@pytest.mark.parametrize("wrong", [{"sessionId": 5}, {"settings": []}, {"clientCapabilities": 1}])
@pytest.mark.parametrize("trusted", [{"trusted": False}, {"trusted": "perhaps"}, {}])
def test_a_wrong_part_never_makes_a_workspace_trusted(
    wrong: dict[str, Any], trusted: dict[str, Any]
) -> None:
    assert not Client({**wrong, **trusted}).options.trusted


def test_a_wrong_part_leaves_the_others_in_force() -> None:
    options = Client({"trusted": True, "sessionId": "s1", "settings": "none"}).options
    assert (options.trusted, options.session_id, options.settings) == (True, "s1", None)


@pytest.mark.parametrize("sent", ["text", 7, ["trusted"]])
def test_what_is_no_object_is_as_if_nothing_were_sent(sent: object) -> None:
    assert Client(sent).options == Client().options

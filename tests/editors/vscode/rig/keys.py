"""Keys of the tests' own: into the editor, and what they do between two tests of one window."""

from __future__ import annotations

import json

FOCUS, TIDY, BEGIN = (f"Control+Alt+Shift+F{number}" for number in (10, 11, 12))
BEGUN = ">a window that begins anew"
"""What stands in the box at the end of `BEGIN`: a box that a test left open has other words."""
OPEN_AT_MOST = 8
"""Editors that a test may leave open."""
_CLOSE = (
    "workbench.action.closeQuickOpen",
    *("workbench.action.revertAndCloseActiveEditor",) * OPEN_AT_MOST,
    "notifications.clearAll",
)
_COMMANDS = {
    FOCUS: ("workbench.action.focusActiveEditorGroup",),
    TIDY: _CLOSE,
    BEGIN: (
        "tierwise.ui.restart",
        *_CLOSE,
        "tierwise.ui.newChat",
        "workbench.view.explorer",
        {"command": "workbench.action.quickOpen", "args": BEGUN},
    ),
}
"""One command runs after the other; the last of `BEGIN` shows that those before it are over.
What a test left running may open an editor until its server is gone, so they are closed twice."""


def bindings() -> str:
    """The user's `keybindings.json`."""
    return json.dumps(
        [
            {
                "key": key.lower().replace("control", "ctrl"),
                "command": "runCommands",
                "args": {"commands": commands},
            }
            for key, commands in _COMMANDS.items()
        ]
    )

"""What speaks against a change of a path: data only. `present/paths.py` puts it into words."""

from __future__ import annotations

from typing import Literal

from tierwise.core.dataclass import dataclass

PathCode = Literal[
    "outside", "unresolved", "not_ordinary", "link", "second_name", "twin", "tool_folder",
    "tool_file", "home_file", "deleted", "control_characters", "device_or_host", "climbs",
    "backslashes", "stream_or_drive", "dot_or_space", "device", "percent_encoded", "home_start",
    "not_local", "kept_back", "not_part",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathConcern:
    """One thing to know before a path is changed.

    `path` is the path below the workspace folder. `other` is the file that it leads to, or that it
    may be mistaken for. Both are "" where the words name no path.
    """

    code: PathCode
    path: str = ""
    other: str = ""

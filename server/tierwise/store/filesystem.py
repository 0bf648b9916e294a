"""Whether a folder lies on a network file system, where write-ahead logging does not work."""

from __future__ import annotations

from pathlib import Path
from typing import Final

NETWORK: Final = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "fuse.sshfs",
        "afs",
        "ncpfs",
        "glusterfs",
        "ceph",
    )
)


def is_network(folder: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """True when the deepest mount over `folder` is a network file system; unknown means no."""
    try:
        target = folder.resolve()
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    best, kind = -1, ""
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].encode().decode("unicode_escape", errors="replace"))
        if target.is_relative_to(point) and len(point.parts) > best:
            best, kind = len(point.parts), fields[2]
    return kind in NETWORK

"""The kind of file system that a folder is on: some do not guarantee what a ledger needs.

The write-ahead log of SQLite shares memory between processes, which network file systems
cannot do (sqlite.org/wal.html), and some of them do not honour locks either.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass

MOUNTS: Final = Path("/proc/self/mounts")

NETWORK: Final = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "drvfs",
        "afs",
        "ncpfs",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "beegfs",
        "davfs",
        "vboxsf",
        "prl_fs",
        "virtiofs",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.glusterfs",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.ceph",
        "fuse.vmhgfs-fuse",
    ]
)
"""Type names as the kernel writes them; `9p` and `drvfs` are Windows drives under WSL."""

LOCKLESS: Final = frozenset({"fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "davfs", "fuse.davfs2"})
"""Object stores behind a mount: no lock between machines, no atomic write in place."""


@dataclass(frozen=True, slots=True)
class FileSystem:
    """The type of a mount, and what a ledger may do on it."""

    kind: str

    @property
    def network(self) -> bool:
        return self.kind in NETWORK

    @property
    def journal(self) -> str:
        """The journal mode of SQLite that is safe here."""
        return "DELETE" if self.network else "WAL"

    @property
    def lockless(self) -> bool:
        """Whether files cannot be locked here. Then no money may be spent with a ledger here."""
        return self.kind in LOCKLESS


def file_system(path: Path, mounts: Path = MOUNTS) -> FileSystem:
    """The file system of `path`, read from the kernel's table of mounts.

    Without such a table (macOS, Windows) a UNC path counts as a network share and
    everything else as local.
    """
    target = os.path.realpath(path)
    if target.startswith(("\\\\", "//")):
        return FileSystem("cifs")
    try:
        table = mounts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return FileSystem("unknown")
    best, kind = "", "unknown"
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mount = _unescaped(fields[1])
        inside = target == mount or target.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, fields[2]
    return FileSystem(kind)


def _unescaped(mount: str) -> str:
    """Undo the octal escapes that the kernel writes for blanks in a mount point."""
    for escape, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        mount = mount.replace(escape, char)
    return mount

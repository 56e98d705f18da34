"""The directory of everything Lynex keeps: its layout, its modes, and that one process alone holds it."""

import fcntl
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lynex.errors import StartRefused

_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "glusterfs", "ceph"})
_PRIVATE: Final = 0o700


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Claimed by this process until `release`."""

    root: Path
    lock: int

    @classmethod
    def claim(cls, root: Path) -> "DataDirectory":
        """Create what is missing (mode 0700) and lock it. Raises `StartRefused` with the cure."""
        root = root.absolute()
        _create(root)
        _check(root)
        claimed = cls(root, _lock(root / "run"))
        for folder in (claimed.journal, claimed.hot, claimed.cold, claimed.control):
            folder.mkdir(mode=_PRIVATE, exist_ok=True)
        return claimed

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def hot(self) -> Path:
        return self.root / "hot"

    @property
    def cold(self) -> Path:
        return self.root / "cold"

    @property
    def control(self) -> Path:
        return self.root / "control"

    @property
    def server_file(self) -> Path:
        return server_file(self.root)

    def announce(self, url: str, token: str) -> None:
        """Write `run/server.json` (0600): how commands on this machine find and enter the server."""
        text = json.dumps({"url": url, "token": token, "pid": os.getpid()})
        temporary = self.server_file.with_suffix(".tmp")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        temporary.replace(self.server_file)

    def release(self) -> None:
        self.server_file.unlink(missing_ok=True)
        os.close(self.lock)


def server_file(root: Path) -> Path:
    return root / "run" / "server.json"


def _create(root: Path) -> None:
    try:
        root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if not any(root.iterdir()) and root.stat().st_uid == os.geteuid():
            root.chmod(_PRIVATE)  # an empty directory somebody made for us
        (root / "run").mkdir(mode=_PRIVATE, exist_ok=True)
    except FileExistsError as fault:
        raise StartRefused(f"{root} is a file, not a directory.", hint="Name another --data-dir.") from fault
    except OSError as fault:
        raise StartRefused(
            f"Cannot create {root}: {fault.strerror}.",
            hint=f"Make it writable (sudo chown $USER {root}) or name another --data-dir.",
        ) from fault


def _check(root: Path) -> None:
    status = root.stat()
    if status.st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
        raise StartRefused(f"{root} belongs to another user.", hint=f"sudo chown -R $USER {root}")
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK) or _is_read_only(root):
        raise StartRefused(f"{root} cannot be written.", hint=f"chmod u+rwx {root}, or remount its disk writable.")
    if stat.S_IMODE(status.st_mode) & 0o007:
        raise StartRefused(f"{root} can be read by every user of this machine.", hint=f"chmod 700 {root}")
    kind = _file_system(root)
    if kind in _NETWORK:
        raise StartRefused(
            f"{root} is on a network share ({kind}), where locks and flushes cannot be trusted.",
            hint="Name a --data-dir on a local disk.",
        )


def _is_read_only(root: Path) -> bool:
    return bool(os.statvfs(root).f_flag & os.ST_RDONLY)


def _file_system(root: Path) -> str:
    """The type of the file system that holds `root`; empty where the system does not tell."""
    try:
        lines = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        _, mount, found, *_ = line.split(" ")
        inside = str(root) == mount or str(root).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, found
    return kind


def _lock(run: Path) -> int:
    try:
        descriptor = os.open(run / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as fault:
        raise StartRefused(
            f"Cannot write in {run}: {fault.strerror}.", hint=f"sudo chown -R $USER {run.parent}"
        ) from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        pid = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise StartRefused(
            f"{run.parent} is already in use by pid {pid}.",
            hint="Stop that server, or name another --data-dir.",
            code="already_in_use",
        ) from fault
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor

"""Files nobody else on the machine may read: made 0600, refused when the world can open them."""

import os
import secrets
import stat
from pathlib import Path

from lynex.errors import StartRefused


def create_private(path: Path, content: bytes = b"") -> bool:
    """Create the file with 0600 and `content`, durably; False when it is there already. Never seen half written."""
    if path.exists():
        return False
    make_private_directory(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)  # unlike a rename, it fails when somebody else was first
    except FileExistsError:
        return False
    except OSError:
        draft.rename(path)  # a file system without links; the lock on the data directory keeps others away
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)
    return True


def make_private_directory(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def refuse_if_open_to_all(path: Path) -> None:
    """Group rights are left alone: volumes of container platforms are often shared through the group."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise StartRefused(f"{path} cannot be read: {error.strerror}.") from error
    if mode & 0o007:
        raise StartRefused(
            f"{path} may be opened by every user of this machine (mode {mode:04o}).", hint=f"Run: chmod o-rwx '{path}'"
        )


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

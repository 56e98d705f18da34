"""The few things the journal asks of a file system, so that a simulated disk can stand in and lose power on purpose.

Every failure is an `OSError`. Nothing is durable before `fdatasync` (content) and `fsync_directory` (names).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

if sys.platform == "darwin":
    import fcntl


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes an ordinary user may still write, and bytes the file system has in all."""

    free: int
    total: int


class Disk(Protocol):
    """Handles are small integers; paths are absolute."""

    def make_directory(self, path: Path) -> None:
        """Create the directory and its parents where missing, durably, for the owner only."""
        ...

    def create(self, path: Path) -> int:
        """Open a new, empty file for appending; an older file of that name is unlinked first, never reused."""
        ...

    def open_append(self, path: Path) -> int:
        """Open an existing file for appending."""
        ...

    def write(self, handle: int, data: bytes) -> None:
        """Append all of `data`. After a failure any part of it may have been written."""
        ...

    def fdatasync(self, handle: int) -> None:
        """Return once all that was written through this handle would survive a power loss."""
        ...

    def truncate(self, handle: int, size: int) -> None:
        """Cut the file; durable after the next `fdatasync`."""
        ...

    def close(self, handle: int) -> None: ...

    def read(self, path: Path, offset: int, length: int) -> bytes:
        """Up to `length` bytes; fewer at the end of the file."""
        ...

    def size(self, path: Path) -> int: ...

    def list(self, directory: Path) -> list[str]:
        """Names in the directory, in no order."""
        ...

    def rename(self, old: Path, new: Path) -> None:
        """Give the file its new name at once, replacing a file of that name."""
        ...

    def unlink(self, path: Path) -> None: ...

    def fsync_directory(self, path: Path) -> None:
        """Return once names created, renamed and unlinked in the directory would survive a power loss."""
        ...

    def space(self, path: Path) -> Space: ...


class RealDisk:
    """The operating system's files."""

    def make_directory(self, path: Path) -> None:
        if path.is_dir():
            return
        if path.parent != path:
            self.make_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        self.fsync_directory(path.parent)

    def create(self, path: Path) -> int:
        path.unlink(missing_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)

    def open_append(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_APPEND)

    def write(self, handle: int, data: bytes) -> None:
        written = os.write(handle, data)
        rest = memoryview(data)[written:]
        while rest:
            rest = rest[os.write(handle, rest) :]

    def fdatasync(self, handle: int) -> None:
        if sys.platform == "darwin":  # a plain fsync leaves the data in the drive's own cache there
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(handle)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def close(self, handle: int) -> None:
        os.close(handle)

    def read(self, path: Path, offset: int, length: int) -> bytes:
        handle = os.open(path, os.O_RDONLY)
        try:
            pieces = []
            while length > 0 and (piece := os.pread(handle, length, offset)):
                pieces.append(piece)
                offset += len(piece)
                length -= len(piece)
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        finally:
            os.close(handle)

    def size(self, path: Path) -> int:
        return path.stat().st_size

    def list(self, directory: Path) -> list[str]:
        return os.listdir(directory)

    def rename(self, old: Path, new: Path) -> None:
        os.replace(old, new)

    def unlink(self, path: Path) -> None:
        os.unlink(path)

    def fsync_directory(self, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def space(self, path: Path) -> Space:
        figures = os.statvfs(path)
        return Space(free=figures.f_bavail * figures.f_frsize, total=figures.f_blocks * figures.f_frsize)

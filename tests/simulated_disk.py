"""A disk that remembers what is durable and what is not, fails when told to, and loses power in any way the rules allow.

After a power loss any subset of the unsynced 512-byte sectors, sizes and directory changes may have survived. A failed
`fdatasync` behaves as on Linux: the cache still shows the data, and later flushes no longer try to write it.
"""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from lynex.ingest.disk import Space

SECTOR = 512


class PowerLoss(BaseException):
    """The machine went off in the middle of an operation."""


@dataclass
class Inode:
    durable: bytes = b""
    current: bytearray = field(default_factory=bytearray)
    dirty: set[int] = field(default_factory=set)
    size_dirty: bool = False


class SimulatedDisk:
    def __init__(self, seed: int = 0, total: int = 1 << 40) -> None:
        self.random = Random(seed)
        self.total = total
        self.free = total
        self.faults: list[tuple[str, int, int]] = []  # operation, errno, how many times (0: for ever)
        self.lose_power_in: int | None = None
        self.operations: list[str] = []
        self.on_operation = lambda name, path: None
        self._durable: dict[Path, Inode] = {}
        self._current: dict[Path, Inode] = {}
        self._changes: list[tuple[str, Path, Path | None, Inode | None]] = []
        self._handles: dict[int, tuple[Path, Inode]] = {}
        self._next_handle = 1

    # What the journal uses

    def make_directory(self, path: Path) -> None:
        pass

    def create(self, path: Path) -> int:
        self._operation("create", path)
        inode = Inode()
        self._change("link", path, None, inode)
        return self._handle(path, inode)

    def open_append(self, path: Path) -> int:
        self._operation("open", path)
        return self._handle(path, self._inode(path))

    def write(self, handle: int, data: bytes) -> None:
        path, inode = self._handles[handle]
        try:
            self._operation("write", path)
            if len(data) > self.free:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except (OSError, PowerLoss):
            self._append(inode, data[: self.random.randrange(len(data) + 1)][: self.free])
            raise
        self._append(inode, data)

    def fdatasync(self, handle: int) -> None:
        path, inode = self._handles[handle]
        try:
            self._operation("fdatasync", path)
        except (OSError, PowerLoss):
            kept = {sector for sector in inode.dirty if self.random.random() < 0.5}
            self._persist(inode, kept, size=self.random.random() < 0.5)
            inode.dirty.clear()
            inode.size_dirty = False
            raise
        self._persist(inode, inode.dirty, size=True)
        inode.dirty.clear()
        inode.size_dirty = False

    def truncate(self, handle: int, size: int) -> None:
        path, inode = self._handles[handle]
        self._operation("truncate", path)
        self.free += max(0, len(inode.current) - size)
        first = size // SECTOR
        inode.dirty |= set(range(first, -(-max(len(inode.current), size) // SECTOR)))
        del inode.current[size:]
        inode.current.extend(bytes(size - len(inode.current)))
        inode.size_dirty = True

    def close(self, handle: int) -> None:
        path, _ = self._handles.pop(handle)
        self._operation("close", path)

    def read(self, path: Path, offset: int, length: int) -> bytes:
        self._operation("read", path)
        return bytes(self._inode(path).current[offset : offset + length])

    def size(self, path: Path) -> int:
        return len(self._inode(path).current)

    def list(self, directory: Path) -> list[str]:
        return [path.name for path in self._current if path.parent == directory]

    def rename(self, old: Path, new: Path) -> None:
        self._operation("rename", old)
        self._change("rename", new, old, self._inode(old))

    def unlink(self, path: Path) -> None:
        self._operation("unlink", path)
        inode = self._inode(path)
        self.free += len(inode.current)
        self._change("unlink", path, None, None)

    def fsync_directory(self, path: Path) -> None:
        self._operation("fsync_directory", path)
        self._durable = dict(self._current)
        self._changes.clear()

    def space(self, path: Path) -> Space:
        return Space(self.free, self.total)

    # What a test does to it

    def fail(self, operation: str, error: int, times: int = 1) -> None:
        """Let the next `times` of the operation fail, or all of them (0)."""
        self.faults.append((operation, error, times))

    def heal(self) -> None:
        self.faults.clear()
        self.lose_power_in = None

    def crash(self) -> None:
        """Lose power: keep what is durable and any subset of the rest."""
        for change in self._changes:
            if self.random.random() < 0.5:
                _apply(self._durable, change)
        for inode in set(map(id, self._durable.values())):
            self._lose(next(each for each in self._durable.values() if id(each) == inode))
        self._current = dict(self._durable)
        self._changes.clear()
        self._handles.clear()
        self.heal()

    def kill(self) -> None:
        """Only the process dies: the cache stays, the handles go."""
        self._handles.clear()
        self.heal()

    def content(self, path: Path) -> bytes:
        return bytes(self._inode(path).current)

    def overwrite(self, path: Path, content: bytes) -> None:
        """Damage a file, durably."""
        inode = self._inode(path)
        inode.current = bytearray(content)
        inode.durable = content
        inode.dirty.clear()

    # How it does it

    def _operation(self, name: str, path: Path) -> None:
        self.operations.append(name)
        self.on_operation(name, path)
        if self.lose_power_in is not None:
            self.lose_power_in -= 1
            if self.lose_power_in < 0:
                raise PowerLoss
        for index, (operation, error, times) in enumerate(self.faults):
            if operation == name:
                if times == 1:
                    del self.faults[index]
                elif times:
                    self.faults[index] = (operation, error, times - 1)
                raise OSError(error, os.strerror(error), str(path))

    def _inode(self, path: Path) -> Inode:
        if path not in self._current:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return self._current[path]

    def _handle(self, path: Path, inode: Inode) -> int:
        self._next_handle += 1
        self._handles[self._next_handle] = (path, inode)
        return self._next_handle

    def _change(self, kind: str, path: Path, old: Path | None, inode: Inode | None) -> None:
        change = (kind, path, old, inode)
        _apply(self._current, change)
        self._changes.append(change)

    def _append(self, inode: Inode, data: bytes) -> None:
        if data:
            start = len(inode.current)
            inode.current += data
            inode.dirty |= set(range(start // SECTOR, (len(inode.current) - 1) // SECTOR + 1))
            inode.size_dirty = True
            self.free -= len(data)

    def _persist(self, inode: Inode, sectors: set[int], *, size: bool) -> None:
        content = bytearray(inode.durable)
        for sector in sectors:
            piece = inode.current[sector * SECTOR : (sector + 1) * SECTOR]
            end = sector * SECTOR + len(piece)
            content.extend(bytes(max(0, end - len(content))))
            content[sector * SECTOR : end] = piece
        if size:
            content.extend(bytes(max(0, len(inode.current) - len(content))))
            del content[len(inode.current) :]
        inode.durable = bytes(content)

    def _lose(self, inode: Inode) -> None:
        kept = {sector for sector in inode.dirty if self.random.random() < 0.5}
        self._persist(inode, kept, size=inode.size_dirty and self.random.random() < 0.5)
        inode.current = bytearray(inode.durable)
        inode.dirty.clear()
        inode.size_dirty = False


def _apply(entries: dict[Path, Inode], change: tuple[str, Path, Path | None, Inode | None]) -> None:
    kind, path, old, inode = change
    if kind == "unlink":
        entries.pop(path, None)
        return
    if old is not None:
        entries.pop(old, None)
    assert inode is not None
    entries[path] = inode

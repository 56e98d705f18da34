"""Batches on disk while the server is away: bounded, survives a restart of the host, shared by its processes.

One file a batch: `<time>-<pid>-<n>.json` with one event a line. A process claims a file by renaming it, so that two
never send the same at once; if they do after all, the server knows the ids.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

_READY: Final = ".ndjson"
_CLAIMED: Final = ".sending"
_STALE_S: Final = 600.0  # a claim whose owner died


class Spool:
    """Raises nothing: a disk that fails is a spool that is full."""

    def __init__(self, directory: str, max_bytes: int) -> None:
        self._directory = Path(directory)
        self._max_bytes = max_bytes
        self._count = 0

    def put(self, events: list[bytes]) -> bool:
        data = b"\n".join(events) + b"\n"
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._size() + len(data) > self._max_bytes:
                return False
            self._count += 1
            name = f"{time.time_ns():020d}-{os.getpid()}-{self._count}"
            temporary = self._directory / f"{name}.tmp"
            with open(temporary, "wb", opener=_private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._directory / f"{name}{_READY}")
            return True
        except OSError:
            return False

    def claim(self) -> tuple[Path, list[bytes]] | None:
        """The oldest batch, ours until `done` or `release`; None when there is none."""
        for path in self._files(_READY):
            claimed = path.with_suffix(_CLAIMED)
            try:
                os.rename(path, claimed)
                os.utime(claimed)
                lines = [line for line in claimed.read_bytes().split(b"\n") if line]
            except OSError:
                continue  # another process was quicker
            if lines:
                return claimed, lines
            self.done(claimed)
        self._free_stale()
        return None

    def done(self, claimed: Path) -> None:
        try:
            claimed.unlink(missing_ok=True)
        except OSError:
            pass

    def release(self, claimed: Path) -> None:
        try:
            os.rename(claimed, claimed.with_suffix(_READY))
        except OSError:
            pass

    def __len__(self) -> int:
        """Events that wait."""
        total = 0
        for path in self._files(_READY):
            try:
                total += path.read_bytes().count(b"\n")
            except OSError:
                continue
        return total

    def _files(self, suffix: str) -> list[Path]:
        try:
            return sorted(path for path in self._directory.iterdir() if path.suffix == suffix)
        except OSError:
            return []

    def _size(self) -> int:
        total = 0
        for path in self._directory.iterdir():
            try:
                total += path.stat().st_size
            except OSError:
                continue
        return total

    def _free_stale(self) -> None:
        for path in self._files(_CLAIMED):
            try:
                if time.time() - path.stat().st_mtime > _STALE_S:
                    self.release(path)
            except OSError:
                continue


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

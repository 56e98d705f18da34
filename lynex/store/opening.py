"""How the hot database is opened, found whole, reopened after a fault, and set aside when nothing else helps.

Nothing is ever deleted: a damaged file and its log are renamed to `damaged-<time>-…`, one made by another version to
`other-version-<time>-…`, and a new one takes its place.
"""

import json
import logging
import os
from pathlib import Path
from typing import Final

import duckdb

from lynex.clock import Clock, rfc3339
from lynex.config import StorageConfig
from lynex.store.durable import make_directory, sync_directory
from lynex.store.hot_file import HotFile, as_storage_error, is_damage, is_machine_fault, wal_of
from lynex.store.ledger import cut_back, is_whole, sound_through
from lynex.store.probe import abort_of

_LOG: Final = logging.getLogger("lynex.store")
_TRIES: Final = 3
_MEMORY_OF_FAULTS: Final = 300.0  # seconds


class Opening:
    """Knows the path of the hot database and how often it has failed lately; `set_aside` names what was renamed."""

    def __init__(self, directory: Path, config: StorageConfig, clock: Clock) -> None:
        make_directory(directory)
        self._path = directory / "lynex.duckdb"
        self._closed_cleanly = directory / "closed.json"
        self._config = config
        self._clock = clock
        self._faults: list[float] = []
        self.set_aside: list[str] = []

    def open(self) -> HotFile:
        """At start. Raises `StorageFailed`/`StorageFull` when the machine, not the file, is at fault."""
        if self._path.exists() and not self._was_closed_cleanly():
            abort = abort_of(self._path, self._config.memory_limit)
            if abort is not None:
                self._put_aside(abort)
        elif not self._path.exists() and wal_of(self._path).exists():
            self._put_aside("its log is there, the database is not")
        self._closed_cleanly.unlink(missing_ok=True)
        return self._open_sound()

    def reopen(self, fault: BaseException) -> HotFile:
        """After a fault at run time: the same file again, three times in five minutes, then a new one."""
        now = self._clock.monotonic()
        self._faults = [then for then in self._faults if now - then < _MEMORY_OF_FAULTS]
        if isinstance(fault, duckdb.Error) and not is_machine_fault(str(fault)):
            self._faults.append(now)
        if is_damage(fault) or len(self._faults) > _TRIES:
            self._put_aside(str(fault))
            self._faults.clear()
        return self._open_sound()

    def note_clean_close(self) -> None:
        """The next start needs no probe if the file is then still the same and has no log."""
        found = self._path.stat()
        self._closed_cleanly.write_text(json.dumps({"size": found.st_size, "mtime_ns": found.st_mtime_ns}))

    def _was_closed_cleanly(self) -> bool:
        try:
            noted = json.loads(self._closed_cleanly.read_text())
            found = self._path.stat()
        except (OSError, ValueError):
            return False
        same = noted == {"size": found.st_size, "mtime_ns": found.st_mtime_ns}
        return same and not wal_of(self._path).exists()

    def _open_sound(self) -> HotFile:
        for attempt in range(1, _TRIES + 1):
            try:
                file = HotFile.open(self._path, self._config)
            except duckdb.Error as error:
                if is_machine_fault(str(error)):
                    raise as_storage_error(error) from error
                _LOG.error("the hot database does not open (try %d of %d): %s", attempt, _TRIES, error)
                fault: BaseException = error
            else:
                if not file.has_our_columns():
                    file.close()
                    self._put_aside("another version of Lynex made its table; it is not damaged", "other-version")
                    break
                found = self._made_whole(file)
                if found is None:
                    return file
                fault = found
            if is_damage(fault) or attempt == _TRIES:
                self._put_aside(str(fault))
                break
        return HotFile.open(self._path, self._config)

    def _made_whole(self, file: HotFile) -> BaseException | None:
        """Compare rows and ledger; cut back to where they agree. Answers the fault when that fails too."""
        try:
            if not is_whole(file.connection):
                position = sound_through(file.connection)
                _LOG.error("rows and ledger of the hot database disagree; it goes back to sequence %d", position)
                with file.transaction() as connection:
                    cut_back(connection, position)
                if not is_whole(file.connection):
                    raise duckdb.DataError("corrupt: rows and ledger disagree even after going back")
        except duckdb.Error as error:
            file.close()
            if is_machine_fault(str(error)):
                raise as_storage_error(error) from error
            return error
        return None

    def _put_aside(self, why: str, kind: str = "damaged") -> None:
        stamp = rfc3339(self._clock.now()).replace(":", "").replace(".", "-")
        for path in (self._path, wal_of(self._path)):
            if path.exists():
                aside = _unused(path.with_name(f"{kind}-{stamp}-{path.name}"))
                os.rename(path, aside)
                self.set_aside.append(aside.name)
        sync_directory(self._path.parent)
        _LOG.error("the hot database was set aside and is rebuilt: %s", why.strip()[:300])


def _unused(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free

"""Small files of records that must not be lost: one JSON line each with its checksum, flushed before `append` returns.

A torn last line was never acknowledged and is cut. Any other bad line means damage: the reader is told.
"""

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from lynex.store.durable import replace_durably, sync_directory

Record = TypeVar("Record", bound=msgspec.Struct)


class RecordFile(Generic[Record]):
    """`records` are what the file holds; `damaged` says that lines in it could not be read."""

    def __init__(self, path: Path, kind: type[Record]) -> None:
        self.path = path
        self.records: list[Record] = []
        self.damaged = False
        self.missing = not path.exists()
        self._decoder = msgspec.json.Decoder(kind)
        if not self.missing:
            self._read()

    def append(self, record: Record) -> None:
        """Durable when it returns. Raises OSError; then the record is not in the file."""
        line = _line(record)
        existed = self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, line) != len(line):
                    raise OSError(f"{self.path} took only a part of a line")
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
        if not existed:
            sync_directory(self.path.parent)
        self.missing = False
        self.records.append(record)

    def rewrite(self, records: Sequence[Record]) -> None:
        """Replace the whole file, all or nothing."""
        replace_durably(self.path, b"".join(map(_line, records)))
        self.records, self.damaged, self.missing = list(records), False, False

    def _read(self) -> None:
        data = self.path.read_bytes()
        complete, newline, torn = data.rpartition(b"\n")
        for line in complete.split(b"\n") if newline else ():
            record = self._parse(line)
            if record is None:
                self.damaged = True
            else:
                self.records.append(record)
        if torn:
            os.truncate(self.path, len(data) - len(torn))

    def _parse(self, line: bytes) -> Record | None:
        checksum, _, text = line.partition(b" ")
        if checksum != b"%08x" % zlib.crc32(text):
            return None
        try:
            return self._decoder.decode(text)
        except msgspec.DecodeError:
            return None


def _line(record: msgspec.Struct) -> bytes:
    text = msgspec.json.encode(record)
    return b"%08x %s\n" % (zlib.crc32(text), text)

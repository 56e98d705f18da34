"""All event ids ever stored, approximately: Bloom filters of contiguous ranges of sequences, a file for each.

A filter never misses an id it was given; one time in a million it claims one it was not given, and the table decides.
"""

import hashlib
import operator
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rbloom import Bloom

_HEADER: Final = struct.Struct("<4sHxxIqqqq")  # magic, version, CRC-32 of the rest, first, last, count, capacity
_MAGIC: Final = b"LYXF"
_VERSION: Final = 1
_FALSE_POSITIVES: Final = 1e-6  # a false one costs a scan of up to four million ids (70 ms): 1e-4 would be too many
SMALLEST: Final = 1 << 17
LARGEST: Final = 1 << 22


def fingerprint(project_id: str, event_id: str) -> int:
    """128 bits that stand for an id of a project."""
    digest = hashlib.blake2b(f"{project_id}\0{event_id}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "little", signed=True)


class IdFilter:
    """The ids of the rows `first_seq … last_seq`; grows until `capacity` ids are in it."""

    def __init__(self, first_seq: int, capacity: int, bloom: Bloom | None = None) -> None:
        self.first_seq = first_seq
        self.last_seq = first_seq - 1
        self.capacity = capacity
        self.count = 0
        self.unsaved = 0
        self._bloom = bloom if bloom is not None else Bloom(capacity, _FALSE_POSITIVES, operator.index)

    def __contains__(self, number: int) -> bool:
        return number in self._bloom

    def hits(self, numbers: Sequence[int]) -> list[int]:
        """The places of those that seem to be in it."""
        bloom = self._bloom
        return [place for place, number in enumerate(numbers) if number in bloom]

    @property
    def is_full(self) -> bool:
        return self.count >= self.capacity

    def add(self, numbers: Sequence[int], last_seq: int) -> None:
        self._bloom.update(numbers)
        self.count += len(numbers)
        self.unsaved += len(numbers)
        self.last_seq = max(self.last_seq, last_seq)

    def file(self, directory: Path) -> Path:
        return directory / f"{self.first_seq:020d}.ids"

    def save(self, directory: Path) -> None:
        """Not flushed: a file that did not survive fails its checksum and is made again from the rows."""
        bits = self._bloom.save_bytes()
        facts = struct.pack("<qqqq", self.first_seq, self.last_seq, self.count, self.capacity)
        checksum = zlib.crc32(bits, zlib.crc32(facts))
        header = _HEADER.pack(_MAGIC, _VERSION, checksum, self.first_seq, self.last_seq, self.count, self.capacity)
        temporary = self.file(directory).with_suffix(".tmp")
        temporary.write_bytes(header + bits)
        os.replace(temporary, self.file(directory))
        self.unsaved = 0

    @classmethod
    def load(cls, path: Path) -> "IdFilter | None":
        """None when the file is damaged or of another version."""
        data = path.read_bytes()
        if len(data) <= _HEADER.size:
            return None
        magic, version, checksum, first, last, count, capacity = _HEADER.unpack_from(data)
        bits = memoryview(data)[_HEADER.size :]
        facts = struct.pack("<qqqq", first, last, count, capacity)
        if (magic, version) != (_MAGIC, _VERSION) or zlib.crc32(bits, zlib.crc32(facts)) != checksum:
            return None
        found = cls(first, capacity, Bloom.load_bytes(bytes(bits), operator.index))
        found.last_seq, found.count = last, count
        return found

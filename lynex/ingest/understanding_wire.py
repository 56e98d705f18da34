"""What Lynex and its understanding process say to each other over their socket: lengths and MessagePack.

Both run the same program, so nothing here needs to be read by another version; `Hello` makes sure of that.
"""

import socket
import struct
from collections.abc import Iterator
from typing import Final

import msgspec

import lynex
from lynex.config import PriceConfig
from lynex.ingest.dialects.mapping import MAPPING_VERSION
from lynex.ingest.frames import Frame
from lynex.ingest.understanding import Aside, Rows
from lynex.store.stored_event import StoredEvent

_LENGTH: Final = struct.Struct("<Q")
_PORTION_BYTES: Final = 4 << 20  # of bodies in one answer: neither side holds a whole batch twice
_KEPT_BYTES: Final = 16 << 20
_TIMEOUT: Final = struct.Struct("ll")  # struct timeval


class Terms(msgspec.Struct, array_like=True, frozen=True):
    """What the process is told first."""

    prices: tuple[PriceConfig, ...]


class Hello(msgspec.Struct, array_like=True, frozen=True):
    """Its answer, once it can work. The program on disk may have been replaced since Lynex was started."""

    version: str = lynex.__version__
    mapping: int = MAPPING_VERSION
    columns: tuple[str, ...] = StoredEvent.__struct_fields__


class Order(msgspec.Struct, array_like=True, frozen=True):
    """A batch to understand."""

    number: int
    processed_at: int
    frames: list[Frame]


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """A portion of what became of an order."""

    number: int
    is_last: bool
    rows: list[StoredEvent]
    aside: list[Aside]


class Ended(Exception):
    """The other side is gone."""


class Wire:
    """One end. One thread sends and one receives; raises `OSError` or `Ended` when the other side is gone, and
    `BlockingIOError` after `timeout` seconds of silence."""

    def __init__(self, end: socket.socket, timeout: float | None = None) -> None:
        self._end = end
        self._inbox = bytearray()
        if timeout is not None:  # not `settimeout`: it would make each portion of a message a call of its own
            span = _TIMEOUT.pack(int(timeout), int(timeout % 1 * 1e6))
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, span)

    def send(self, message: bytes) -> None:
        self._end.sendall(_LENGTH.pack(len(message)))
        self._end.sendall(message)

    def receive(self) -> memoryview:
        """The next message; valid until the one after it is received."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return self._read(length)

    def _read(self, length: int) -> memoryview:
        if len(self._inbox) < length or len(self._inbox) > max(length, _KEPT_BYTES):
            self._inbox = bytearray(length)
        view, done = memoryview(self._inbox)[:length], 0
        while done < length:
            count = self._end.recv_into(view[done:], length - done, socket.MSG_WAITALL)
            if not count:
                raise Ended
            done += count
        return view


def portions_of(number: int, rows: Rows, aside: list[Aside]) -> Iterator[Answer]:
    """The answer in portions of a few MiB, at least one."""
    start = size = 0
    for place, row in enumerate(rows):
        size += len(row.body)
        if size >= _PORTION_BYTES and place + 1 < len(rows):
            yield Answer(number, False, rows[start : place + 1], [])
            start, size = place + 1, 0
    yield Answer(number, True, rows[start:], aside)

"""How the journal looks on disk, byte by byte. Every bit is covered by a CRC32C, so no flip goes unnoticed.

A frame, little endian: magic 4 · version 1 · flags 1 · header CRC 4 · length 4 · sequence 8 · payload CRC 4, then
`length` bytes: event count 4 · the caller's payload. The header CRC covers all of the header but itself, and the count:
so a frame with a damaged payload still says which sequences it held. The payload CRC covers the caller's payload.

The first frame of a segment carries no events (flag SEGMENT, count 0). Its payload: created 8 (µs) · the last sequence
the journal held before 8 · the least Lynex version that can read the file, UTF-8. This layout of header and first frame
is the same in every version, so that an older Lynex can say which newer one is needed.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

import google_crc32c
import msgspec

from lynex.errors import LynexError

VERSION: Final = 1
READABLE_SINCE: Final = "0.1.0"  # the least Lynex version that can read what this one writes

MAGIC: Final = b"\xf7LJ\xff"  # F7 and FF never occur in UTF-8, so no JSON in a payload can look like a frame
SEGMENT: Final = 1  # flag: the first frame of a segment
FLUSH_START: Final = 2  # flag: everything before this frame was durable when it was written

_START: Final = struct.Struct("<4sBB")
_REST: Final = struct.Struct("<IQII")  # length, sequence, payload CRC, count
_CRC: Final = struct.Struct("<I")
_PREFIX: Final = struct.Struct("<4sBBIIQII")
_ORIGIN: Final = struct.Struct("<QQ")
_REST_AT: Final = _START.size + _CRC.size
PREFIX_BYTES: Final = _REST_AT + _REST.size
MAX_PAYLOAD: Final = (1 << 32) - 1 - _CRC.size

_WINDOW: Final = 1 << 20

_crc: Final[Callable[[bytes], int]] = google_crc32c.value


class NewerFormat(LynexError):
    """The file is of a later format; `needs` is the Lynex version that can read it, empty when it does not say."""

    def __init__(self, version: int, needs: str = "") -> None:
        super().__init__(f"journal format {version}")
        self.version = version
        self.needs = needs


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One accepted request: `count` events from `first_seq` on. `payload` is what the caller gave, untouched."""

    first_seq: int
    count: int
    payload: bytes

    @property
    def last_seq(self) -> int:
        return self.first_seq + self.count - 1


class Header(msgspec.Struct, frozen=True, gc=False):
    version: int
    flags: int
    length: int
    sequence: int
    payload_crc: int
    count: int

    @property
    def frame_bytes(self) -> int:
        return PREFIX_BYTES - _CRC.size + self.length

    @property
    def last_seq(self) -> int:
        return self.sequence + self.count - 1


class Origin(msgspec.Struct, frozen=True):
    """What a segment says of itself: when it was created, and the last sequence the journal held before it."""

    first_seq: int
    created: int
    after: int


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a segment. A whole frame has header and payload, a broken one at most its header."""

    offset: int
    end: int
    header: Header | None
    payload: bytes | None


def encode(sequence: int, count: int, payload: bytes, flags: int = 0, version: int = VERSION) -> bytes:
    """The bytes before `payload` in the file."""
    start = _START.pack(MAGIC, version, flags)
    rest = _REST.pack(_CRC.size + len(payload), sequence, _crc(payload), count)
    return b"".join((start, _CRC.pack(_crc(start + rest)), rest))


def encode_origin(origin: Origin, *, version: int = VERSION, readable_since: str = READABLE_SINCE) -> bytes:
    """The first frame of a segment, whole."""
    payload = _ORIGIN.pack(origin.created, origin.after) + readable_since.encode()
    return encode(origin.first_seq, 0, payload, SEGMENT, version) + payload


def decode_header(data: bytes, at: int = 0) -> Header | None:
    """The header at `at`, or None when its bytes are not exactly those of a header."""
    if len(data) < at + PREFIX_BYTES:
        return None
    magic, version, flags, header_crc, length, sequence, payload_crc, count = _PREFIX.unpack_from(data, at)
    if magic != MAGIC or length < _CRC.size:
        return None
    if _crc(data[at : at + _START.size] + data[at + _REST_AT : at + PREFIX_BYTES]) != header_crc:
        return None
    return Header(version, flags, length, sequence, payload_crc, count)


def decode_origin(piece: Piece) -> Origin | None:
    """The first frame of a segment, or None when it is damaged. Raises NewerFormat for a later version."""
    header = piece.header
    if header is None or not header.flags & SEGMENT:
        return None
    needs = (piece.payload or b"")[_ORIGIN.size :].decode(errors="replace")
    if header.version > VERSION:
        raise NewerFormat(header.version, needs)
    if piece.payload is None or len(piece.payload) < _ORIGIN.size:
        return None
    created, after = _ORIGIN.unpack_from(piece.payload)
    return Origin(header.sequence, created, after)


class Walk:
    """Goes through the bytes `start … end` of a segment, frame by frame, over damage to the next readable frame."""

    def __init__(self, read: Callable[[int, int], bytes], start: int, end: int) -> None:
        self._read = read
        self._offset = start
        self._end = end
        self._window = b""
        self._window_at = start

    def __iter__(self) -> Iterator[Piece]:
        while self._offset < self._end:
            piece = self._whole() or self._piece()
            self._offset = piece.end
            yield piece

    def _whole(self) -> Piece | None:
        """The common case, quickly: a whole frame within the window."""
        at = self._offset - self._window_at
        header = decode_header(self._window, at) if at >= 0 else None
        if header is None:
            return None
        end = at + header.frame_bytes
        payload = self._window[at + PREFIX_BYTES : end]
        if end > len(self._window) or _crc(payload) != header.payload_crc:
            return None
        return Piece(self._offset, self._window_at + end, header, payload)

    def _piece(self) -> Piece:
        at = self._offset
        header = self._header(at)
        if header is None:
            return Piece(at, self._next_header(at + 1), None, None)
        end = at + header.frame_bytes
        if end <= self._end:
            payload = self._bytes(at + PREFIX_BYTES, header.length - _CRC.size)
            if len(payload) == header.length - _CRC.size and _crc(payload) == header.payload_crc:
                return Piece(at, end, header, payload)
            if end == self._end or self._header(end) is not None:  # only the payload is damaged: do not look into it
                return Piece(at, end, header, None)
        return Piece(at, self._next_header(at + PREFIX_BYTES), header, None)

    def _header(self, at: int) -> Header | None:
        return decode_header(self._bytes(at, PREFIX_BYTES))

    def _next_header(self, at: int) -> int:
        """Where the next readable header begins, or the end."""
        while at < self._end:
            chunk = self._bytes(at, _WINDOW)
            if not chunk:
                break
            found = chunk.find(MAGIC)
            while found >= 0:
                if self._header(at + found) is not None:
                    return at + found
                found = chunk.find(MAGIC, found + 1)
            at += max(1, len(chunk) - len(MAGIC) + 1)
        return self._end

    def _bytes(self, at: int, length: int) -> bytes:
        """Bytes at `at`, fewer at the end; read through a window so that small frames cost few reads."""
        length = min(length, self._end - at)
        begin = at - self._window_at
        if begin < 0 or begin + length > len(self._window):
            self._window = self._read(at, min(max(length, _WINDOW), self._end - at))
            self._window_at, begin = at, 0
        if begin == 0 and length == len(self._window):
            return self._window
        return self._window[begin : begin + length]

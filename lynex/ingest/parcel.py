"""What one accepted request leaves in the journal: who sent it and when, and what was sent, word for word."""

import struct
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from lynex.events.decoding import Unreadable, decode_journaled
from lynex.events.envelope import Event
from lynex.ingest.otlp import KINDS, open_records
from lynex.ingest.otlp_records import Record

NATIVE: Final = "events"
_LENGTH: Final = struct.Struct("<I")


class Sender(msgspec.Struct, array_like=True, frozen=True):
    """The head of a parcel. New fields come last and have a default: older journals must stay readable.

    `kind`: "events", or "otlp.traces", "otlp.logs", "otlp.metrics" (protobuf) and the same with ".json".
    `made_ids`: the event ids Lynex made, by index, where the sender gave none. `refused`: flat indexes of the records
    of the request that were not accepted.
    """

    kind: str
    project_id: str
    key_id: str | None
    received_at: int
    made_ids: dict[int, str]
    refused: list[int] = msgspec.field(default_factory=list)


Decoded = dict[int, tuple[Sender, Sequence[Event]]]  # what requests say, by the last sequence of each


class NotReadable(Exception):
    """The journal holds something that cannot be understood (any more)."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Sender)


def pack(sender: Sender, content: bytes) -> bytes:
    """The journal payload: length of the head, the head in MessagePack, what was sent."""
    head = _ENCODER.encode(sender)
    return b"".join((_LENGTH.pack(len(head)), head, content))


def unpack(payload: bytes) -> tuple[Sender, bytes]:
    """Sender and content. Raises `NotReadable`."""
    sender, end = _head(payload)
    return sender, payload[end:]


def sender_of(payload: bytes) -> Sender:
    """Raises `NotReadable`."""
    return _head(payload)[0]


def _head(payload: bytes) -> tuple[Sender, int]:
    """The sender, and where the content begins."""
    try:
        (length,) = _LENGTH.unpack_from(payload)
        end = _LENGTH.size + length
        return _DECODER.decode(payload[_LENGTH.size : end]), end
    except (msgspec.DecodeError, struct.error) as fault:
        raise NotReadable(f"the journaled request has no head: {fault}") from fault


def join_events(raws: Sequence[bytes | memoryview]) -> bytes:
    """The content of a native parcel: a JSON array of the events as sent."""
    return b"".join((b"[", b",".join(raws), b"]"))


def contents(sender: Sender, content: bytes) -> Iterable[Event | Unreadable | Record]:
    """What was accepted of a request, one by one, in order of sequence. Raises `NotReadable`."""
    if sender.kind == NATIVE:
        return decode_journaled(content, sender.made_ids)
    if sender.kind in KINDS:
        return open_records(sender.kind, content, sender.refused)
    raise NotReadable(f"requests of the kind {sender.kind!r} are not known to this version")

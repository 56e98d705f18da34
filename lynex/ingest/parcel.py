"""What one accepted request leaves in the journal: who sent it and when, and its events word for word."""

import struct
from collections.abc import Sequence
from typing import Final

import msgspec

from lynex.clock import rfc3339
from lynex.events.decoding import Unreadable, decode_journaled
from lynex.events.envelope import Event

_LENGTH: Final = struct.Struct("<I")


class Sender(msgspec.Struct, array_like=True, frozen=True):
    """The head of a parcel. `made_ids` are the event ids Lynex made, by index, where the sender gave none."""

    kind: str
    project_id: str
    key_id: str | None
    received_at: int
    made_ids: dict[int, str]


class Parcel(msgspec.Struct, frozen=True):
    """One accepted request, opened: `events[i]` has the sequence `first_seq + i`."""

    first_seq: int
    sender: Sender
    events: Sequence[Event | Unreadable]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Sender)


def pack(sender: Sender, raws: Sequence[bytes | memoryview]) -> bytes:
    """The journal payload: length of the head, the head in MessagePack, a JSON array of the events as sent."""
    head = _ENCODER.encode(sender)
    return b"".join((_LENGTH.pack(len(head)), head, b"[", b",".join(raws), b"]"))


def unpack(first_seq: int, count: int, payload: bytes) -> Parcel:
    """The parcel of a journal frame. What cannot be read becomes `count` unreadable events, which stop nobody."""
    try:
        sender, body = _opened(payload)
        events = decode_journaled(body, sender.made_ids)
    except (msgspec.DecodeError, struct.error) as fault:
        return _unreadable(first_seq, count, payload, str(fault))
    if len(events) != count:
        return _unreadable(first_seq, count, payload, f"{len(events)} events where {count} were announced")
    return Parcel(first_seq, sender, events)


def _opened(payload: bytes) -> tuple[Sender, bytes]:
    (length,) = _LENGTH.unpack_from(payload)
    start = _LENGTH.size
    return _DECODER.decode(payload[start : start + length]), payload[start + length :]


def _unreadable(first_seq: int, count: int, payload: bytes, reason: str) -> Parcel:
    sender = Sender("unknown", "", None, 0, {})
    return Parcel(first_seq, sender, [Unreadable(payload, reason), *[Unreadable(b"", reason)] * (count - 1)])


def as_sent_again(event: Event | Unreadable) -> bytes:
    """The event as one JSON envelope that may be sent once more, with the same id and time."""
    if isinstance(event, Unreadable):
        return bytes(event.raw)
    envelope: dict[str, object] = {"eventId": event.event_id, "type": event.type}
    if event.sent_at is not None:
        envelope["timestamp"] = rfc3339(event.sent_at)
    return msgspec.json.encode(envelope | {"sdk": event.sdk, "context": event.context, "body": event.body})

"""What an accepted request leaves in the journal can be taken out again, and what cannot stops nobody."""

import msgspec
import pytest

from lynex.clock import SystemClock
from lynex.events.decoding import decode_batch
from lynex.events.envelope import Event
from lynex.events.limits import Limits
from lynex.ingest.parcel import NotReadable, Sender, contents, join_events, pack, unpack
from lynex.ingest.set_aside import as_sent_again
from tests.samples import a_call, a_log

LIMITS = Limits(
    max_event_bytes=1 << 20, max_batch_events=100, max_depth=64, max_keys=2000, now=SystemClock().now(), oldest=None
)
SENDER = Sender("events", "proj_a", "key_a", 1_763_640_000_000_000, {})


def packed(*events: dict) -> tuple[list[Event], bytes]:
    decoded = decode_batch(msgspec.json.encode(list(events)), LIMITS, "proj_a")
    return decoded.events, pack(SENDER, join_events(decoded.raws))


def test_what_was_packed_comes_out_equal():
    events, payload = packed(a_call(seed=1), a_log("second", "grüße 🦆"))
    sender, content = unpack(payload)
    assert (sender, contents(sender, content)) == (SENDER, events)


def test_a_journal_from_before_there_were_refused_records_is_readable():
    head = msgspec.msgpack.encode(["events", "proj_a", None, 7, {0: "evt_made"}])
    sender, content = unpack(len(head).to_bytes(4, "little") + head + b"[]")
    assert (sender, content) == (Sender("events", "proj_a", None, 7, {0: "evt_made"}), b"[]")


def test_an_event_can_be_sent_again_as_it_was():
    events, _ = packed(a_call("evt_1", seed=1) | {"timestamp": "2026-11-20T12:00:00.123456Z"})
    again = decode_batch(b"[" + as_sent_again(events[0]) + b"]", LIMITS, "proj_a").events[0]
    assert (again.event_id, again.type, again.sent_at, again.context, again.body) == (
        events[0].event_id, events[0].type, events[0].sent_at, events[0].context, events[0].body,
    )  # fmt: skip


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\xff\xff\xff\xff[]", b"\x04\x00\x00\x00junk[{}]"])
def test_what_is_no_parcel_is_noticed(payload):
    with pytest.raises(NotReadable):
        unpack(payload)


def test_a_kind_of_a_later_version_is_noticed():
    with pytest.raises(NotReadable, match="'otlp.profiles' are not known"):
        contents(Sender("otlp.profiles", "proj_a", None, 0, {}), b"")

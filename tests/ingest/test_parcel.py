"""What an accepted request leaves in the journal can be taken out again, and what cannot stops nobody."""

import pytest

from lynex.clock import SystemClock
from lynex.events.decoding import Unreadable, decode_batch
from lynex.events.envelope import Event
from lynex.events.limits import Limits
from lynex.ingest.parcel import Sender, as_sent_again, pack, unpack
from tests.samples import a_call, a_log

LIMITS = Limits(
    max_event_bytes=1 << 20, max_batch_events=100, max_depth=64, max_keys=2000, now=SystemClock().now(), oldest=None
)
SENDER = Sender("events", "proj_a", "key_a", 1_763_640_000_000_000, {})


def packed(*events: dict) -> tuple[list[Event], bytes]:
    import msgspec

    decoded = decode_batch(msgspec.json.encode(list(events)), LIMITS, "proj_a")
    return decoded.events, pack(SENDER, decoded.raws)


def test_what_was_packed_comes_out_equal():
    events, payload = packed(a_call(seed=1), a_log("second", "grüße 🦆"))
    parcel = unpack(7, 2, payload)
    assert (parcel.first_seq, parcel.sender, list(parcel.events)) == (7, SENDER, events)


def test_an_event_can_be_sent_again_as_it_was():
    events, _ = packed(a_call("evt_1", seed=1) | {"timestamp": "2026-11-20T12:00:00.123456Z"})
    again = decode_batch(b"[" + as_sent_again(events[0]) + b"]", LIMITS, "proj_a").events[0]
    assert (again.event_id, again.type, again.sent_at, again.context, again.body) == (
        events[0].event_id, events[0].type, events[0].sent_at, events[0].context, events[0].body,
    )  # fmt: skip


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\xff\xff\xff\xff[]", b"\x04\x00\x00\x00junk[{}]"])
def test_what_is_no_parcel_becomes_unreadable_events(payload):
    parcel = unpack(3, 2, payload)
    assert [type(event) for event in parcel.events] == [Unreadable, Unreadable]


def test_a_wrong_count_is_noticed():
    _, payload = packed(a_log("only"))
    assert all(isinstance(event, Unreadable) for event in unpack(1, 3, payload).events)

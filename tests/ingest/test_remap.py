"""Mapping again what is stored: unchanged where the mapping is, and today's meaning where it is not."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynex.events.envelope import EVENT_TYPES, Event
from lynex.ingest.dialects.mapping import MAPPING_VERSION
from lynex.ingest.enrich import enrich
from lynex.ingest.normalise import normalise
from lynex.ingest.otlp_events import read_record
from lynex.ingest.otlp_records import DataPoint, LogRecord, Scope, Span
from lynex.ingest.parcel import Sender
from lynex.ingest.remap import Remap
from lynex.pricing.book import PriceBook
from tests.clients.clients import CLIENTS
from tests.clients.frozen import rows_of
from tests.ingest.test_normalise_recovery import NOW, anything, bodies, text

PRICES = PriceBook()
HOUR_AGO = NOW - 3_600_000_000


def stored(event: Event, *, seq: int = 1):
    reading = normalise(event, seq=seq, project_id="proj_a", key_id="key_a", received_at=NOW)
    return enrich(reading, PRICES, NOW + 5_000)


def as_kept(value):
    return msgspec.json.decode(msgspec.json.encode(value))


contexts = st.dictionaries(
    st.sampled_from(["metadata", "tags", "step_index", "user_id", "odd", "agent_name", "sdk", "trace_id", "dialect"]),
    anything | text | st.lists(text, max_size=2) | st.dictionaries(st.sampled_from(["cycle", "name", "a"]), anything),
)
sdks = st.dictionaries(st.sampled_from(["name", "version", "extra"]), text | anything)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_event_comes_out_as_it_was(event_type, data):
    body, context, sdk = data.draw(bodies(event_type)), data.draw(contexts), data.draw(sdks)
    row = stored(Event("evt_1", event_type, HOUR_AGO, as_kept(sdk), as_kept(context), as_kept(body), 9))
    assert Remap(PRICES).again([row]) == [row]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_records_of_real_clients_come_out_as_they_were(client):
    rows = rows_of(client.name, PRICES)
    assert Remap(PRICES).again(rows) == rows


def test_records_of_every_kind_come_back_whole():
    scope, resource = Scope("lib", "2", {"a": 1}), {"service.name": "shop"}
    span = Span("1" * 32, "2" * 16, None, "work", "client", None, HOUR_AGO, "error", "no", {"x": [1]}, [], [], resource, scope, "k=v", 1)  # fmt: skip
    log = LogRecord(None, None, HOUR_AGO, 9, "INFO", "", "", {"event.name": "odd"}, resource, scope)
    said = {
        "model": "claude-sonnet-4-5",
        "input_tokens": 20,
        "output_tokens": 7,
        "duration_ms": 1500,
        "session.id": "s",
    }
    call = LogRecord(None, None, HOUR_AGO, 9, "", "claude_code.api_request", None, said, resource, scope)
    point = DataPoint("gen_ai.client.token.usage", "{token}", "histogram", "delta", 1, HOUR_AGO, None, 2, 27, 7, 20, {"gen_ai.token.type": "input"}, resource, scope)  # fmt: skip
    sender = Sender("otlp.logs", "proj_a", None, NOW, {})
    records = [span, msgspec.structs.replace(span, start=HOUR_AGO), log, call, point]
    rows = [
        read_record(one, seq=seq, sender=sender, processed_at=NOW, prices=PRICES, buffer=bytearray())
        for seq, one in enumerate(records, 1)
    ]
    assert rows[3].sent_at == HOUR_AGO - 1_500_000 and rows[3].trace_id
    again = Remap(PRICES).again(rows)
    for before, after in zip(rows, again, strict=True):
        assert after == before


def test_a_mended_mapping_reaches_rows_that_an_older_one_made():
    rows = rows_of("litellm", PRICES)
    raw = ("attributes", "events", "links", "resource", "scope", "span", "log", "metric")
    told_less = [
        msgspec.structs.replace(
            row,
            type="span",
            kind=None,
            model=None,
            provider=None,
            input_tokens=None,
            output_tokens=None,
            usage_scope=None,
            cost=None,
            cost_source=None,
            attrs=None,
            mapping=MAPPING_VERSION - 1,
            body=msgspec.json.encode({k: v for k, v in msgspec.json.decode(row.body).items() if k in raw}).decode(),
        )
        for row in rows
    ]
    again = Remap(PRICES).again(told_less)
    assert [row.mapping for row in again] == [MAPPING_VERSION] * len(rows)
    for before, after in zip(rows, again, strict=True):
        assert after == msgspec.structs.replace(before, usage_scope=after.usage_scope)
    counted = [row for row in again if row.usage_scope == "call"]
    assert sum(row.cost for row in counted) == sum(row.cost for row in rows if row.usage_scope == "call")


def a_call(event_id: str, trace_id: str, *, response_id: str, seq: int):
    body = {"model": "gpt-4o", "response_id": response_id, "tokens": {"input": 20, "output": 7}, "response": "hi"}
    return stored(Event(event_id, "model_response", HOUR_AGO, {}, {"trace_id": trace_id}, body, 9), seq=seq)


def test_a_call_that_counts_on_the_day_before_does_not_count_again():
    first, second = (a_call(name, "t-1", response_id="r-1", seq=seq) for seq, name in enumerate("ab", 1))
    remap = Remap(PRICES)
    remap.look_back([first])
    assert [row.usage_scope for row in remap.again([second])] == ["duplicate"]


def test_of_two_events_of_one_call_the_same_counts_as_before():
    first, second = (a_call(name, "t-1", response_id="r-1", seq=seq) for seq, name in enumerate("ab", 1))
    first.usage_scope = "duplicate"  # as where the later one stood deeper in its trace
    assert Remap(PRICES).again([first, second]) == [first, second]


def test_an_event_that_cannot_be_made_again_stays_as_it_is(caplog):
    row = a_call("a", "t-1", response_id="r-1", seq=1)
    broken = msgspec.structs.replace(row, body="[1]")
    remap = Remap(PRICES)
    assert remap.again([broken]) == [broken]
    assert remap.failed == 1
    assert "cannot be mapped again" in caplog.text

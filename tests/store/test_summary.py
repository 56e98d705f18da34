"""The shapes in which events are answered."""

from decimal import Decimal

from lynex.store.columns import select_list
from lynex.store.contract import Batch
from lynex.store.summary import DETAIL_COLUMNS, SUMMARY_COLUMNS, detail_of, summary_of
from tests.store.rows import START, a_row, open_store

FULL = {
    "sent_at": START,
    "key_id": "key_1",
    "name": "answer",
    "level": "error",
    "status": "error",
    "provider": "openai",
    "response_model": "gpt-4o-2024-08-06",
    "trace_id": "t",
    "parent_event_id": "p",
    "session_id": "s",
    "step_index": 0,
    "duration_ms": 1234.5,
    "output_tokens": 0,
    "total_tokens": 7,
    "usage_scope": "call",
    "cost": Decimal("0.000000000001"),
    "cost_source": "computed",
    "error_type": "RateLimitError",
    "error_message": "slow down",
    "tool_name": "search",
    "input_preview": "hello",
    "context": '{"device":"phone"}',
    "attrs": '{"tenant":"t1"}',
    "body": '{"usage":{"input_tokens":7}}',
}


def test_a_list_item_has_the_envelope_and_only_what_is_known():
    row = a_row(1, model=None, input_tokens=None, cost=None, sdk_name=None, attrs=None, tags=None, type="log")
    assert summary_of(row) == {
        "eventId": row.event_id,
        "projectId": "proj_a",
        "type": "log",
        "timestamp": "2025-11-20T12:00:00.001Z",
        "at": "2025-11-20T12:00:00.001Z",
        "sdk": {},
        "context": {},
        "body": {"status": "ok"},
        "received_at": "2025-11-20T12:00:00.001Z",
        "processed_at": "2025-11-20T12:00:00.001050Z",
    }


def test_a_list_item_says_what_a_call_was_and_cost():
    found = summary_of(a_row(1, **FULL))
    assert found["timestamp"] == "2025-11-20T12:00:00.000Z"
    assert found["context"] == {
        "device": "phone",
        "trace_id": "t",
        "parent_event_id": "p",
        "session_id": "s",
        "tags": ["rag"],
        "step_index": 0,
        "metadata": {"tenant": "t1"},
    }
    body = found["body"]
    assert body["cost"] == {"total": 1e-12, "source": "computed"}
    assert body["usage"]["output_tokens"] == 0
    assert body["usage"]["scope"] == "call"
    assert body["error"] == {"type": "RateLimitError", "message": "slow down"}
    assert body["tool"] == {"name": "search"}
    assert "output_preview" not in body


def test_the_detail_has_the_whole_body():
    found = detail_of(a_row(1, **FULL, queue_latency_ms=3.5))
    assert found["body"] == {"usage": {"input_tokens": 7, "scope": "call"}}
    assert found["queue_latency_ms"] == 3.5
    assert "key_id" not in found


def test_a_row_and_what_the_store_answers_look_the_same(tmp_path):
    row = a_row(1, **FULL)
    store = open_store(tmp_path)
    store.append(Batch(1, 1, [row]))
    (short,) = store.select(f"SELECT {select_list(SUMMARY_COLUMNS)} FROM events", {}).to_pylist()
    (whole,) = store.select(f"SELECT {select_list(DETAIL_COLUMNS)} FROM events", {}).to_pylist()
    store.close()
    assert summary_of(short) == summary_of(row)
    assert detail_of(whole) == detail_of(row)

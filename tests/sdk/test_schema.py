"""The client's check says what the server would say: every known field of every type, with right and wrong values."""

import json

import pytest
from lynex_sdk.schema import FIELDS, fault_of

from lynex.errors import LynexError
from lynex.events.bodies import BODIES, Tokens
from lynex.events.decoding import decode_single
from lynex.events.limits import Limits

LIMITS = Limits(
    max_event_bytes=4 << 20,
    max_batch_events=1000,
    max_depth=64,
    max_keys=10_000,
    now=1_763_640_000_000_000,
    oldest=None,
)
VALUES = ["text", "x" * 2000, "ok", "info", 3, -1, 1.5, -0.5, 1e12, 1e16, 2**60, True, [], ["a"], {}, {"a": "b"}]
TOKENS = [5, -1, 1.5, "12", True, 2**60, "x" * 100]


def server_says(event: dict) -> str | None:
    try:
        decode_single(json.dumps(event).encode(), LIMITS, "proj_a")
    except LynexError as refused:
        fault = refused.faults[0]
        return f"{fault.field}: {fault.message}"
    return None


def test_the_same_fields_are_known():
    assert FIELDS.keys() == BODIES.keys()
    every = {"name", "level", "status", "error", "duration_ms", "latency_ms", "metadata"}
    for kind, struct in BODIES.items():
        assert FIELDS[kind].keys() == set(struct.__struct_fields__) - every


@pytest.mark.parametrize("kind", BODIES)
def test_every_field_is_judged_alike(kind):
    for field in BODIES[kind].__struct_fields__:
        for value in VALUES:
            body = {field: value}
            ours, theirs = fault_of("e1", kind, body), server_says({"type": kind, "eventId": "e1", "body": body})
            if theirs is not None and theirs.startswith(f"body.{field}["):
                continue  # what is inside lists is left to the server
            assert ours == theirs, (kind, body)


@pytest.mark.parametrize("field", ["tokens", "usage"])
def test_token_counts_are_judged_alike(field):
    for name in (*(one for one in Tokens.__struct_fields__ if not one.endswith("_details")), "custom_name"):
        for value in TOKENS:
            body = {field: {name: value}}
            event = {"type": "model_response", "eventId": "e1", "body": body}
            assert fault_of("e1", "model_response", body) == server_says(event)


def test_types_and_ids_are_judged_alike():
    for kind, event_id in [("nonsense", "e1"), ("log", "a b"), ("log", "x" * 129), ("log", "é"), ("log", "ok.1:2_3-4")]:
        assert fault_of(event_id, kind, {}) == server_says({"type": kind, "eventId": event_id, "body": {}})

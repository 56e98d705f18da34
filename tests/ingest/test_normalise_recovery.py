"""Nothing is overwritten silently: from every stored body the sender's own fields come back, and no event is refused here."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynex.events.envelope import EVENT_TYPES, Event
from lynex.ingest.as_sent import as_sent
from lynex.ingest.enrich import enrich
from lynex.ingest.messages import same_json
from lynex.ingest.normalise import normalise
from lynex.pricing.book import PriceBook
from lynex.store.columns import to_arrow

NOW = 1_795_176_000_000_000
PRICES = PriceBook()

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
number = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
anything = st.recursive(
    st.none() | st.booleans() | number | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
json_text = anything.map(json.dumps) | anything.map(lambda value: msgspec.json.encode(value).decode()) | text
arguments = anything | json_text | json_text.map(json.dumps)
tool_call = st.fixed_dictionaries(
    {
        "id": text,
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": text, "arguments": arguments}),
    },
    optional={"index": number},
)
part = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": text}, optional={"cache_control": anything}),
    st.fixed_dictionaries({"type": st.just("text"), "content": text}),
    st.fixed_dictionaries({"type": st.just("tool_use"), "id": text, "name": text, "input": anything}),
    st.fixed_dictionaries({"type": st.just("tool_result"), "tool_use_id": text, "content": anything}),
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": text, "signature": text}),
    st.fixed_dictionaries({"type": st.just("image_url"), "image_url": st.fixed_dictionaries({"url": text})}),
    anything,
)
role = st.sampled_from(["system", "user", "assistant", "tool", "developer"]) | text
message = st.one_of(
    st.fixed_dictionaries({"role": role, "content": text | st.none() | st.lists(part, max_size=3) | anything}),
    st.fixed_dictionaries(
        {"role": role},
        optional={
            "content": text | st.none() | st.lists(part, max_size=2),
            "tool_calls": st.lists(tool_call | anything, max_size=2),
            "tool_call_id": text,
            "name": text | anything,
            "parts": st.lists(part, max_size=2),
            "refusal": anything,
        },
    ),
    st.fixed_dictionaries({"type": st.just("function_call"), "call_id": text, "name": text, "arguments": arguments}),
    st.fixed_dictionaries({"type": st.just("function_call_output"), "call_id": text, "output": anything}),
    text,
)
content = text | st.lists(message, max_size=4) | message | anything
counts = st.dictionaries(
    st.sampled_from(
        ["input", "output", "cached", "cache_write", "reasoning", "total", "input_tokens", "output_tokens", "prompt_tokens",
         "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "thoughts_token_count"]
    ),
    st.integers(0, 10**6) | st.integers(0, 2**64 - 1) | anything,
    max_size=6,
)  # fmt: skip
KNOWN = {
    "model": text | st.sampled_from(["gpt-4o", " gpt-4o ", "openai/gpt-4o", "claude-sonnet-4-5", "llama3"]) | anything,
    "provider": text | st.sampled_from(["openai", "OpenAI", "azure", "litellm", "ollama"]) | anything,
    "prompt": content, "messages": content, "input": content, "response": content, "output": content,
    "system": content, "tokens": counts | anything, "usage": counts | anything,
    "cost": number | anything | st.fixed_dictionaries({"input": number, "output": number}, optional={"currency": text}),
    "parameters": anything, "tools": anything, "tool_calls": st.lists(tool_call, max_size=2) | anything,
    "finish_reason": st.sampled_from(["stop", "end_turn", "tool-calls", "odd"]) | anything,
    "finish_reasons": st.lists(text, max_size=2) | anything, "response_id": text | anything, "response_model": anything,
    "stream": st.booleans() | anything, "ttft_ms": number | anything,
    "prompt_template": anything | st.dictionaries(st.sampled_from(["name", "version", "text", "template"]), anything),
    "role": role | anything, "content": content, "channel": anything,
    "name": text | anything, "action": anything, "thought": anything, "state": anything, "state_patch": anything,
    "step_index": number | anything, "tool": text | anything, "arguments": arguments, "result": anything,
    "call_id": text | anything, "tool_type": anything, "query": anything,
    "documents": anything | st.lists(st.dictionaries(st.sampled_from(["id", "content"]), text)), "top_k": anything,
    "source": anything, "message": text | anything, "error_type": anything, "type": anything, "stack": anything,
    "code": anything, "handled": anything, "error": anything | st.dictionaries(st.sampled_from(["type", "message"]), anything),
    "metric": anything, "score": anything | st.booleans(), "label": anything, "explanation": anything, "evaluator": anything,
    "target_event_id": anything, "target_trace_id": anything, "level": st.sampled_from(["info", "error"]) | anything,
    "status": st.sampled_from(["ok", "error"]) | anything, "duration_ms": number | anything, "latency_ms": number | anything,
    "metadata": anything, "attributes": anything, "kind": anything, "logger": anything, "sent": anything, "eval": anything,
    "agent": anything, "retrieval": anything, "derived": anything, "nulls": anything, "input_from": anything,
    "system_instructions": anything, "odd field": anything,
}  # fmt: skip


COMMON = ["name", "level", "status", "error", "duration_ms", "latency_ms", "metadata"]
OWN = {
    "model_response": [
        "model", "provider", "prompt", "messages", "input", "response", "output", "system", "tokens", "usage", "cost",
        "parameters", "tools", "tool_calls", "finish_reason", "finish_reasons", "response_id", "response_model", "stream",
        "ttft_ms", "prompt_template",
    ],
    "token_usage": ["model", "provider", "tokens", "usage", "cost", "response_id"],
    "message": ["role", "content", "channel"],
    "agent_action": ["action", "thought", "input", "output", "state", "state_patch", "step_index"],
    "tool_call": ["tool", "arguments", "result", "call_id", "tool_type"],
    "retrieval": ["query", "documents", "top_k", "source"],
    "span": ["input", "output", "kind", "attributes"],
    "error": ["message", "error_type", "type", "stack", "code", "handled"],
    "eval_metric": ["metric", "score", "label", "explanation", "evaluator", "target_event_id", "target_trace_id"],
}  # fmt: skip


def stored(event_type: str, body: dict, context: dict | None = None):
    event = Event("evt_1", event_type, NOW, {}, context if context is not None else {}, body, 100)
    draft = normalise(event, seq=1, project_id="proj_a", key_id=None, received_at=NOW)
    return enrich(draft, PRICES, NOW)


@st.composite
def bodies(draw, event_type):
    own = st.sampled_from(OWN.get(event_type, []) + COMMON)
    names = draw(st.lists(own | own | own | st.sampled_from(sorted(KNOWN)), unique=True, max_size=9))
    return {name: draw(KNOWN[name]) for name in names}


@pytest.mark.parametrize("event_type", EVENT_TYPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_was_sent_comes_back_from_the_stored_body(event_type, data):
    body = data.draw(bodies(event_type))
    sent = msgspec.json.decode(msgspec.json.encode(body))
    given = msgspec.json.decode(msgspec.json.encode(body))
    row = stored(event_type, given)
    assert same_json(given, sent), "it may be read again after a failure"
    recovered = as_sent(msgspec.json.decode(row.body))
    assert to_arrow([row]).num_rows == 1
    assert same_json(recovered, sent), f"{sent}\n!=\n{recovered}\nvia {row.body}"


@settings(max_examples=120, deadline=None)
@given(
    body=st.fixed_dictionaries(
        {}, optional={name: KNOWN[name] for name in ("prompt", "messages", "response", "tool_calls", "system")}
    )
)
def test_conversations_come_back_word_for_word(body):
    sent = msgspec.json.decode(msgspec.json.encode(body))
    row = stored("model_response", msgspec.json.decode(msgspec.json.encode(body)))
    assert same_json(as_sent(msgspec.json.decode(row.body)), sent), row.body


@settings(max_examples=100, deadline=None)
@given(
    context=st.dictionaries(
        st.sampled_from(["metadata", "tags", "step_index", "user_id", "odd", "agent_name"]), anything
    )
)
def test_any_context_is_stored_without_loss(context):
    row = stored("log", {"message": "hi"}, msgspec.json.decode(msgspec.json.encode(context)))
    left = json.loads(row.context) if row.context else {}
    for name, value in context.items():
        if name in left:
            assert same_json(left[name], value)
        elif name == "metadata":
            assert json.loads(row.attrs) == value
        else:
            assert getattr(row, name) == value

"""`lynex traces` against a real server."""

import pytest

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def story(server):
    def event(number, parent=None, **rest):
        context = {"parent_event_id": f"{TRACE}:{parent:016x}"} if parent else {"user_id": "trace watcher"}
        return {"eventId": f"{TRACE}:{number:016x}", "context": context, **rest}

    call = {"model": "gpt-4o", "duration_ms": 400, "tokens": {"input": 20, "output": 7}, "name": "think"}
    failed = {"tool": "refund_create", "duration_ms": 50, "error": {"type": "HTTPError", "message": "422 \x1b[31m"}}
    sent = server.post(
        [
            event(1, type="agent_action", body={"name": "support – 日本", "duration_ms": 900}),
            event(2, 1, type="model_response", body=call),
            event(3, 2, type="tool_call", body=failed),
            event(4, 99, type="span", body={"name": "stray"}),
            event(5, 1, type="log", body={"message": "slow", "name": "note"}),
        ]
    )
    assert sent.status_code == 202
    server.drain()


def test_traces_are_listed(here, story):
    said = here("traces", "--user", "trace watcher")
    header, line = said.out.splitlines()
    assert header.split() == ["Start", "Name", "Duration", "Events", "Errors", "Tokens", "Cost", "Models", "Trace"]
    assert "support – 日本" in line and "20 → 7" in line and line.endswith(TRACE)
    (item,) = here("traces", "--json", "--user", "trace watcher", "--sort", "cost_usd").json["items"]
    assert item["trace_id"] == TRACE and item["errors"] == 1
    assert "No trace matches" in here("traces", "--user", "nobody").err


def test_one_trace_is_shown_as_a_tree(here, story):
    said = here("traces", TRACE)
    expected = ("support – 日本 ", "├─ think ", "│  └─ refund_create ", "└─ note ", "stray ")
    lines = said.out.splitlines()[-5:]
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True)), said.out
    assert "HTTPError: 422 \N{REPLACEMENT CHARACTER}[31m" in said.out and "its parent never arrived" in said.out
    assert "█" in said.out and "20 → 7" in said.out
    assert "4 more events" in here("traces", TRACE, "-n", "1").err
    assert here("traces", TRACE, "--json").json["total"] == 5
    unknown = here("traces", "nobody's")
    assert unknown.code != 0 and "No trace" in unknown.err

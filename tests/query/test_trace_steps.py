"""What a step player asks for: a line for each step, and which calls of tools are alike."""

from typing import Any

import msgspec
import pytest

from lynex.api.trace_shapes import TraceSteps
from lynex.clock import SECOND
from lynex.errors import NotFound
from lynex.query.cursors import Cursors
from lynex.query.trace_steps import TraceStepsQuestion
from lynex.query.traces import Traces
from tests.query.conftest import NOW, PROJECT, Shelf

TRACE = "cd" * 16


def a_step(number: int, kind: str, body: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    at = NOW + number * SECOND
    row = {"type": kind, "event_id": f"{TRACE}:{number:016x}", "trace_id": TRACE, "at": at}
    return row | {"body": msgspec.json.encode(body or {}).decode()} | facts


def a_tool_call(number: int, tool: str, arguments: Any) -> dict[str, Any]:
    return a_step(number, "tool_call", {"tool": {"name": tool, "arguments": arguments}}, tool_name=tool)


def asked(shelf: Shelf, project_id: str = PROJECT) -> TraceSteps:
    steps = Traces(shelf.store, Cursors(b"secret")).steps(TraceStepsQuestion(project_id, TRACE))
    return msgspec.convert(steps, TraceSteps)


def test_calls_are_alike_where_tool_and_arguments_are(shelf):
    shelf.put(
        a_tool_call(2, "refund", {"amount": 6490}),
        a_tool_call(1, "refund", {"amount": 6490}),
        a_tool_call(3, "lookup", {"amount": 6490}),
        a_tool_call(4, "refund", {"amount": 64.9}),
        a_tool_call(5, "refund", {"amount": 6490, "why": "ü" * 300}),
        a_step(6, "tool_call", {"tool": {"name": "refund"}}, tool_name="refund"),
        a_step(7, "model_response", input_preview="x" * 160, output_preview="Done."),
    )
    shown = asked(shelf)
    assert shown.id == [f"~{number:016x}" for number in range(1, 8)]
    assert shown.call == [0, 0, 1, 2, 3, 4, None]
    assert (shown.asked[-1], shown.said[-1]) == ("x" * 80, "Done.")


def test_documents_are_counted_and_what_is_no_step_is_left_out(shelf):
    shelf.put(
        a_step(1, "retrieval", {"retrieval": {"documents": [{"id": "a"}, {"id": "b"}]}}),
        a_step(2, "retrieval", {"retrieval": {"query": "none"}}),
        a_step(3, "span"),
        a_step(4, "span", step_index=4),
        a_step(5, "log"),
    )
    shown = asked(shelf)
    assert [int(event_id[1:], 16) for event_id in shown.id] == [1, 2, 4]
    assert shown.documents == [2, None, None]


def test_another_projects_trace_is_not_there(shelf):
    shelf.put(a_step(1, "message"))
    with pytest.raises(NotFound):
        asked(shelf, "proj_b")

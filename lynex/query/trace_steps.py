"""What the steps of a trace say in a line each, and which calls of tools are alike: beside its structure."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.errors import NotFound
from lynex.query.parameters import Parameters, shown
from lynex.query.rows import Select
from lynex.query.trace_detail import MOST_EVENTS
from lynex.query.trace_tree import shortened

_PARAMETERS: Final = frozenset(("project_id",))
_LONGEST: Final = 80  # characters of a line


class TraceStepsQuestion(msgspec.Struct, frozen=True):
    project_id: str
    trace_id: str

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, trace_id: str) -> "TraceStepsQuestion":
        """Raises InvalidInput for any other parameter."""
        Parameters(params, _PARAMETERS).check()
        return cls(project_id, trace_id)


def trace_steps(select: Select, question: TraceStepsQuestion) -> dict[str, Any]:
    """Columns over the events that may be steps, in order of time. Raises NotFound like the trace itself."""
    values: dict[str, Any] = {"project_id": question.project_id, "trace_id": question.trace_id}
    (bounds,) = select(_BOUNDS, values)
    if bounds["first"] is None:
        raise NotFound(f"No trace {shown(question.trace_id)} in this project.", code="trace_not_found")
    values.update(first=bounds["first"], last=bounds["last"], most=MOST_EVENTS)
    said = select.columns(_SAID, values)
    inside = select.columns(_INSIDE, values)
    rows = dict(zip(inside["event_id"], zip(inside["call"], inside["documents"], strict=True), strict=True))
    kinds: dict[str, int] = {}
    calls, documents = [], []
    for event_id in said["event_id"]:
        call, held = rows.get(event_id, (None, None))
        calls.append(None if call is None else kinds.setdefault(call, len(kinds)))
        documents.append(held)
    prefix = f"{question.trace_id}:"
    ids = [shortened(event_id, prefix) for event_id in said["event_id"]]
    return {"id": ids, "asked": said["asked"], "said": said["said"], "call": calls, "documents": documents}


_MINE: Final = "project_id = $project_id AND trace_id = $trace_id"
_BOUNDS: Final = f"SELECT min(seq) AS first, max(seq) AS last FROM events WHERE {_MINE}"
_HERE: Final = f"FROM events WHERE {_MINE} AND seq >= $first AND seq <= $last"
_SAID: Final = f"""
SELECT event_id, left(input_preview, {_LONGEST}) AS asked, left(output_preview, {_LONGEST}) AS said {_HERE}
  AND (type NOT IN ('span', 'log', 'token_usage', 'custom') OR step_index IS NOT NULL)
ORDER BY events."at", event_id LIMIT $most
"""
# Bodies are read of these alone: what is in a trace besides may be long.
_INSIDE: Final = f"""
SELECT event_id,
  CASE WHEN type = 'tool_call' THEN md5(concat(tool_name, ' ', json_extract(body, '$.tool.arguments'))) END AS call,
  CASE WHEN type = 'retrieval' THEN json_array_length(body, '$.retrieval.documents') END AS documents {_HERE}
  AND type IN ('tool_call', 'retrieval')
ORDER BY events."at", event_id LIMIT $most
"""

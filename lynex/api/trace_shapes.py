"""Traces and sessions on the wire."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from lynex.api.shapes import EventItem


class TraceFigures(msgspec.Struct):
    """A trace in one line. Its root is the first event without a parent; `root_event_id` is null until one arrives.

    `errors` are failed events, `requests` model calls that count. `cost_usd` is null where no price is known.
    `is_promoted`: roll-ups are in the sums, because the calls below them were not reported."""

    name: str | None
    type: str
    root_event_id: str | None
    start: str
    end: str
    duration_ms: float
    status: str
    events: int
    errors: int
    requests: int
    models: list[str]
    input_tokens: int
    output_tokens: int
    total_tokens: int
    cost_usd: float | None
    is_promoted: bool
    session_id: str | None
    user_id: str | None
    environment: str | None
    release: str | None
    service: str | None
    tags: list[str]


class TraceItem(TraceFigures):
    """A trace as lists show it."""

    trace_id: str


class ListedTrace(TraceItem):
    """`bars`: the longest spans, those that failed first: start and length in thousandths of the trace, type, and
    whether it failed."""

    bars: list[tuple[int, int, str, bool]] | UnsetType = UNSET


class TracePage(msgspec.Struct):
    """`next` is the cursor of the following page."""

    items: list[ListedTrace]
    next: str | None


class TraceEvents(msgspec.Struct):
    """Columns over the events: a parent stands before what is below it, siblings in order of time.

    `id` beginning with `~` goes on from `<trace id>:`. `parent` is a row, -1 at the top. `start` (from `start_us`) and
    `duration` are microseconds. `type`, `name`, `kind`, `service`, `level` are indices into the dictionaries `types`,
    `names` …, -1 for none."""

    id: list[str]
    parent: list[int]
    start: list[int]
    duration: list[int | None]
    failed: list[int]
    type: list[int]
    name: list[int]
    kind: list[int]
    service: list[int]
    level: list[int]


class TraceCalls(msgspec.Struct):
    """What used tokens or money. `scope`: only `call` counts, and what is marked as promoted. `provider`, `model`,
    `scope`, `finish_reason` are indices into `providers`, `models`, `scopes`, `finish_reasons`."""

    row: list[int]
    provider: list[int]
    model: list[int]
    scope: list[int]
    finish_reason: list[int]
    input_tokens: list[int | None]
    output_tokens: list[int | None]
    cache_read_tokens: list[int | None]
    cache_write_tokens: list[int | None]
    reasoning_tokens: list[int | None]
    cost_usd: list[float | None]
    is_unpriced: list[int]
    ttft_ms: list[float | None]


class TraceTools(msgspec.Struct):
    row: list[int]
    tool: list[int]


class TraceAgents(msgspec.Struct):
    row: list[int]
    agent: list[int]
    step_index: list[int | None]


class TraceErrors(msgspec.Struct):
    """`type` is an index into `error_types`; `message` has at most 200 characters."""

    row: list[int]
    type: list[int]
    message: list[str | None]
    group: list[str | None]


class TraceEvals(msgspec.Struct):
    row: list[int]
    name: list[int]
    score: list[float | None]


class TraceOutside(msgspec.Struct):
    """Rows at the top whose parent is not in this answer: it never arrived (`marks.orphan`), or is on another page."""

    row: list[int]
    parent: list[str]


class TraceMarks(msgspec.Struct):
    """Rows: parents that never arrived; own ancestors; facts told beside a span; roll-ups that count."""

    orphan: list[int]
    cycle: list[int]
    attached: list[int]
    promoted: list[int]


class TraceShown(msgspec.Struct):
    """A trace's structure without contents. `total` events in all; `next` leads on where this was too much for one
    answer. Bodies come from `/api/v1/events/{event_id}` or `/api/v1/events/lookup`."""

    trace: TraceItem
    start_us: int
    total: int
    truncated: bool
    next: str | None
    events: TraceEvents
    calls: TraceCalls
    tools: TraceTools
    agents: TraceAgents
    errors: TraceErrors
    evals: TraceEvals
    outside: TraceOutside
    marks: TraceMarks
    dictionaries: dict[str, list[str]]


class TraceSteps(msgspec.Struct):
    """Columns over the events that may be steps, in order of time; `id` as in the trace's structure.

    `asked` and `said` are beginnings of what went in and came out. `call` is the same number where the same tool was
    called with the same arguments. `documents` is how many a retrieval found."""

    id: list[str]
    asked: list[str | None]
    said: list[str | None]
    call: list[int | None]
    documents: list[int | None]


class LookupWanted(msgspec.Struct, forbid_unknown_fields=True):
    """`trace_id`, where all are of one trace, makes it quicker."""

    ids: Annotated[list[Annotated[str, Meta(min_length=1, max_length=1024)]], Meta(min_length=1, max_length=200)]
    trace_id: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None


class LookedUp(msgspec.Struct):
    """The events in the order asked for, with whole bodies, and the ids that are unknown. Where the bodies together
    are too long for one answer, `left_out` names what to ask for next."""

    items: list[EventItem]
    missing: list[str]
    left_out: list[str]


class SessionItem(msgspec.Struct):
    """A session in one line: its traces with all of their events, and events of it outside of traces.

    `turns` counts both. `preview` is the beginning of what the user first put in."""

    session_id: str
    first_seen: str
    last_seen: str
    duration_ms: float
    turns: int
    traces: int
    events: int
    errors: int
    requests: int
    input_tokens: int
    output_tokens: int
    total_tokens: int
    cost_usd: float | None
    users: list[str]
    models: list[str]
    environment: str | None
    preview: str | None


class SessionPage(msgspec.Struct):
    """`next` is the cursor of the following page."""

    items: list[SessionItem]
    next: str | None


class Said(msgspec.Struct):
    """`is_cut`: the whole stands in the event."""

    event_id: str
    text: str
    is_cut: bool


class TurnTool(msgspec.Struct):
    """`arguments` and `result` are beginnings."""

    event_id: str
    name: str | None
    status: str
    duration_ms: float | None
    arguments: str | None
    result: str | None
    start: str


class TurnFailure(msgspec.Struct):
    event_id: str
    name: str | None
    type: str | None
    message: str | None
    start: str


class Turn(TraceFigures):
    """A trace as lists show it, with what was said in it; `trace_id` is null for an event outside of traces."""

    trace_id: str | None
    input: Said | None
    output: Said | None
    tool_calls: list[TurnTool]
    failures: list[TurnFailure]


class SessionShown(msgspec.Struct):
    """`items` in order of time; `next` is the cursor of those that follow."""

    session: SessionItem
    items: list[Turn]
    next: str | None

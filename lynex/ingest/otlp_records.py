"""What OpenTelemetry sends, as plain values: spans, log records and data points, each with its resource and scope.

Attribute values are what JSON can say: text, bool, int (64 bits), float, None, lists and dicts of these; bytes are
base64 text; NaN and infinities are the texts `NaN`, `Infinity`, `-Infinity`. Instants are microseconds UTC, None
where unset.
"""

from typing import Any

import msgspec

Attributes = dict[str, Any]


class Scope(msgspec.Struct, gc=False):
    """The instrumentation that spoke."""

    name: str = ""
    version: str = ""
    attributes: Attributes = msgspec.field(default_factory=dict)


class SpanEvent(msgspec.Struct, gc=False):
    name: str
    at: int | None
    attributes: Attributes


class Link(msgspec.Struct, gc=False):
    trace_id: str
    span_id: str
    attributes: Attributes


class Span(msgspec.Struct, gc=False):
    """Ids are lower-case hex of 32 and 16 digits; `parent_span_id` is None for a root."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str  # internal | server | client | producer | consumer | unspecified
    start: int | None
    end: int | None
    status: str  # unset | ok | error
    status_message: str
    attributes: Attributes
    events: list[SpanEvent]
    links: list[Link]
    resource: Attributes  # shared by the spans of a resource: never change it
    scope: Scope
    trace_state: str = ""
    flags: int = 0

    @property
    def duration_ms(self) -> float | None:
        """Never negative; None where an end is missing."""
        if self.start is None or self.end is None:
            return None
        return max(0, self.end - self.start) / 1000


class LogRecord(msgspec.Struct, gc=False):
    trace_id: str | None
    span_id: str | None
    at: int | None  # the time of the event, else the time observed
    severity: int  # 1–24, 0 unset
    severity_text: str
    event_name: str  # of the record, else its `event.name` attribute, else ""
    body: Any
    attributes: Attributes
    resource: Attributes
    scope: Scope


class DataPoint(msgspec.Struct, gc=False):
    """One point of a metric. `value` for sums and gauges; `count`, `sum`, `min`, `max` for histograms and summaries."""

    metric: str
    unit: str
    kind: str  # gauge | sum | histogram | exponential_histogram | summary
    temporality: str  # delta | cumulative | unspecified
    start: int | None
    at: int | None
    value: float | int | None
    count: int | None
    sum: float | None
    min: float | None
    max: float | None
    attributes: Attributes
    resource: Attributes
    scope: Scope


Record = Span | LogRecord | DataPoint

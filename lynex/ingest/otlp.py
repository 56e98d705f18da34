"""OTLP requests, both encodings: what is in them is found out at the door, and read again from the journal as records.

`survey` lets nothing through that `open_records` could fail on; both see the same records in the same order.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from lynex.clock import DAY
from lynex.errors import TooLarge
from lynex.events.limits import Limits
from lynex.ingest import otlp_json, otlp_json_metrics, otlp_protobuf, otlp_protobuf_metrics
from lynex.ingest.otlp_portions import MOST_PARTS, Form, Portion, Unfit, Weighed
from lynex.ingest.otlp_records import Record
from lynex.ingest.otlp_values import MAX_DEPTH

TRACES, LOGS, METRICS = "otlp.traces", "otlp.logs", "otlp.metrics"
IN_JSON: Final = ".json"
MOST_RECORDS: Final = 50_000

_FORMS: Final[dict[str, Form]] = {
    TRACES: otlp_protobuf.SPANS,
    LOGS: otlp_protobuf.LOGS,
    METRICS: otlp_protobuf_metrics.METRICS,
    TRACES + IN_JSON: otlp_json.SPANS,
    LOGS + IN_JSON: otlp_json.LOGS,
    METRICS + IN_JSON: otlp_json_metrics.METRICS,
}
KINDS: Final = frozenset(_FORMS)
_SMALLER: Final = "Let the exporter send smaller batches."
_MOST_REPEATED_BYTES: Final = 64 << 20
_CREDIBLE_PAST: Final = 400 * DAY  # older times are a wrong clock, and the time of arrival is taken instead

_ANY: Final = Limits(sys.maxsize, MOST_RECORDS, MAX_DEPTH, MOST_PARTS, now=0)


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A span, log record or metric that is not kept: its place in the request, counted through all resources."""

    index: int
    reason: str


class Survey(msgspec.Struct, frozen=True, gc=False):
    """`count` records are to be kept: spans, log records or data points. `ignored`: points of other metrics."""

    count: int
    refused: list[Refusal]
    ignored: int


def survey(kind: str, data: bytes, limits: Limits = _ANY) -> Survey:
    """What `open_records` will find. Raises `BadRequest` and `TooLarge`; then nothing of the request can be kept."""
    form = _FORMS[kind]
    look = _Looking(limits)
    for portion in form.split(data):
        look.at(portion, form)
    return Survey(look.count, look.refused, look.ignored)


def open_records(kind: str, data: bytes, refused: Sequence[int]) -> Iterator[Record]:
    """The records of a request that was surveyed; `refused` are the indexes of those that were not kept."""
    form, skipped, index = _FORMS[kind], frozenset(refused), 0
    for portion in form.split(data):
        for raw in portion.records:
            if index not in skipped:
                yield from form.read(raw, portion)
            index += 1


def record_as_sent(kind: str, data: bytes, index: int) -> bytes:
    """The span, log record or metric at this place of a request that was surveyed; empty where there is none."""
    for portion in _FORMS[kind].split(data):
        if index < len(portion.records):
            return bytes(portion.records[index])
        index -= len(portion.records)
    return b""


class _Looking:
    """One request being surveyed."""

    def __init__(self, limits: Limits) -> None:
        self.count = 0
        self.ignored = 0
        self.refused: list[Refusal] = []
        self._limits = limits
        self._index = 0
        self._portions = 0
        self._repeated_bytes = 0

    def at(self, portion: Portion, form: Form) -> None:
        self._check_crowd(portion)
        for raw in portion.records:
            try:
                weighed = self._weighed(raw, form)
            except Unfit as fault:
                self.refused.append(Refusal(self._index, str(fault)))
            else:
                self.count += weighed.kept
                self.ignored += weighed.ignored
            self._index += 1
        if self.count > MOST_RECORDS:  # a metric may have many points
            raise TooLarge(f"More than {MOST_RECORDS} data points in one request.", hint=_SMALLER)

    def _weighed(self, raw: Any, form: Form) -> Weighed:
        limits = self._limits
        size = len(memoryview(raw))
        if size > limits.max_event_bytes:
            raise Unfit(f"it has {size} bytes; the limit is {limits.max_event_bytes}")
        weighed = form.weigh(raw)
        at, oldest = weighed.at, limits.oldest
        if at is not None and oldest is not None and limits.now - _CREDIBLE_PAST <= at < oldest:
            raise Unfit("it is older than this server keeps events (setting retention.days)")
        return weighed

    def _check_crowd(self, portion: Portion) -> None:
        """Each record is kept with its resource and scope, so few bytes sent could become many kept."""
        self._portions += 1
        self._repeated_bytes += portion.shared_bytes * len(portion.records)
        if max(self._portions, self._index + len(portion.records)) > MOST_RECORDS:
            raise TooLarge(f"More than {MOST_RECORDS} records in one request.", hint=_SMALLER)
        if self._repeated_bytes > _MOST_REPEATED_BYTES:
            raise TooLarge("The request is too large once its resources stand with each record.", hint=_SMALLER)

"""Which model spans of a trace tell of the same call: two instrumentations of one request, three deep at times.

Spans with one response id are one call, wherever they stand (semconv.md 3.3). Without an id, spans of one model with
the same counts are one call when each stands inside the other: what is outer adds nothing to what is innermost, and
two calls side by side stay two. An outer span of that model which counted nothing is no call of its own either.
Some instrumentations (LangChain's callbacks) put their spans beside those of the provider's package: spans of
different instrumentations, with the same model, counts and answer, are one call when the time of one lies within that
of the other.

The answer does not depend on the order of arrival as long as the spans between two model spans have come when the
later of them does; a span is sent after those inside it, so that is how they come.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import msgspec

from lynex.ingest.generations import Generations
from lynex.pricing.providers import bare_ids
from lynex.store.stored_event import StoredEvent

_DEEPEST: Final = 64  # levels between two spans of one call
_MOST_INSIDE: Final = 16  # calls remembered of those inside one span, by their counts
_MOST_SPANS: Final = 64  # of one call; as many as matter
_MOST_SCOPES: Final = 16  # instrumentations of one trace that are told apart
_LONGEST_NAME: Final = 512
_SOON: Final = 1_000_000  # microseconds within which the end of a call is told of
_Counts = tuple[int, int]
_NOTHING: Final = (0, 0)


class _Call(msgspec.Struct, gc=False):
    """One request to a model, and the spans that tell of it. `counted`: whether one of them with tokens counts."""

    names: frozenset[str]
    response_id: str | None = None
    counted: bool = False
    spans: tuple[int, ...] = ()  # a tuple of one takes a third of a list
    scopes: tuple[str, ...] = ()  # the instrumentations that told of it

    def may_be(self, names: frozenset[str], response_id: str | None, counts: _Counts) -> bool:
        """Whether a span of this model, response and counts could tell of it. Without counts the model must be said."""
        if response_id is not None and self.response_id is not None and response_id != self.response_id:
            return False
        return not names.isdisjoint(self.names) or (counts != _NOTHING and not (names and self.names))


class _Span(msgspec.Struct, gc=False):
    parent: int | None = None
    call: _Call | None = None  # the one it tells of
    counts: _Counts = _NOTHING
    decided: bool | None = None  # whether it counts, once that is decided
    inside: dict[_Counts, _Call] | None = None  # calls below it
    began: int = 0  # microseconds; both 0: not known
    ended: int = 0
    answer: int | None = None  # hash of its first characters


_Alike = dict[str, list[_Span]]  # by instrumentation: those of one are never one call


class CallTrees:
    """The spans of recent traces. They are known by a hash of project, trace and event id, which takes a third of
    their memory and never leaves the process."""

    def __init__(self, capacity: int) -> None:
        self._spans: Generations[int, _Span] = Generations(capacity)
        self._responses: Generations[int, _Call] = Generations(capacity)
        # Of a trace, by counts. What lies beside each other in time arrives nearly together.
        self._alike: Generations[int, _Alike] = Generations(capacity // 5)

    def place(self, row: StoredEvent, identity: int) -> None:
        """Note where in its trace an event stands."""
        span = self._span(identity)
        if row.parent_event_id is None or span.parent is not None:
            return
        span.parent = identity_of(row, row.parent_event_id)
        if span.inside is not None:
            for counts, call in span.inside.items():
                self._mark_around(span.parent, counts, call)

    def depth(self, identity: int) -> int:
        """How many spans are known around it."""
        return sum(1 for _ in self._around(identity))

    def counts(self, row: StoredEvent, identity: int) -> bool:
        """Whether a model span, once placed, is a call of its own; asked twice it gets the same answer."""
        span = self._span(identity)
        if span.decided is None:
            span.decided = self._decide(row, identity, span)
        return span.decided

    def counts_alone(self, row: StoredEvent) -> bool:
        """Whether tokens that are told of when a call is over, without its response id, are in no span of that call.

        So Logfire tells of a stream, and the provider's own package of the same request."""
        span = self._span(identity_of(row, row.event_id))
        if span.decided is None:
            span.decided = self._find_over(row) is None
        return span.decided

    def _find_over(self, row: StoredEvent) -> _Call | None:
        """A call of another instrumentation that ended shortly before."""
        scope, at = row.sdk_name, row.sent_at if row.sent_at is not None else row.at
        counts, names = (row.input_tokens or 0, row.output_tokens or 0), _names_of(row.model, row.response_model)
        alike = self._alike.get(identity_of(row, counts))
        if alike is None or scope is None:
            return None
        for other in (span for told in alike.values() for span in told):
            call = other.call
            if call is None or scope in call.scopes or not call.may_be(names, None, counts):
                continue
            if other.began <= at <= other.ended + _SOON:
                call.scopes += (scope,)
                return call
        return None

    def _decide(self, row: StoredEvent, identity: int, span: _Span) -> bool:
        _note(row, span)
        has_tokens = span.counts != _NOTHING
        names = _names_of(row.model, row.response_model)
        # Where spans that may tell of the same call, beside it, are remembered.
        beside = identity_of(row, span.counts) if has_tokens and span.ended and row.sdk_name is not None else None
        call = self._find(row, identity, span, names, beside)
        if call is None:
            call = _Call(names)
        if row.response_id is not None and call.response_id is None:
            call.response_id = row.response_id
            self._responses.put(identity_of(row, "\0" + row.response_id), call)
        is_first = not call.spans
        if len(call.spans) < _MOST_SPANS:
            call.spans += (identity,)
        span.call = call
        if span.parent is not None:
            self._mark_around(span.parent, span.counts, call)
        if beside is not None and row.sdk_name is not None:
            self._remember(row.sdk_name, span, call, beside)
        # Tokens that nobody has counted yet weigh more than a request counted twice.
        counts = is_first or (has_tokens and not call.counted)
        call.counted = call.counted or has_tokens
        return counts

    def _remember(self, scope: str, span: _Span, call: _Call, beside: int) -> None:
        """For the spans beside it."""
        if scope not in call.scopes:
            call.scopes += (scope,)
        alike = self._alike.get(beside)
        if alike is None:
            self._alike.put(beside, {scope: [span]})
            return
        told = alike.get(scope)
        if told is not None:
            if len(told) >= _MOST_SPANS:
                del told[0]
            told.append(span)
        elif len(alike) < _MOST_SCOPES:
            alike[scope] = [span]

    def _find(
        self, row: StoredEvent, identity: int, span: _Span, names: frozenset[str], beside: int | None
    ) -> _Call | None:
        """The call another span has told of before."""
        response_id = row.response_id
        if response_id is not None:
            known = self._responses.get(identity_of(row, "\0" + response_id))
            if known is not None:
                return known
        counts = span.counts
        if span.inside is not None:
            for inner in _inside(span):
                if inner.may_be(names, response_id, counts):
                    return inner
        if span.parent is not None:
            around = list(self._around(identity))
            for outer in around:
                told = self._spans.get(outer)
                call = told.call if told is not None and told.counts == counts else None
                if call is not None and call.may_be(names, response_id, counts) and set(call.spans) <= set(around):
                    return call
        alike = self._alike.get(beside) if beside is not None else None
        return self._find_beside(row, span, names, alike) if alike is not None else None

    def _find_beside(self, row: StoredEvent, span: _Span, names: frozenset[str], alike: _Alike) -> _Call | None:
        """Of the calls that other instrumentations told of at the same time, the one that took most nearly as long."""
        fitting = [
            other
            for scope, told in alike.items()
            if scope != row.sdk_name
            for other in told
            if other.call is not None
            and row.sdk_name not in other.call.scopes
            and other.call.may_be(names, row.response_id, span.counts)
            and _is_within(span, other)
            and (span.answer is None or other.answer is None or span.answer == other.answer)
        ]
        lasted = span.ended - span.began
        return min(fitting, key=lambda other: abs(other.ended - other.began - lasted)).call if fitting else None

    def _mark_around(self, identity: int, counts: _Counts, call: _Call) -> None:
        """Let the span and those around it know of a call inside. The first of its kind will do: a span that tells of
        one call may tell of any of them that is inside it."""
        self._mark(identity, counts, call)
        for outer in self._around(identity):
            self._mark(outer, counts, call)

    def _mark(self, identity: int, counts: _Counts, call: _Call) -> None:
        span = self._span(identity)
        if span.inside is None:
            span.inside = {counts: call}
        elif len(span.inside) < _MOST_INSIDE:
            span.inside.setdefault(counts, call)

    def _around(self, identity: int) -> Iterator[int]:
        """The spans around one, nearest first."""
        for _ in range(_DEEPEST):
            span = self._spans.get(identity)
            if span is None or span.parent is None:
                return
            identity = span.parent
            yield identity

    def _span(self, identity: int) -> _Span:
        span = self._spans.get(identity)
        return span if span is not None else self._spans.put(identity, _Span())


def identity_of(row: StoredEvent, name: str | _Counts) -> int:
    """Stands for the event of this id, or for something else of this name, in the row's trace."""
    return hash((row.project_id, row.trace_id, name))


def _note(row: StoredEvent, span: _Span) -> None:
    span.counts = (row.input_tokens or 0, row.output_tokens or 0)
    if row.duration_ms is not None:
        span.began = row.sent_at if row.sent_at is not None else row.at
        span.ended = span.began + round(row.duration_ms * 1000)
        span.answer = hash(row.output_preview) if row.output_preview is not None else None


def _inside(span: _Span) -> Iterable[_Call]:
    """Calls below it that it could tell of: those with its counts; any, where it counted nothing itself."""
    if span.inside is None:
        return ()
    if span.counts == _NOTHING:
        return span.inside.values()
    call = span.inside.get(span.counts)
    return (call,) if call is not None else ()


def _is_within(one: _Span, other: _Span) -> bool:
    """Whether the time of one lies within that of the other."""
    if one.began <= other.began:
        return other.ended <= one.ended
    return one.ended <= other.ended


@lru_cache(maxsize=4096)
def _names_of(model: str | None, answered: str | None) -> frozenset[str]:
    """The model as asked for and as it answered, without the prefixes of routers."""
    return frozenset(one for name in (model, answered) if name and len(name) <= _LONGEST_NAME for one in bare_ids(name))

"""The bodies of answers and requests on the wire: what OpenAPI describes and what handlers build."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Scope = Literal["ingest", "read", "admin", "backfill"]


class Queued(msgspec.Struct, omit_defaults=True, rename="camel"):
    """The event is on disk."""

    status: Literal["queued"]
    event_id: str
    duplicate: bool = False
    durable: bool = True
    warnings: list[str] = []


class Beacon(msgspec.Struct, rename="camel"):
    """The key, and the events as a batch has them."""

    api_key: str
    events: msgspec.Raw


class QueuedBatch(msgspec.Struct, omit_defaults=True, rename="camel"):
    """All events are on disk. `duplicates` were known already and will be shown once."""

    status: Literal["queued"]
    accepted: int
    duplicates: int
    event_ids: list[str]
    durable: bool = True
    warnings: list[str] = []


class EventItem(msgspec.Struct, rename={"event_id": "eventId", "project_id": "projectId"}):
    """An event as it is answered: the envelope with its canonical body."""

    event_id: str
    project_id: str
    type: str
    timestamp: str | None
    at: str
    sdk: dict[str, Any]
    context: dict[str, Any]
    body: dict[str, Any]
    received_at: str
    processed_at: str


class EventWhole(EventItem, omit_defaults=True):
    """An event with its whole body. `joined` are the log events beside a span, oldest first, 200 at most; what the body
    takes from them is named by `joined_from`: field of the body → event ids."""

    joined: list[EventItem] = []
    joined_from: dict[str, list[str]] = {}
    joined_left_out: int = 0


class EventPage(msgspec.Struct):
    """`next` is the cursor of the following page."""

    items: list[EventItem]
    next: str | None


class Quantiles(msgspec.Struct):
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class Overview(msgspec.Struct, rename={"from_": "from"}):
    """`requests` are model calls; `latency_ms` is theirs; `cost_usd` is null where no price is known."""

    events: int
    requests: int
    errors: int
    error_rate: float | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    latency_ms: Quantiles
    from_: str | None
    to: str | None


class SeriesLine(msgspec.Struct):
    """`key` null: everything, or (grouped) events without the property. `other`: all beyond the ten largest."""

    key: str | None
    other: bool
    values: list[float | None]


class Series(msgspec.Struct, rename={"from_": "from"}):
    """`values[i]` of each line belongs to `buckets[i]`, the bucket's start."""

    metric: str
    interval: str
    tz: str
    from_: str
    to: str
    buckets: list[str]
    series: list[SeriesLine]
    group_by: str | None = None


class MiddleAndHigh(msgspec.Struct):
    p50: float | None
    p95: float | None


class BreakdownItem(msgspec.Struct):
    """`key` null: events without the property."""

    key: str | None
    events: int
    requests: int
    errors: int
    error_rate: float | None
    input_tokens: int
    output_tokens: int
    total_tokens: int
    cost_usd: float | None
    latency_ms: MiddleAndHigh


class Breakdown(msgspec.Struct, rename={"from_": "from"}):
    """`groups` is how many there are in all."""

    by: str
    sort: str
    order: str
    from_: str | None
    to: str | None
    groups: int
    items: list[BreakdownItem]


class Heatmap(msgspec.Struct, rename={"from_": "from"}):
    """`counts[i][j]`: calls begun in `buckets[i]` that took from `bounds_ms[j - 1]` to less than `bounds_ms[j]`."""

    interval: str
    tz: str
    from_: str
    to: str
    buckets: list[str]
    bounds_ms: list[float]
    counts: list[list[int]]


class ProjectShown(msgspec.Struct):
    id: str
    name: str
    created_at: str


class ProjectList(msgspec.Struct):
    items: list[ProjectShown]
    next: str | None = None


class NewProject(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    id: Annotated[str, Meta(pattern="^proj_[A-Za-z0-9_-]{1,64}$")] | None = None


class ProjectChange(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=100)]


class KeyShown(msgspec.Struct):
    """A key without its secret."""

    id: str
    project_id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None
    events: int
    revoked_at: str | None


class KeyMade(KeyShown):
    """The only answer that carries the secret."""

    secret: str


class KeyList(msgspec.Struct):
    items: list[KeyShown]
    next: str | None = None


class NewKeyWanted(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=4)] = msgspec.field(
        default_factory=lambda: ["ingest", "read"]
    )


class DeadLetterShown(msgspec.Struct):
    """An event that was accepted and could not be stored, with the reason."""

    seq: int
    project_id: str
    event_id: str
    reason: str
    error: str
    attempts: int
    bytes: int
    created_at: str
    replayed_at: str | None


class DeadLetterWhole(DeadLetterShown):
    payload: Any


class DeadLetterList(msgspec.Struct):
    items: list[DeadLetterShown]
    next: str | None


class UnknownPrice(msgspec.Struct):
    provider: str | None
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    first_at: str
    last_at: str


class UnknownPrices(msgspec.Struct):
    """Models used in a range for which no price is known, most used first."""

    items: list[UnknownPrice]
    next: str | None = None


class ReleaseBegun(msgspec.Struct):
    """`events` are those of the range."""

    release: str
    first_seen: str
    events: int


class Releases(msgspec.Struct, rename={"from_": "from"}):
    """Releases first seen in the range after another one had been seen before, oldest first."""

    from_: str
    to: str
    items: list[ReleaseBegun]


class RemovalWanted(msgspec.Struct, forbid_unknown_fields=True):
    """Everything this SDK has sent so far."""

    sdk: Annotated[str, Meta(min_length=1, max_length=128)]


class Removed(msgspec.Struct):
    removed: int


class Readiness(msgspec.Struct):
    ready: bool


class SignedOut(msgspec.Struct):
    signed_out: bool

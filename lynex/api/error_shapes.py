"""The bodies about groups of errors."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from lynex.api.shapes import EventItem
from lynex.control.error_states import LONGEST_NOTE

State = Literal["open", "resolved", "ignored"]
MOST_AT_ONCE: Final = 1000


class ErrorItem(msgspec.Struct):
    """Failures that are one problem.

    `first_seen`, `last_seen` and `first_release` are over all that is stored; `count`, `users`, `traces`, `models`,
    `releases` (ten at most) and `trend` are those of the range and filters. `reopened_at`: seen again after it was
    resolved. `place`: where in the application's own code the latest one failed. `changed_at`, `changed_by` and `note`
    are those of the last decision.
    """

    id: str
    type: str | None
    message: str | None
    place: str | None
    state: State
    reopened_at: str | None
    changed_at: str | None
    changed_by: str | None
    note: str | None
    first_seen: str
    last_seen: str
    count: int
    users: int
    traces: int
    models: list[str]
    releases: list[str]
    first_release: str | None
    trend: list[int]


class GroupsByState(msgspec.Struct):
    """`regressed` ones, seen again after they were resolved, are among the open ones."""

    open: int
    regressed: int
    resolved: int
    ignored: int


class ErrorPage(msgspec.Struct, rename={"from_": "from"}):
    """`trend[i]` of each item counts the failures since `buckets[i]`; `groups` is how many groups match in all,
    `states` how many would of each state."""

    items: list[ErrorItem]
    next: str | None
    groups: int
    states: GroupsByState
    from_: str
    to: str
    buckets: list[str]


class TraceOfError(msgspec.Struct):
    trace_id: str
    at: str


class ErrorShare(msgspec.Struct):
    """How many failures of the group are about this user, release …; seen first and last in the range."""

    key: str
    count: int
    first_seen: str
    last_seen: str


class ErrorShares(msgspec.Struct):
    """Ten of each at most, most first."""

    user: list[ErrorShare]
    release: list[ErrorShare]
    model: list[ErrorShare]
    environment: list[ErrorShare]


class ErrorBeside(msgspec.Struct):
    """Another group, and in how many traces both failed."""

    id: str
    type: str | None
    message: str | None
    traces: int


class ErrorWhole(ErrorItem, rename={"from_": "from"}, kw_only=True):
    """`error` is the latest one as it was told, stack and all; all else is of the range: whom and what it is about,
    which groups fail together with it, its newest events and traces."""

    error: dict[str, Any] | None
    latest_event_id: str | None
    shares: ErrorShares
    beside: list[ErrorBeside]
    events: list[EventItem]
    sample_traces: list[TraceOfError]
    from_: str
    to: str
    buckets: list[str]


class DecisionWanted(msgspec.Struct, forbid_unknown_fields=True):
    """What becomes of the group, and why."""

    state: State
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] | None = None


class DecisionsWanted(DecisionWanted, forbid_unknown_fields=True, kw_only=True):
    """The same for many groups, all or none."""

    ids: Annotated[list[Annotated[str, Meta(min_length=1, max_length=64)]], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class DecisionMade(msgspec.Struct):
    """A resolved group opens again by itself when it is seen again; an ignored one does not."""

    id: str
    state: State
    changed_at: str
    changed_by: str
    note: str | None


class DecisionsMade(msgspec.Struct):
    """In the order asked for, each group once."""

    items: list[DecisionMade]

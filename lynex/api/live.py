"""The live tail: stored events as server-sent events, from where the listener left off, until their rights end."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from lynex.api.front import json_bytes, parts
from lynex.api.guard import project_of
from lynex.api.problems import invalid
from lynex.api.route import principal_of
from lynex.auth.principal import Principal
from lynex.errors import LynexError
from lynex.live import Lagged, Message, Subscription
from lynex.query.catch_up import stored_after
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.parameters import Parameters

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from lynex.appliance import Appliance

_HEARTBEAT_S: Final = 15
_RECHECK_S: Final = 5.0
_LONGEST_ID: Final = 18
_MOST_CAUGHT_UP: Final = 1000
_CHUNK_BYTES: Final = 16 << 10  # a little at a time: hundreds may listen
_PARAMETERS: Final = frozenset(("project_id", *FILTER_PARAMETERS))


async def follow(request: Request) -> "_Stream":
    """GET /api/v1/live – messages `event` (id: sequence) and `lagged`, with a heartbeat."""
    project_id, principal = await project_of(request), principal_of(request)
    parameters = Parameters(request.query_params.multi_items(), _PARAMETERS)
    filters = filters_of(parameters)
    parameters.check()
    listener = _Listener(parts(request), principal, project_id, filters, _last_id(request))
    matches = None if filters == Filters() else filters.matches
    subscription = parts(request).live.subscribe(project_id, matches)
    return _Stream(listener.stream(subscription), subscription)


class _Stream:
    """ASGI. The subscription ends with the answer, also when that never began: a HEAD request, a client gone early."""

    def __init__(self, messages: AsyncIterator[bytes], subscription: Subscription) -> None:
        self._messages = messages
        self._subscription = subscription

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await EventSourceResponse(self._messages, ping=_HEARTBEAT_S, sep="\n")(scope, receive, send)
        finally:
            self._subscription.close()


@dataclass(slots=True)
class _Listener:
    """One open stream. `after`: the last sequence the client has seen."""

    appliance: "Appliance"
    principal: Principal
    project_id: str
    filters: Filters
    after: int | None

    async def stream(self, subscription: Subscription) -> AsyncIterator[bytes]:
        clock = self.appliance.clock
        checked = clock.monotonic()
        try:
            yield b"retry: 2000\n\n" + b"".join(map(_encoded, await self._missed()))
            while not subscription.is_over:
                if clock.monotonic() - checked >= _RECHECK_S:
                    if not await self.appliance.credentials.still_stands(self.principal):
                        return
                    checked = clock.monotonic()
                items = await subscription.take(_CHUNK_BYTES, _RECHECK_S / 2)
                chunk = b"".join(_encoded(item) for item in items if not self._has_seen(item))
                if chunk:
                    yield chunk
        except LynexError as fault:  # the answer has begun: end it, and the client comes back with its last id
            logger.warning("A live stream ended: %s", fault.detail)

    def _has_seen(self, item: Message | Lagged) -> bool:
        return self.after is not None and isinstance(item, Message) and item.seq <= self.after

    async def _missed(self) -> list[Message | Lagged]:
        """What was stored since the client left; what is stored meanwhile waits in the subscription and may be both."""
        if self.after is None:
            return []
        missed = await self.appliance.ask(
            stored_after, self.appliance.store, self.project_id, self.filters, self.after, _MOST_CAUGHT_UP
        )
        if missed.items:
            self.after = missed.items[-1][0]
        told: list[Message | Lagged] = [Message(seq, item, json_bytes(item)) for seq, item in missed.items]
        return [Lagged(missed.left_out), *told] if missed.left_out else told


def _encoded(item: Message | Lagged) -> bytes:
    if isinstance(item, Lagged):
        return _text("lagged", {"missed": item.missed})
    return b"id: %d\nevent: event\ndata: %b\n\n" % (item.seq, item.data)


def _text(kind: str, facts: dict[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode(facts))


def _last_id(request: Request) -> int | None:
    text = request.headers.get("last-event-id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise invalid(
            "Last-Event-ID", "invalid_last_event_id", "Last-Event-ID must be the id of a message of this stream."
        )
    return int(text)

"""One event by POST, as most programs without an SDK send it: answered without the layers that other requests need.

Nothing is decided here that the ordinary way would decide otherwise: what is not quite ordinary is not taken, and what
goes wrong is handed to it to be answered.
"""

from typing import Final

from starlette.types import Scope

from lynex.api.bodies import JSON, SMALL, usual_kind
from lynex.api.events import BACKFILL, queued_event
from lynex.api.front import Front, json_bytes
from lynex.api.middleware import Door
from lynex.api.route import PRINCIPAL
from lynex.auth.roles import may, require
from lynex.logs import request_id

PATH: Final = b"/api/v1/events"
_WRITE: Final = "events.write"
# Headers of requests that need more than is done here: bodies in pieces, pages of other sites, ids of the sender's own.
_MORE: Final = frozenset((b"content-encoding", b"transfer-encoding", b"expect", b"upgrade", b"origin", b"x-request-id"))

Headers = list[tuple[bytes, bytes]]


class NotOrdinary(Exception):
    """Only the ordinary way can say who this is."""


class Express:
    def __init__(self, front: Front, door: Door) -> None:
        self._front = front
        self._door = door
        self._is_open = door.serves(PATH.decode())
        self._most_bytes = min(SMALL, front.limits.sent)

    def takes(self, headers: Headers) -> bool:
        """Whether the body that follows these headers may come here."""
        if not self._is_open:
            return False
        fields = dict(headers)
        length = fields.get(b"content-length", b"")
        return (
            len(fields) == len(headers)
            and _MORE.isdisjoint(fields)
            and length.isdigit()
            and int(length[:20]) <= self._most_bytes
            and usual_kind(fields.get(b"content-type", b"")) is JSON
        )

    def client_left(self) -> None:
        """Before its body was complete."""
        self._front.appliance.metrics.disconnects.inc()

    async def answer(self, scope: Scope, body: bytes) -> tuple[str, bytes]:
        """Id and body of a 202. Raises `NotOrdinary` before anything happened, and whatever the handler would raise."""
        if self._front.stopping:
            raise NotOrdinary
        self._door.check_host(scope)
        appliance = self._front.appliance
        principal = appliance.credentials.known(scope["headers"])
        if principal is None or principal.project_id is None:
            raise NotOrdinary
        own_id = self._door.new_id()
        request_id.set(own_id)
        scope[PRINCIPAL] = principal
        require(principal, _WRITE)
        accepted = await appliance.intake.accept_single(
            principal.project_id, principal.key_id, body, backfill=may(principal, BACKFILL)
        )
        self._door.count(202)
        return own_id, json_bytes(queued_event(accepted))

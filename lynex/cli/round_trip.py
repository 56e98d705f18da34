"""One event of our own, sent with a key and awaited: the whole way, with its times."""

import time
from dataclasses import dataclass
from typing import Final

from lynex import __version__
from lynex.cli.connection import Connection, Server
from lynex.clock import SystemClock, rfc3339
from lynex.ids import new_event_id

SDK: Final = "lynex-doctor"
_LONGEST_WAIT: Final = 10.0
_PAUSE: Final = 0.02


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """`durable_s`: until the 202. `visible_s`: until the event could be read, None if it never could."""

    key: str
    durable_s: float
    visible_s: float | None


def round_trip(connection: Connection) -> RoundTrip:
    """Locally with a key made for it, revoked at once, and the event removed; elsewhere with the key that was given."""
    if not connection.server.is_local:
        return _send_and_wait(connection, "your key")
    project = connection.get("/api/v1/projects", in_project=False)["items"][0]["id"]
    path = f"/api/v1/projects/{project}/keys"
    made = connection.post(path, {"name": "doctor", "scopes": ["ingest", "read"]}, in_project=False)
    keyed = Connection(Server(connection.server.url, made["secret"], is_local=False))
    try:
        return _send_and_wait(keyed, "a key made for it")
    finally:
        keyed.close()
        connection.delete(f"{path}/{made['id']}", in_project=False)
        connection.post(f"/api/v1/projects/{project}/remove", {"sdk": SDK}, in_project=False)


def _send_and_wait(connection: Connection, key: str) -> RoundTrip:
    clock = SystemClock()
    event_id = f"doctor-{new_event_id()}"
    event = {
        "eventId": event_id,
        "type": "log",
        "timestamp": rfc3339(clock.now()),
        "sdk": {"name": SDK, "version": __version__},
        "body": {"name": event_id, "level": "debug", "message": "lynex doctor was here"},
    }
    began = clock.monotonic()
    connection.post("/api/v1/events", event)
    durable = clock.monotonic() - began
    while clock.monotonic() - began < _LONGEST_WAIT:
        if _is_visible(connection, event_id):
            return RoundTrip(key, durable, clock.monotonic() - began)
        time.sleep(_PAUSE)
    return RoundTrip(key, durable, None)


def _is_visible(connection: Connection, event_id: str) -> bool:
    """Asked as a list, since an event that is not there yet is no fault worth a line in the server's log."""
    return bool(connection.get("/api/v1/events", {"name": event_id, "limit": 1})["items"])

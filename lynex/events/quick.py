"""The fast way in: a few cheap checks, each of them sufficient. Whatever trips one is read with care instead."""

from typing import Any, Final

import msgspec

from lynex.events.bodies import BODIES, Context, Sdk
from lynex.events.envelope import Event
from lynex.events.identifiers import is_event_id
from lynex.events.levels import respell_level
from lynex.events.limits import Limits
from lynex.events.shapes import BODY, CONTEXT
from lynex.events.spelling import Conflict
from lynex.events.structure import KEY_NAMES
from lynex.events.timestamps import EARLIEST, quick_instant
from lynex.events.wire import Envelope, decode_envelope

_RESPELL_BODY: Final = {name: shape.spelling.respell for name, shape in BODY.items()}
_RESPELL_CONTEXT: Final = CONTEXT.spelling.respell
_ENVELOPE_KEYS: Final = 7
_SUSPICIOUS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, Conflict)
_convert: Final = msgspec.convert


class QuickReader:
    """Reads the events of one request. `read` gives None where an event needs a closer look."""

    def __init__(self, limits: Limits, project_id: str | None) -> None:
        self._project_id = project_id
        self._room = limits.max_depth - 2  # below the envelope and the body in it
        self._max_keys = limits.max_keys - _ENVELOPE_KEYS
        self._oldest = limits.oldest if limits.oldest is not None else EARLIEST
        self._good_sdk: dict[str, Any] = {}
        self._sdk_keys = 0

    def read(self, raw: bytes | msgspec.Raw, size: int) -> Event | None:
        """The event, with an empty id where the sender gave none."""
        try:
            sent = decode_envelope(raw)
            event = _event_of(sent, size)
            _convert(event.body, BODIES[sent.type])
            sound = self._is_sound(sent, event)
        except _SUSPICIOUS:
            return None
        return event if sound else None

    def _is_sound(self, sent: Envelope, event: Event) -> bool:
        if sent.eventId is not None and sent.event_id is not None:
            return False
        if (sent.eventId is not None or sent.event_id is not None) and not is_event_id(event.event_id):
            return False
        if (sent.projectId is not None or sent.project_id is not None) and not self._is_own_project(sent):
            return False
        if sent.timestamp is not None and (event.sent_at is None or event.sent_at < self._oldest):
            return False
        return self._is_good_sdk(event.sdk) and self._are_good_keys(event) and _is_good_context(event.context)

    def _is_own_project(self, sent: Envelope) -> bool:
        wanted = self._project_id
        return all(name is None or name == wanted for name in (sent.projectId, sent.project_id))

    def _are_good_keys(self, event: Event) -> bool:
        in_body = KEY_NAMES.count(event.body, self._room)
        in_context = KEY_NAMES.count(event.context, self._room)
        return in_body >= 0 and in_context >= 0 and in_body + in_context + self._sdk_keys <= self._max_keys

    def _is_good_sdk(self, sdk: dict[str, Any]) -> bool:
        """All events of a request usually come from one SDK."""
        if sdk == self._good_sdk:
            return True
        _convert(sdk, Sdk)
        keys = KEY_NAMES.count(sdk, self._room)
        if keys < 0 or not "".join([value for value in sdk.values() if type(value) is str]).isprintable():
            return False
        self._good_sdk, self._sdk_keys = sdk, keys
        return True


def read_accepted(raw: bytes | msgspec.Raw, size: int) -> Event | None:
    """An event that was accepted before: understood again without being judged. None: look closer."""
    try:
        sent = decode_envelope(raw)
        event = _event_of(sent, size)
    except _SUSPICIOUS:
        return None
    return None if sent.timestamp is not None and event.sent_at is None else event


def _event_of(sent: Envelope, size: int) -> Event:
    event_id = sent.eventId if sent.eventId is not None else sent.event_id
    return Event(
        event_id if event_id is not None else "",
        sent.type,
        quick_instant(sent.timestamp) if sent.timestamp is not None else None,
        sent.sdk if sent.sdk is not None else {},
        _RESPELL_CONTEXT(sent.context) if sent.context is not None else {},
        respell_level(_RESPELL_BODY[sent.type](sent.body)),
        size,
    )


def _is_good_context(context: dict[str, Any]) -> bool:
    if not context:
        return True
    _convert(context, Context)
    tags = context.get("tags")
    words = [value for value in context.values() if type(value) is str]
    return "".join(words).isprintable() and (not tags or "".join(tags).isprintable())

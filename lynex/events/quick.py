"""The fast way in: a few cheap checks, each of them sufficient. Whatever trips one is read with care instead."""

from typing import Any, Final

import msgspec

from lynex.events.bodies import BODIES, Context, Sdk
from lynex.events.envelope import Event
from lynex.events.forms import BODY_FORMS, CONTEXT_FORMS, Form
from lynex.events.identifiers import is_event_id
from lynex.events.levels import respell_level
from lynex.events.limits import Limits
from lynex.events.spelling import Conflict
from lynex.events.structure import KEY_NAMES, Extraordinary, is_memorable
from lynex.events.timestamps import EARLIEST, quick_instant
from lynex.events.wire import decode_envelope

_ENVELOPE_KEYS: Final = 7
_SHORT: Final = 128  # characters that any identifier may have
_NO_TAGS: Final[list[str]] = []
_NO_METADATA: Final[dict[str, Any]] = {}
_FEW_TAGS: Final = 50
_MOST_SDKS: Final = 1000
_LONGEST_SDK: Final = 200
_SUSPICIOUS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, Conflict, Extraordinary)
_convert: Final = msgspec.convert


class QuickReader:
    """Reads the events of one request. `read` gives None where an event needs a closer look."""

    def __init__(self, limits: Limits, project_id: str | None) -> None:
        self._project_id = project_id
        self._room = limits.max_depth - 2  # below the envelope and the body in it
        self._max_keys = limits.max_keys - _ENVELOPE_KEYS if self._room > 0 else -1
        self._oldest = limits.oldest if limits.oldest is not None else EARLIEST
        self._good_sdk: dict[str, Any] = {}
        self._sdk_keys = 0

    def read(self, raw: bytes | msgspec.Raw, size: int) -> Event | None:
        """The event, with an empty id where the sender gave none."""
        try:
            sent = decode_envelope(raw)
            type_, sdk = sent.type, sent.sdk
            body, keys = self._take_body(sent.body, type_)
            context = sent.context
            if context:
                context, more = self._take_context(context)
                keys += more
            if sdk:
                keys += self._sdk_keys if sdk == self._good_sdk else self._take_sdk(sdk)
        except _SUSPICIOUS:
            return None
        if keys > self._max_keys:
            return None
        event_id = sent.eventId
        if event_id is None:
            event_id = sent.event_id
        elif sent.event_id is not None:
            return None
        if event_id is not None and not is_event_id(event_id):
            return None
        if not (sent.projectId is None or sent.projectId == self._project_id):
            return None
        if not (sent.project_id is None or sent.project_id == self._project_id):
            return None
        sent_at = None
        if sent.timestamp is not None:
            sent_at = quick_instant(sent.timestamp)
            if sent_at is None or sent_at < self._oldest:
                return None
        return Event(event_id or "", type_, sent_at, sdk or {}, context or {}, body, size)

    def _take_body(self, sent: dict[str, Any], type_: str) -> tuple[dict[str, Any], int]:
        forms = BODY_FORMS[type_]
        form = forms.known.get(tuple(sent)) or forms.learn(sent)
        body, keys = form.take(sent, self._room)
        if form.has_level:
            body = respell_level(body)
        _convert(body, BODIES[type_])
        if form.identifiers and not form.has_printable_identifiers(body):
            raise Extraordinary
        return body, keys

    def _take_context(self, sent: dict[str, Any]) -> tuple[dict[str, Any], int]:
        form = CONTEXT_FORMS.known.get(tuple(sent)) or CONTEXT_FORMS.learn(sent)
        context, keys = form.take(sent, self._room)
        if not _is_short(form, context):
            _convert(context, Context)
            tags = context.get("tags")
            if not form.has_printable_identifiers(context) or (tags and not "".join(tags).isprintable()):
                raise Extraordinary
        return context, keys

    def _take_sdk(self, sdk: dict[str, Any]) -> int:
        """All events of a request usually come from one SDK, and all requests from a few."""
        self._sdk_keys = _KNOWN_SDKS.keys_of(sdk, self._room)
        self._good_sdk = sdk
        return self._sdk_keys


def _is_short(form: Form, context: dict[str, Any]) -> bool:
    """Whether it is sound because its texts together are no longer than any one of them may be."""
    pick, tags = form.pick_identifiers, context.get("tags", _NO_TAGS)
    if pick is None or not form.has_only_texts or type(tags) is not list or len(tags) > _FEW_TAGS:
        return False
    if type(context.get("metadata", _NO_METADATA)) is not dict:
        return False
    try:
        text, words = "".join(pick(context)), "".join(tags)
    except TypeError:
        return False
    return len(text) <= _SHORT and len(words) <= _SHORT and text.isprintable() and words.isprintable()


class _KnownSdks:
    """SDKs seen to be good, by all they said of themselves, and how many keys that took."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, Any], ...], int] = {}

    def keys_of(self, sdk: dict[str, Any], room: int) -> int:
        said = tuple(sdk.items())
        try:
            return self._known[said]
        except (KeyError, TypeError):  # a list cannot be looked up
            pass
        _convert(sdk, Sdk)
        keys = KEY_NAMES.count(sdk, room)
        text = "".join([value for value in sdk.values() if type(value) is str])
        if not text.isprintable():
            raise Extraordinary
        if len(text) <= _LONGEST_SDK and is_memorable(tuple(sdk)) and _is_flat(sdk):
            if len(self._known) >= _MOST_SDKS:
                self._known.clear()
            self._known[said] = keys
        return keys


_KNOWN_SDKS: Final = _KnownSdks()


def _is_flat(sdk: dict[str, Any]) -> bool:
    return all(type(value) is str for value in sdk.values())


def read_accepted(raw: bytes | msgspec.Raw, size: int) -> Event | None:
    """An event that was accepted before: understood again without being judged. None: look closer."""
    try:
        sent = decode_envelope(raw)
        type_, body, context = sent.type, sent.body, sent.context
        forms = BODY_FORMS[type_]
        form = forms.known.get(tuple(body)) or forms.learn(body)
        if form.is_respelled:
            body = form.respell(body)
        if form.has_level:
            body = respell_level(body)
        if context:
            in_context = CONTEXT_FORMS.known.get(tuple(context)) or CONTEXT_FORMS.learn(context)
            context = in_context.respell(context)
    except _SUSPICIOUS:
        return None
    sent_at = None
    if sent.timestamp is not None:
        sent_at = quick_instant(sent.timestamp)
        if sent_at is None:
            return None
    event_id = sent.eventId if sent.eventId is not None else sent.event_id
    return Event(event_id or "", type_, sent_at, sent.sdk or {}, context or {}, body, size)

"""A captured event → the JSON that is sent: content left out, redacted, shown to the host's hook, checked."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Sequence
from typing import Any, Final

from .buffer import Captured
from .redact import Rule, redacted, rules_named
from .schema import fault_of
from .settings import Event, Settings
from .version import VERSION

_CONTENT: Final = frozenset(
    ("prompt", "messages", "input", "response", "output", "system", "content", "arguments", "result", "query",
     "documents", "state", "state_patch", "memory", "thought", "tool_calls", "prompt_template", "explanation")
)  # fmt: skip
_SDK: Final = {"name": "python", "version": VERSION, "language": f"python {platform.python_version()}"}


class Unsendable(Exception):
    """Says why, for the count of dropped events, and in words."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class Envelope:
    """Used by the worker's thread; `unknown_rules` are names in `redact` that mean nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules: Sequence[Rule] = ()
        self.unknown_rules: list[str] = []
        if callable(settings.redact):
            self._rules = (settings.redact,)
        elif settings.redact:
            self._rules, self.unknown_rules = rules_named(settings.redact)
        self._dropped = [tuple(path.split(".")) for path in settings.drop_fields]

    def seal(self, captured: Captured) -> bytes:
        """Raises `Unsendable`."""
        event = self._event(captured)
        if self._rules:
            for part in ("context", "body"):
                event[part] = self._redacted(event[part])
        if self._settings.before_send is not None:
            event = self._shown(event)
        fault = fault_of(event["eventId"], event["type"], event["body"])
        if fault:
            raise Unsendable("invalid", fault)
        data = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        if len(data) > self._settings.max_event_bytes:
            raise Unsendable("too_large", f"an event of {len(data)} bytes; max_event_bytes is the limit")
        return data

    def _event(self, captured: Captured) -> Event:
        settings, body = self._settings, captured.body
        if not settings.capture_content:
            body = {name: value for name, value in body.items() if name not in _CONTENT}
        context = {name: value for name, value in captured.context.items() if value}
        for name in ("environment", "release", "service_name"):
            value = getattr(settings, name)
            if value:
                context.setdefault(name, value)
        for path in self._dropped:
            _drop(body if path[0] in body else context, path)
        event: Event = {
            "eventId": captured.event_id, "type": captured.type, "timestamp": instant(captured.at), "sdk": _SDK,
            "context": context, "body": body,
        }  # fmt: skip
        if settings.project_id:
            event["projectId"] = settings.project_id
        return event

    def _redacted(self, value: Any) -> Any:
        """Ids stay as they are: they hold the tree together, and are hex that a rule may take for a number."""
        ids = {name: value[name] for name in ("trace_id", "span_id", "parent_event_id", "state_base") if name in value}
        try:
            return {**redacted(value, self._rules), **ids}
        except Exception as fault:  # the host's own function; without it nothing may leave
            raise Unsendable("redaction_failed", f"redact raised {type(fault).__name__}") from fault

    def _shown(self, event: Event) -> Event:
        before_send = self._settings.before_send
        assert before_send is not None
        try:
            changed = before_send(event)
        except Exception as fault:  # the host's own hook; what it was to take out must not leave
            raise Unsendable("before_send_failed", f"before_send raised {type(fault).__name__}: {fault}") from fault
        if changed is None:
            raise Unsendable("before_send", "")
        if not isinstance(changed, dict) or not {"eventId", "type", "body"} <= changed.keys():
            raise Unsendable("before_send_failed", "before_send must return the event or None")
        return changed


def _drop(place: Any, path: tuple[str, ...]) -> None:
    for name in path[:-1]:
        place = place.get(name) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place.pop(path[-1], None)


def instant(nanoseconds: int) -> str:
    """RFC 3339 with microseconds, UTC."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 1000:06d}Z"

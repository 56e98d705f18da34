"""What a client is told: arguments, then `LYNEX_*` variables, then defaults. A wrong value warns and is not used."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

Event = dict[str, Any]
OnError = Callable[[str], None]
BeforeSend = Callable[[Event], Event | None]
Redact = Sequence[str] | Callable[[str], str] | None

DEFAULT_ENDPOINT: Final = "http://localhost:8000"
_YES: Final = {"1", "true", "yes", "on"}
_NO: Final = {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Settings:
    """Sizes in bytes (buffer: characters, roughly the same), times in seconds."""

    api_key: str | None = None
    project_id: str | None = None
    endpoint: str = DEFAULT_ENDPOINT
    environment: str | None = None
    release: str | None = None
    service_name: str | None = None
    enabled: bool = True
    sample_rate: float = 1.0  # share of traces, and of events outside traces, that are recorded
    capture_content: bool = True  # False: no prompts, answers, arguments, results, documents, state
    redact: Redact = None
    drop_fields: tuple[str, ...] = ()  # such as "prompt" or "metadata.customer"
    before_send: BeforeSend | None = None
    on_error: OnError | None = None
    debug: bool = False  # True: each attempt to send is told through on_error, or on standard error
    flush_events: int = 100
    flush_bytes: int = 512 << 10
    flush_interval: float = 1.0
    max_buffer_events: int = 20_000
    max_buffer_bytes: int = 32 << 20
    max_event_bytes: int = 1 << 20
    max_text: int = 256 << 10
    timeout: float = 10.0
    shutdown_timeout: float = 2.0
    max_retry_wait: float = 30.0
    spool_dir: str | None = None
    max_spool_bytes: int = 64 << 20
    propagate_threads: bool = True
    problems: tuple[str, ...] = field(default=(), compare=False)  # what was wrong with the values given

    @classmethod
    def read(cls, given: Mapping[str, Any], env: Mapping[str, str] | None = None) -> Settings:
        """Never raises: each wrong value is named in `problems` and its default holds."""
        env = os.environ if env is None else env
        problems: list[str] = []
        values: dict[str, Any] = {}
        for one in fields(cls):
            name = one.name
            if name == "problems":
                continue
            value, source = given.get(name), name
            if value is None:
                variable = f"LYNEX_{name.upper()}"
                value, source = _from_text(name, env.get(variable), problems), variable
            if value is None:
                continue
            problem, read = _checked(name, value)
            if problem:
                problems.append(f"{source}: {problem}; it is not used")
            else:
                values[name] = read
        problems += [f"{name}: there is no such setting" for name in given if name not in _NAMES]
        made = cls(**values)
        return replace(made, problems=tuple(problems))


_NAMES: Final = frozenset(one.name for one in fields(Settings))
_FLAGS: Final = frozenset(("enabled", "capture_content", "debug", "propagate_threads"))
_COUNTS: Final = frozenset(
    ("flush_events", "flush_bytes", "max_buffer_events", "max_buffer_bytes", "max_event_bytes", "max_text",
     "max_spool_bytes")
)  # fmt: skip
_TIMES: Final = frozenset(("flush_interval", "timeout", "shutdown_timeout", "max_retry_wait"))
_CALLED: Final = frozenset(("before_send", "on_error"))
_SMALLEST_EVENT: Final = 1024


def _from_text(name: str, text: str | None, problems: list[str]) -> Any:
    """A variable's text as the kind of value the setting has."""
    if text is None or not text.strip() or name in _CALLED:
        return None
    text = text.strip()
    if name in _FLAGS:
        word = text.lower()
        if word in _YES or word in _NO:
            return word in _YES
        problems.append(f"LYNEX_{name.upper()}: {text[:40]!r} is neither true nor false; it is not used")
        return None
    if name in _COUNTS or name in _TIMES or name == "sample_rate":
        try:
            return int(text) if name in _COUNTS else float(text)
        except ValueError:
            problems.append(f"LYNEX_{name.upper()}: {text[:40]!r} is no number; it is not used")
            return None
    if name in ("redact", "drop_fields"):
        return tuple(word.strip() for word in text.split(",") if word.strip())
    return text


def _checked(name: str, value: Any) -> tuple[str, Any]:
    """(what is wrong or "", the value)."""
    if name in _FLAGS:
        return ("" if isinstance(value, bool) else "must be True or False"), value
    if name in _CALLED:
        return ("" if callable(value) else "must be a function"), value
    if name == "redact":
        return _checked_redaction(value)
    if name == "drop_fields":
        good = isinstance(value, (list, tuple)) and all(isinstance(one, str) and one for one in value)
        return ("", tuple(value)) if good else ("must be a list of names", value)
    if name in _COUNTS or name in _TIMES or name == "sample_rate":
        return _checked_number(name, value)
    if not isinstance(value, str):
        return "must be text", value
    if name == "endpoint":
        value = value.rstrip("/")
        return ("" if value.startswith(("http://", "https://")) else "must begin with http:// or https://"), value
    return "", value


def _checked_redaction(value: Any) -> tuple[str, Any]:
    if callable(value):
        return "", value
    if isinstance(value, str):
        value = (value,)
    good = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    return ("", tuple(value)) if good else ("must be names of rules, or a function from text to text", value)


def _checked_number(name: str, value: Any) -> tuple[str, Any]:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        return "must be a number", value
    if name == "sample_rate":
        return ("" if 0 <= value <= 1 else "must be between 0 and 1"), float(value)
    if name in _COUNTS:
        least = _SMALLEST_EVENT if name == "max_event_bytes" else 1
        return ("" if value >= least else f"must be at least {least}"), int(value)
    return ("" if 0 <= value <= 3600 else "must be between 0 and 3,600 seconds"), float(value)

"""What Lynex writes to its log: one line an entry, for people or as JSON, with the id of the request it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from typing import Any, Final

from lynex.clock import rfc3339

request_id: Final[ContextVar[str]] = ContextVar("request_id", default="")

_QUIET: Final = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "sse_starlette.sse",
    "asyncio",
    "alembic",
    "sqlalchemy",
    "apscheduler",
)


class _WithRequest(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class _Human(logging.Formatter):
    """`12:00:00.123 WARNING lynex.api.middleware  POST /api/v1/events 422 … [request 3f…]`."""

    def __init__(self) -> None:
        super().__init__(datefmt="%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        time = f"{self.formatTime(record, self.datefmt)}.{int(record.msecs):03d}"
        request = getattr(record, "request_id", "")
        suffix = f" [request {request}]" if request else ""
        line = f"{time} {record.levelname:<7} {record.name}  {_one_line(record.getMessage())}{suffix}"
        below = self.formatException(record.exc_info) if record.exc_info else getattr(record, "stack", "")
        return f"{line}\n{below}" if below else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": rfc3339(int(record.created * 1000) * 1000),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if getattr(record, "request_id", ""):
            entry["request_id"] = record.__dict__["request_id"]
        entry |= getattr(record, "facts", {})
        if hasattr(record, "stack"):
            entry["stack"] = record.stack
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def _one_line(text: str) -> str:
    """A sender's line break must not start a line of our log; other control characters must not reach a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def set_up(level: str, shape: str) -> None:
    """Send everything of at least `level` to stderr; `shape` is `human` or `json`. Chatty libraries only warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if shape == "json" else _Human())
    handler.addFilter(_WithRequest())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)

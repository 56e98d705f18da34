"""What reading OTLP has in common in both encodings: portions of a request, and the word for a record unfit to keep."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from lynex.errors import TooLarge
from lynex.ingest.otlp_records import Attributes, Record, Scope

MOST_SHARED_BYTES: Final = 64 << 10  # of a resource with its scope
MOST_PARTS: Final = 50_000  # messages inside one record, or lists and objects in JSON
CROWD_FROM: Final = 64 << 10  # bytes; a smaller record has not enough parts to matter
_OURS: Final = (
    "gen_ai.", "llm.", "mcp.", "claude_code.", "codex.", "gemini_cli.", "traceloop.", "openinference.", "pydantic_ai.",
    "ai.", "operation.cost",
)  # fmt: skip


class Portion(msgspec.Struct, frozen=True, gc=False):
    """The records of one resource and scope, each still as sent. `shared_bytes`: of the resource and the scope."""

    resource: Attributes
    scope: Scope
    records: Sequence[Any]
    shared_bytes: int


class Weighed(msgspec.Struct, frozen=True, gc=False):
    """What one span, log record or metric comes to: records to keep, points nobody asked for, and its time."""

    kept: int
    ignored: int = 0
    at: int | None = None


class Unfit(Exception):
    """One span, log record or metric that cannot be kept; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Form:
    """One signal in one encoding; a record as sent is `bytes` or what acts like them.

    `split` raises `BadRequest` and `TooLarge`, `weigh` raises `Unfit`; `read` gives the records that `weigh` announced.
    """

    split: Callable[[bytes], Iterator[Portion]]
    weigh: Callable[[Any], Weighed]
    read: Callable[[Any, Portion], Sequence[Record]]


def require_modest(shared_bytes: int) -> None:
    """Asked before a resource is read: it is kept with each of its records. Raises `TooLarge`."""
    if shared_bytes > MOST_SHARED_BYTES:
        raise TooLarge(f"A resource and its scope have more than {MOST_SHARED_BYTES} bytes.")


def is_ours(metric: str) -> bool:
    """Whether a metric tells of models and agents; the others have a home elsewhere."""
    return metric.startswith(_OURS)

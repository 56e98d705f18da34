"""Which failures are one problem: the same id for the same kind of exception, saying the same, at the same place.

A problem that the model provider names by a code is one problem whatever the message says and wherever it was met.
"""

from hashlib import blake2b
from typing import Any, Final

from lynex.ingest.message_template import template_of
from lynex.ingest.own_frame import own_frame
from lynex.ingest.provider_problems import problem_of
from lynex.store.stored_event import StoredEvent

_LONGEST_TYPE: Final = 200


def group_of(
    *, error_type: str | None, message: str | None, stack: str | None, code: str | None, provider: str | None
) -> str:
    """16 hex digits. Pure; time is linear in what is read: 1,000 characters of message, 32 KiB of stack at most."""
    problem = problem_of(error_type, message, code, provider)
    if problem is not None:
        return _digest(f"provider\0{provider}\0{problem}")
    kind = _kind_of(error_type)
    told = template_of(_without_kind(message, kind)) if message else ""
    frame = own_frame(stack) if stack else None
    own_code = code if code and provider is None else ""
    return _digest(f"error\0{kind}\0{told}\0{frame}\0{own_code}")


def note_group(row: StoredEvent, body: dict[str, Any]) -> None:
    """Set the group of a row that tells of a failure; `body` is its canonical body."""
    error = body.get("error")
    told: dict[str, Any] = error if type(error) is dict else {}
    message = _text(told.get("message"))
    if message is None:
        message = _text(body.get("message"))
    if message is None:  # then what failed tells problems apart
        message = row.name
    row.error_group = group_of(
        error_type=row.error_type,
        message=message,
        stack=_text(told.get("stack")),
        code=_text(told.get("code")),
        provider=row.provider,
    )


def _kind_of(error_type: str | None) -> str:
    """The class without its module: half of the senders leave that out."""
    if not error_type:
        return ""
    return error_type[-_LONGEST_TYPE:].rpartition(".")[2].rpartition("::")[2]


def _without_kind(message: str, kind: str) -> str:
    """Some repeat the type in front of the message."""
    head, colon, rest = message.partition(": ")
    return rest if colon and kind and head.rpartition(".")[2] == kind else message


def _text(value: Any) -> str | None:
    if type(value) is str:
        return value or None
    return str(value) if type(value) is int else None


def _digest(identity: str) -> str:
    return blake2b(identity.encode("utf-8", "replace"), digest_size=8).hexdigest()

"""The envelope on the wire, in both spellings, and the strict decoders of requests."""

from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

ENVELOPE_FIELDS: Final = {
    "eventId": "event_id",
    "event_id": "event_id",
    "projectId": "project_id",
    "project_id": "project_id",
    "type": "type",
    "timestamp": "timestamp",
    "sdk": "sdk",
    "context": "context",
    "body": "body",
}


class Envelope(Struct, forbid_unknown_fields=True, gc=False):
    """What an ordinary event decodes into; anything else is read with care."""

    type: str
    body: dict[str, Any]
    eventId: str | None = None
    event_id: str | None = None
    projectId: str | None = None
    project_id: str | None = None
    timestamp: str | None = None
    sdk: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class BatchBody(Struct, forbid_unknown_fields=True):
    events: list[Raw]


class AnyBatchBody(Struct):
    """A batch with fields beside its events, or one too large to take apart."""

    events: Raw | UnsetType = UNSET


decode_envelope: Final = msgspec.json.Decoder(Envelope).decode
decode_anything: Final = msgspec.json.Decoder().decode
decode_batch_body: Final = msgspec.json.Decoder(BatchBody).decode
decode_any_batch_body: Final = msgspec.json.Decoder(AnyBatchBody).decode
skip_over: Final = msgspec.json.Decoder(Raw).decode
decode_list: Final = msgspec.json.Decoder(list[Raw]).decode


def is_bottomless(raw: bytes | Raw) -> bool:
    """Whether JSON nests deeper than any decoder follows."""
    try:
        skip_over(raw)
    except RecursionError:
        return True
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    return False

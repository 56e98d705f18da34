"""The tree of errors. A class knows its HTTP status and code; an instance says what happened and what to do.

They are raised near the fault and answered once, in `api/problems.py`, as RFC 9457 problem documents.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (`index` in the batch, `field` as a dotted path) and what."""

    field: str
    code: str
    message: str
    index: int | None = None


class LynexError(Exception):
    """Base of every error Lynex answers with. `retry_after` is in whole seconds."""

    status: int = 500
    code: str = "internal_error"
    title: str = "Internal error"
    hint: str = ""

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        faults: tuple[Fault, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code if code is not None else type(self).code
        self.hint = hint if hint is not None else type(self).hint
        self.faults = faults
        self.retry_after = retry_after


class BadRequest(LynexError):
    status, code, title = 400, "bad_request", "Bad request"


class Unauthorized(LynexError):
    status, code, title = 401, "missing_credentials", "No credentials"
    hint = "Send the header X-API-Key: sk_live_… or Authorization: Bearer sk_live_…"


class Forbidden(LynexError):
    status, code, title = 403, "forbidden", "Forbidden"


class NotFound(LynexError):
    status, code, title = 404, "not_found", "Not found"


class MethodNotAllowed(LynexError):
    status, code, title = 405, "method_not_allowed", "Method not allowed"


class RequestTimeout(LynexError):
    status, code, title = 408, "request_timeout", "Request took too long to arrive"


class Conflict(LynexError):
    status, code, title = 409, "conflict", "Conflict"


class TooLarge(LynexError):
    status, code, title = 413, "request_too_large", "Request too large"


class UnsupportedMedia(LynexError):
    status, code, title = 415, "unsupported_media_type", "Unsupported media type"


class Misdirected(LynexError):
    status, code, title = 421, "host_not_allowed", "Host not allowed"


class InvalidInput(LynexError):
    """Validation failed; `faults` names every fault found."""

    status, code, title = 422, "invalid_input", "Invalid input"


class RateLimited(LynexError):
    status, code, title = 429, "rate_limited", "Too many events"


class Unavailable(LynexError):
    """The promise cannot be kept now; the same request may succeed later."""

    status, code, title = 503, "unavailable", "Temporarily unavailable"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        faults: tuple[Fault, ...] = (),
        retry_after: int | None = 1,
    ) -> None:
        super().__init__(detail, code=code, hint=hint, faults=faults, retry_after=retry_after)


class JournalFull(Unavailable):
    code = "journal_full"
    hint = "Free disk space under data_dir, or raise journal.max_bytes; senders keep retrying meanwhile."


class StorageFull(Unavailable):
    code = "storage_full"
    hint = "Free disk space under data_dir; reading still works and ingest resumes by itself."


class StorageFailed(Unavailable):
    code = "storage_error"
    hint = "The disk refused a write. Look at the server log; senders keep retrying meanwhile."


class Rebuilding(Unavailable):
    code = "rebuilding"
    hint = "The hot database is being rebuilt from the journal and Parquet; events are still accepted."


class ShuttingDown(Unavailable):
    code = "shutting_down"


class QueryTimeout(Unavailable):
    code = "query_timeout"
    title = "The query took too long"
    hint = "A shorter range or fewer filters usually helps."


class OutOfMemory(Unavailable):
    code = "memory"
    title = "Not enough memory for this question"
    hint = "Ask for a shorter range, or raise storage.memory_limit."


class ConfigError(LynexError):
    """Wrong settings: stops the start with exit code 2."""

    code, title = "invalid_config", "Invalid configuration"


class StartRefused(LynexError):
    """The appliance cannot open its data directory; the message says the cure."""

    code, title = "start_refused", "Cannot start"

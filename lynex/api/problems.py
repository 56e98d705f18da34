"""Errors as answers: RFC 9457 problem documents, written in one place."""

import msgspec

from lynex.errors import Fault, InvalidInput, LynexError, MethodNotAllowed, Unauthorized

MEDIA_TYPE = "application/problem+json"


class ProblemFault(msgspec.Struct, omit_defaults=True):
    """One thing wrong with the input: the event's index in the batch, the field, a code, a sentence."""

    field: str
    code: str
    message: str
    index: int | None = None


class Problem(msgspec.Struct, omit_defaults=True):
    """What every error answer looks like. `type` is a stable URI for the code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    hint: str = ""
    errors: list[ProblemFault] = []


Headers = list[tuple[bytes, bytes]]


def problem_of(error: LynexError, request_id: str) -> Problem:
    return Problem(
        type=f"urn:lynex:problem:{error.code}",
        title=error.title,
        status=error.status,
        code=error.code,
        detail=error.detail,
        hint=error.hint,
        errors=[_fault(fault) for fault in error.faults],
        request_id=request_id,
    )


def answer(
    error: LynexError, request_id: str, *, close: bool = False, written: tuple[str, bytes] | None = None
) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the answer; `written`: media type and body where it is no problem document."""
    if written is None:
        written = MEDIA_TYPE, msgspec.json.encode(problem_of(error, request_id))
    media_type, body = written
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if error.retry_after is not None:
        headers.append((b"retry-after", str(max(1, error.retry_after)).encode()))
    if isinstance(error, Unauthorized):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, NotAllowed):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if close:
        headers.append((b"connection", b"close"))
    return error.status, headers, body


class NotAllowed(MethodNotAllowed):
    """The path exists, the method does not; `allowed` becomes the header `Allow`."""

    def __init__(self, method: str, path: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{_shown(method)} is not possible on {_shown(path)}; {', '.join(allowed)} is.")
        self.allowed = allowed


def invalid(field: str, code: str, message: str) -> InvalidInput:
    """One field is wrong."""
    return InvalidInput(message, code=code, faults=(Fault(field, code, message),))


def _shown(text: str) -> str:
    return text[:64].encode("unicode_escape").decode()


def _fault(fault: Fault) -> ProblemFault:
    return ProblemFault(fault.field, fault.code, fault.message, fault.index)

"""Reading the body of a request within its limits: kind, size as sent, size after decompression, memory in all."""

import asyncio
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope

from lynex.api.problems import invalid
from lynex.errors import BadRequest, InvalidInput, TooLarge, Unavailable, UnsupportedMedia

JSON: Final = "json"
NDJSON: Final = "ndjson"

_KINDS: Final = {b"application/json": JSON, b"application/x-ndjson": NDJSON, b"application/ndjson": NDJSON}
_MAX_CONTENT_TYPE: Final = 256
_CONTENT_TYPE_HINT: Final = "Send the header Content-Type: application/json"
SMALL: Final = 64 << 10  # bodies up to here are not worth accounting for: the protocol buffers that much anyway
_STEP: Final = 256 << 10  # bytes expanded in one call
_THREAD_STEP: Final = 4 << 20
_FEED: Final = 64 << 10  # compressed bytes given in one call
_INLINE: Final = 16 << 10  # compressed bodies up to here are expanded on the event loop
_RATIO: Final = 200
_RATIO_FROM: Final = 1 << 20  # small bodies may compress as well as they like
_MAX_MEMBERS: Final = 1000
_FORM_BYTES: Final = 64 << 10


class ClientLeft(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes as sent and after decompression."""

    sent: int
    expanded: int


class Memory:
    """One budget for all bodies being read or expanded, so that many large requests cannot add up."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def share(self) -> Iterator["Share"]:
        share = Share(self)
        try:
            yield share
        finally:
            self._free += share.held

    def take(self, amount: int) -> None:
        if amount > self._free:
            raise Unavailable("Too many large requests are being read at once.", code="overloaded", retry_after=2)
        self._free -= amount


class Share:
    """What one request holds of the budget."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.held = 0

    def grow_to(self, amount: int) -> None:
        if amount > self.held:
            self._memory.take(amount - self.held)
            self.held = amount


def usual_kind(content_type: bytes) -> str | None:
    """`json` or `ndjson` where the Content-Type says nothing else."""
    return _KINDS.get(content_type)


def kind_of(scope: Scope) -> str:
    """`json` or `ndjson` by Content-Type. Raises `UnsupportedMedia` for everything else, and when there is none."""
    value = _single(scope, b"content-type")
    kind = _KINDS.get(value)
    if kind is not None:
        return kind
    if len(value) <= _MAX_CONTENT_TYPE:
        essence, *parameters = (part.strip().lower() for part in value.split(b";"))
        if essence in _KINDS:
            if all(_is_utf8(parameter) for parameter in parameters):
                return _KINDS[essence]
            raise UnsupportedMedia("JSON is taken in UTF-8 only.", code="unsupported_charset", hint=_CONTENT_TYPE_HINT)
    named = value[:64].decode("latin-1").encode("unicode_escape").decode() or "none"
    raise UnsupportedMedia(
        f"The Content-Type is {named}; supported are application/json and application/x-ndjson, in UTF-8.",
        hint=_CONTENT_TYPE_HINT,
    )


def essence_of(scope: Scope) -> bytes:
    """The Content-Type without its parameters, in lower case."""
    return _single(scope, b"content-type")[:_MAX_CONTENT_TYPE].partition(b";")[0].strip().lower()


def is_compressed(scope: Scope) -> bool:
    """Whether the body is gzip. Raises `UnsupportedMedia` for other encodings and for more than one."""
    value = _single(scope, b"content-encoding").strip().lower()
    if value in (b"", b"identity"):
        return False
    if value in (b"gzip", b"x-gzip"):
        return True
    named = value[:64].decode("latin-1").encode("unicode_escape").decode()
    raise UnsupportedMedia(
        f"The Content-Encoding {named} is not supported; supported are gzip (once) and identity.",
        code="unsupported_encoding",
        hint="Send the body as it is or compressed once with gzip.",
    )


async def read_body(scope: Scope, receive: Receive, limits: BodyLimits, memory: Memory) -> bytes:
    """The body, decompressed. Raises `TooLarge`, `UnsupportedMedia`, `BadRequest`, `Unavailable`, `ClientLeft`."""
    compressed = is_compressed(scope)
    _check_length(scope, limits.sent)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientLeft
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and len(body) <= min(SMALL, limits.sent) and not compressed:
        return body
    with memory.share() as share:
        if message.get("more_body"):
            body = await _read_rest(body, receive, limits.sent, share)
        elif len(body) > limits.sent:
            raise too_large(limits.sent)
        if not compressed:
            return body
        return await _expand(body, limits.expanded, share)


def too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The body is larger than {limit} bytes.", hint="Send fewer events in one request, or compress with gzip."
    )


Form = TypeVar("Form")


async def read_form(request: Request, memory: Memory, form: type[Form], most: int = _FORM_BYTES) -> Form:
    """A small JSON object, of `most` bytes, as a value of `form`; unknown fields are refused by name."""
    if kind_of(request.scope) is not JSON:
        raise UnsupportedMedia("This route takes application/json.")
    data = await read_body(request.scope, request.receive, BodyLimits(most, most), memory)
    if not data.strip():
        raise InvalidInput("The body is empty; a JSON object is expected.", code="empty_body")
    try:
        return msgspec.json.decode(data, type=form)
    except msgspec.ValidationError as fault:
        field, message = _placed(str(fault))
        raise invalid(field, "unknown_field" if "unknown field" in message else "invalid_value", message) from fault
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise InvalidInput(f"The body is not JSON: {str(fault)[:200]}.", code="invalid_json") from fault


def _placed(message: str) -> tuple[str, str]:
    """msgspec writes `Expected … - at `$.name``; (name, sentence)."""
    text, _, place = message.partition(" - at ")
    field = place.strip("`").removeprefix("$").removeprefix(".")
    if "unknown field" in text:
        field = text.rpartition("unknown field ")[2].strip("`")
    return field[:64].encode("unicode_escape").decode(), text[:200].encode("unicode_escape").decode() + "."


def _single(scope: Scope, name: bytes) -> bytes:
    found = b""
    for key, value in scope["headers"]:
        if key == name:
            found = value if not found else found + b", " + value
    return found


def _is_utf8(parameter: bytes) -> bool:
    name, _, value = parameter.partition(b"=")
    return name.strip() == b"charset" and value.strip().strip(b'"') in (b"utf-8", b"utf8")


def _check_length(scope: Scope, limit: int) -> None:
    length = _single(scope, b"content-length")
    if length.isdigit() and int(length[:20]) > limit:
        raise too_large(limit)


async def _read_rest(first: bytes, receive: Receive, limit: int, share: Share) -> bytes:
    pieces, size, more = [first], len(first), True
    while True:
        if size > limit:
            raise too_large(limit)
        share.grow_to(size)
        if not more:
            return b"".join(pieces)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)


async def _expand(data: bytes, limit: int, share: Share) -> bytes:
    """Small bodies at once; larger ones in a thread, because zlib would hold the event loop."""
    expansion = _Expansion(data, limit)
    if len(data) <= _INLINE:
        share.grow_to(len(data) + _STEP)
        if expansion.step(_STEP):
            return expansion.result()
    while True:
        share.grow_to(len(data) + expansion.size + _THREAD_STEP)
        if await asyncio.to_thread(expansion.step, _THREAD_STEP):
            return await asyncio.to_thread(expansion.result)


class _Expansion:
    """Decompresses step by step and stops at the limit or at an absurd ratio, before the memory is spent."""

    def __init__(self, data: bytes, limit: int) -> None:
        self._data = data
        self._limit = limit
        self._read = 0  # compressed bytes given to zlib
        self._tail = b""  # of those, what it has not used yet
        self._member = zlib.decompressobj(wbits=31)
        self._members = 1
        self._pieces: list[bytes] = []
        self.size = 0

    def step(self, most: int) -> bool:
        """Expand about `most` bytes more; True when all is done."""
        until = self.size + most
        while self.size < until:
            if not self._tail:
                self._tail = self._data[self._read : self._read + _FEED]
                self._read += len(self._tail)
            try:
                piece = self._member.decompress(self._tail, min(_STEP, self._limit - self.size + 1))
            except zlib.error as fault:
                raise BadRequest(f"The body is not valid gzip: {fault}.", code="invalid_gzip") from fault
            ended = not self._tail and not piece
            self._tail = self._member.unconsumed_tail
            self._keep(piece)
            if self._member.eof:
                if not self._next_member():
                    return True
            elif ended:
                raise BadRequest("The gzip body ends too early.", code="invalid_gzip")
        return False

    def result(self) -> bytes:
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        if not self.size and piece[:2] == b"\x1f\x8b":
            raise UnsupportedMedia("The body is compressed twice; compress it once.", code="unsupported_encoding")
        self._pieces.append(piece)
        self.size += len(piece)
        if self.size > self._limit:
            raise TooLarge(f"The body expands to more than {self._limit} bytes.", code="expanded_too_large")
        used = self._read - len(self._tail)
        if self.size > _RATIO_FROM and self.size > _RATIO * used:
            raise TooLarge(f"The body expands to more than {_RATIO} times its size.", code="expanded_too_large")

    def _next_member(self) -> bool:
        """gzip files may be concatenated, and padded with zeros."""
        self._tail = self._member.unused_data.lstrip(b"\0")
        if not self._tail and not self._data[self._read :].strip(b"\0"):
            return False
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise BadRequest(f"The gzip body has more than {_MAX_MEMBERS} members.", code="invalid_gzip")
        self._member = zlib.decompressobj(wbits=31)
        return True

"""Takes the outer levels of a protobuf request apart, so that each record can be weighed and parsed on its own.

A parser given the whole would hold the interpreter for as long as it runs and spend a hundred bytes for every two of a
hostile body. Here only lengths are followed; what is inside is the business of the protobuf library.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT, _FIXED64, _MESSAGE, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10
_DEEPEST: Final = 100  # what the protobuf library follows, too
_MOST_FIELDS: Final = 100_000
_UNDECODABLE: Final = re.compile("[\udc80-\udcff]")


class Broken(Exception):
    """Not the wire format of protobuf; the message says where."""


def parts_of(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(field number, start, end) of each length-delimited field between `start` and `end`. Raises `Broken`."""
    at, counted = start, 0
    while at < end:
        counted += 1
        if counted > _MOST_FIELDS:
            raise Broken(f"more than {_MOST_FIELDS} fields in one message")
        tag = data[at]
        at += 1
        if tag > 0x7F:
            tag, at = _varint(data, at - 1, end)
        wire = tag & 7
        if wire == _MESSAGE:
            if at >= end:
                raise Broken(f"a field ends too early at byte {at}")
            size = data[at]
            at += 1
            if size > 0x7F:
                size, at = _varint(data, at - 1, end)
            stop = at + size
            if stop > end:
                raise Broken(f"a field of {size} bytes ends too early at byte {at}")
            yield tag >> 3, at, stop
            at = stop
        else:
            at = _past_number(data, at, end, wire)


def count_messages(data: bytes, kind: Descriptor, enough: int) -> int:
    """How many messages there are inside a message of this kind; counts no further than `enough`. Raises `Broken`."""
    counted = 0
    waiting = [(kind, 0, len(data), 0)]
    while waiting and counted <= enough:
        outer, start, end, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Broken("it nests too deep")
        fields = outer.fields_by_number
        for number, first, last in parts_of(data, start, end):
            inner = _message_type(fields.get(number))
            if inner is None:
                continue
            counted += 1
            if counted > enough:
                break
            waiting.append((inner, first, last, depth + 1))
    return counted


def with_sound_texts(data: bytes, kind: Descriptor) -> bytes:
    """The message with `?` for each byte that cannot be UTF-8, as where a sender cut a text by its bytes.

    Raises `Broken`.
    """
    mended = bytearray(data)
    waiting = [(kind, 0, len(data))]
    while waiting:
        outer, start, end = waiting.pop()
        for number, first, last in parts_of(data, start, end):
            field: Any = outer.fields_by_number.get(number)
            inner = _message_type(field)
            if inner is not None:
                waiting.append((inner, first, last))
            elif field is not None and field.type == FieldDescriptor.TYPE_STRING:
                mended[first:last] = _sound(data[first:last])
    return bytes(mended)


def _sound(text: bytes) -> bytes:
    """As many bytes as before, so that no length around them changes."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return _UNDECODABLE.sub("?", text.decode(errors="surrogateescape")).encode()
    return text


def _message_type(field: Any) -> Descriptor | None:
    return field.message_type if field is not None else None


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= end:
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise Broken(f"a number does not end at byte {at}")


def _past_number(data: bytes, at: int, end: int, wire: int) -> int:
    if wire == _VARINT:
        at = _varint(data, at, end)[1]
    elif wire == _FIXED64:
        at += 8
    elif wire == _FIXED32:
        at += 4
    else:
        raise Broken(f"there is no wire type {wire} at byte {at - 1}")
    if at > end:
        raise Broken(f"a number ends too early at byte {end}")
    return at

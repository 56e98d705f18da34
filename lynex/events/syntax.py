"""Why a body is no JSON we take: where it breaks, or where it holds what JSON text should not."""

import json
import re
from typing import Any, Final

from lynex.errors import InvalidInput, UnsupportedMedia
from lynex.events.findings import refuse
from lynex.events.numbers import no_number, read_float, read_integer

UTF8_MARK: Final = b"\xef\xbb\xbf"
_OTHER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


def text_of(data: bytes) -> bytes:
    """The body without its byte-order mark. Raises `InvalidInput` for an empty one, `UnsupportedMedia` for UTF-16."""
    if data.startswith(UTF8_MARK):
        data = data[len(UTF8_MARK) :]
    if not data or data.isspace():
        raise refuse("empty_body", "Request body is empty; send one JSON event or a batch.")
    if data.startswith(_OTHER_MARKS) or b"\0" in data[:4]:
        raise UnsupportedMedia("The body is UTF-16 or UTF-32; send UTF-8.", code="unsupported_charset")
    return data


def parse_loosely(data: bytes, max_depth: int, *, around: int = 0, line: int = 1) -> Any:
    """The value of JSON text that the strict decoder refused, with `BadNumber` for numbers that are none.

    Raises `InvalidInput`: `too_deep`, `invalid_unicode`, `invalid_json`. `around`: brackets around an event that do
    not count. `line`: the number of the first line.
    """
    if is_deeper(data, max_depth + around):
        raise refuse("too_deep", f"Nesting deeper than {max_depth}.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _at("invalid_unicode", "Invalid UTF-8", data[: error.start].decode(errors="replace"), line) from None
    try:
        return json.loads(text, parse_constant=no_number, parse_float=read_float, parse_int=read_integer)
    except json.JSONDecodeError as error:
        raise _at("invalid_json", "Invalid JSON", text[: error.pos], line, error.msg) from None
    except RecursionError:
        raise refuse("too_deep", f"Nesting deeper than {max_depth}.") from None


def is_deeper(data: bytes, max_depth: int) -> bool:
    """Whether brackets nest deeper than that, in time linear in the data and in the depth, broken JSON included."""
    bare = _STRING.sub(b"", data).translate(_BRACKETS, _ALL_BUT_BRACKETS)
    for _ in range(max_depth):
        if not bare:
            return False
        bare = bare.replace(b"[]", b"")
    return _nests(bare.lstrip(b"]"), max_depth)


def _nests(brackets: bytes, max_depth: int) -> bool:
    depth = 0
    for bracket in brackets:
        depth = depth + 1 if bracket == 0x5B else max(depth - 1, 0)
        if depth > max_depth:
            return True
    return False


def _at(code: str, what: str, before: str, first_line: int, why: str = "") -> InvalidInput:
    line = first_line + before.count("\n")
    column = len(before) - (before.rfind("\n") + 1) + 1
    reason = f" {why}." if why else ""
    return refuse(code, f"{what} at line {line} column {column}.{reason}")

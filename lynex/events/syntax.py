"""Why a body is no JSON we take: where it breaks, or where it holds what JSON text should not."""

import json
import re
from typing import Any, Final

from lynex.errors import InvalidInput, UnsupportedMedia
from lynex.events.findings import refuse
from lynex.events.numbers import no_number, read_float, read_integer

UTF8_MARK: Final = b"\xef\xbb\xbf"
_OTHER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SCANNER: Final = json.JSONDecoder(parse_constant=no_number, parse_float=read_float, parse_int=read_integer)
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)


def text_of(data: bytes) -> bytes:
    """The body without its byte-order mark. Raises `InvalidInput` for an empty one, `UnsupportedMedia` for UTF-16."""
    if data.startswith(UTF8_MARK):
        data = data[len(UTF8_MARK) :]
    if not data or data.isspace():
        raise refuse("empty_body", "Request body is empty; send one JSON event or a batch.")
    if data.startswith(_OTHER_MARKS) or b"\0" in data[:4]:
        raise UnsupportedMedia("The body is UTF-16 or UTF-32; send UTF-8.", code="unsupported_charset")
    return data


def parse_loosely(data: bytes, max_depth: int, *, line: int = 1, of: str = "") -> Any:
    """The value of JSON text that the strict decoder refused, with `BadNumber` for numbers that are none.

    Raises `InvalidInput`: `too_deep`, `invalid_unicode`, `invalid_json`. `line`: the number of the first line.
    `of`: what lines and columns are counted in, where it is not the whole body.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _at("invalid_unicode", "Invalid UTF-8", data[: error.start].decode(errors="replace"), line, of) from None
    try:
        return _SCANNER.decode(text)
    except json.JSONDecodeError as error:
        raise _at("invalid_json", "Invalid JSON", text[: error.pos], line, of, error.msg) from None
    except RecursionError:
        raise refuse("too_deep", f"Nesting deeper than {max_depth}.") from None


def count_parts(data: bytes, enough: int) -> int:
    """The number of lists and objects in JSON text; up to `enough` it may count brackets in strings too."""
    roughly = data.count(b"[") + data.count(b"{")
    if roughly <= enough:
        return roughly
    bare = _STRING.sub(b"", data)
    return bare.count(b"[") + bare.count(b"{")


def has_more_members(array: bytes, most: int) -> bool:
    """Whether a JSON array has more members than that; looks no further than it must."""
    text = array.decode()
    position, counted = 1, 0
    while True:
        try:
            position = _SCANNER.raw_decode(text, _past_blanks(text, position))[1]
        except (json.JSONDecodeError, RecursionError):
            return False  # the strict decoder will say what is wrong
        counted += 1
        if counted > most:
            return True
        position = _past_blanks(text, position)
        if text[position : position + 1] != ",":
            return False
        position += 1


def _past_blanks(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match is not None else position


def _at(code: str, what: str, before: str, first_line: int, of: str, why: str = "") -> InvalidInput:
    line = first_line + before.count("\n")
    column = len(before) - (before.rfind("\n") + 1) + 1
    reason = f" {why}." if why else ""
    return refuse(code, f"{what} at line {line} column {column}{of}.{reason}")

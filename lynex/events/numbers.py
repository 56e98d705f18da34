"""Numbers that JSON can write and nobody downstream can hold."""

from dataclasses import dataclass
from typing import Final

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class BadNumber:
    """Stands in a parsed document where the text had NaN, Infinity, 1e999 or an integer of hundreds of digits."""

    code: str
    message: str


def no_number(text: str) -> BadNumber:
    return BadNumber("invalid_number", f"{text} is not a JSON number.")


def read_float(text: str) -> float | BadNumber:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        return BadNumber("invalid_number", f"{text[:24]} is beyond the range of 64-bit numbers.")
    return number


def read_integer(text: str) -> int | BadNumber:
    return int(text) if len(text) <= 100 else beyond_64_bits()


def beyond_64_bits() -> BadNumber:
    return BadNumber("out_of_range", "Integer does not fit 64 bits; send it as a string.")

"""Words that occur in a value of an event, without regard to case: in the store, and in an event as it is answered."""

from collections.abc import Mapping
from string import punctuation
from typing import Any, Final

import msgspec

from lynex.store.contract import Value

MAX_TEXT: Final = 256
# The body is compact JSON: ILIKE is the cheap sieve, and the pattern takes only hits inside values, because a quote
# that ends a key is followed by a colon. RE2 needs time linear in the text, whatever is searched for.
TEXT_SQL: Final = (
    "(name ILIKE $text_like ESCAPE '!' OR error_message ILIKE $text_like ESCAPE '!'"
    " OR (body ILIKE $text_json_like ESCAPE '!' AND regexp_matches(body, $text_pattern, 's')))"
)
_REST_OF_VALUE: Final = r'(?:[^"\\]|\\.)*"(?:[,}\]]|$)'


def text_values(text: str) -> dict[str, Value]:
    """What `TEXT_SQL` binds."""
    as_json = msgspec.json.encode(text).decode()[1:-1]
    return {
        "text_like": f"%{_like(text)}%",
        "text_json_like": f"%{_like(as_json)}%",
        "text_pattern": "(?i:" + _quote_pattern(as_json) + ")" + _REST_OF_VALUE,
    }


def shows_text(value: Any, text: str) -> bool:
    """Whether a value, or any inside it, contains the text, which is casefolded."""
    if isinstance(value, str):
        return text in value.casefold()
    if isinstance(value, Mapping):
        return any(shows_text(part, text) for part in value.values())
    if isinstance(value, list):
        return any(shows_text(part, text) for part in value)
    return False


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _quote_pattern(text: str) -> str:
    """RE2 reads a backslash before ASCII punctuation as that character; all others stand for themselves."""
    return "".join("\\" + char if char in punctuation else char for char in text)

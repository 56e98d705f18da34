"""Embedding vectors are only said to have been there: nobody reads them, and they fill disks."""

from typing import Any, Final

from lynex.ingest.otlp_records import Attributes

_LONGEST: Final = 16
_WORDS: Final = ("vector", "embedding")
_NUMBERS: Final = "0123456789.eE+-, \t\r\n"


def without_vectors(attributes: Attributes, in_texts: bool = False) -> Attributes:
    """The attributes; a vector of more than 16 numbers becomes `{"dropped": "vector", "length": n}`, also in the JSON
    of attributes named after embeddings, and of all others if `in_texts`."""
    dropped: dict[str, Any] | None = None
    for key, value in attributes.items():
        kind = type(value)
        if kind is list:
            left = _without_list(key, value) if len(value) > _LONGEST or "embedding" in key else value
        elif kind is str and len(value) > 2 * _LONGEST and (in_texts or "embedding" in key):
            left = _without_texts(value)
        else:
            continue
        if left is not value:
            dropped = dropped if dropped is not None else {}
            dropped[key] = left
    return attributes if dropped is None else attributes | dropped


def _without_list(key: str, value: list[Any]) -> Any:
    """Numbers; or, from the AI SDK, a list with each vector as JSON."""
    lowered = key.lower()
    if not value or not any(word in lowered for word in _WORDS):
        return value
    if all(type(one) is str for one in value):
        return [_without_texts(one) for one in value]
    if len(value) > _LONGEST and all(type(one) in (float, int) for one in value):
        return {"dropped": "vector", "length": len(value)}
    return value


def _without_texts(value: str) -> str:
    """JSON text, its lists of numbers cut out. Looks at each character a few times, whatever the text."""
    pieces: list[str] = []
    taken = searched = 0
    end = value.find("]")
    while end >= 0:
        start = value.rfind("[", searched, end)
        if start >= 0:
            inner = value[start + 1 : end]
            commas = inner.count(",")
            if commas >= _LONGEST and not inner.strip(_NUMBERS):
                pieces += (value[taken:start], f'{{"dropped":"vector","length":{commas + 1}}}')
                taken = end + 1
        searched = end + 1
        end = value.find("]", searched)
    return "".join((*pieces, value[taken:])) if pieces else value

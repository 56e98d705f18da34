"""Four levels, and the words other loggers have for them."""

from typing import Any, Final

LEVELS: Final = ("debug", "info", "warning", "error")
_SYNONYMS: Final = {"warn": "warning", "fatal": "error", "critical": "error"}
_SEVERER: Final = ("fatal", "critical")


def respell_level(body: dict[str, Any]) -> dict[str, Any]:
    """The body with one of the four levels; what was worse than an error keeps its word as `severity`."""
    sent = body.get("level")
    if sent is None or sent in LEVELS or not isinstance(sent, str):
        return body
    word = sent.lower()
    level = _SYNONYMS.get(word, word)
    if level not in LEVELS:
        return body
    respelled = {**body, "level": level}
    if word in _SEVERER:
        respelled.setdefault("severity", sent)
    return respelled

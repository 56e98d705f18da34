"""OpenTelemetry's severities, 1 to 24, and their many names, as the four levels of an event."""

from typing import Final

_WARNING, _ERROR, _INFO = 13, 17, 9
_NAMES: Final = {
    "trace": "debug",
    "debug": "debug",
    "info": "info",
    "information": "info",
    "notice": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "critical": "error",
    "fatal": "error",
    "alert": "error",
    "emergency": "error",
}


def level_of(severity: int, name: str = "") -> str | None:
    """None where nothing was said."""
    if severity <= 0:
        return _NAMES.get(name.strip().lower().rstrip("0123456789"))
    if severity >= _ERROR:
        return "error"
    if severity >= _WARNING:
        return "warning"
    return "info" if severity >= _INFO else "debug"

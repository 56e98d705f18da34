"""Plain values as OTLP writes them in JSON: attributes as typed pairs, instants as nanoseconds in text."""

from collections.abc import Mapping
from typing import Any, Final

Pairs = list[dict[str, Any]]

_KINDS: Final = {"unspecified": 0, "internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
_STATUSES: Final = {"unset": 0, "ok": 1, "error": 2}


def pairs(attributes: Mapping[str, Any]) -> Pairs:
    return [{"key": key, "value": any_value(value)} for key, value in attributes.items()]


def any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(one) for one in value]}}
    if isinstance(value, Mapping):
        return {"kvlistValue": {"values": pairs(value)}}
    return {}  # null


def nanos(micros: int | None) -> str:
    """0 where no time was set."""
    return str((micros or 0) * 1000)


def kind_number(name: Any) -> int:
    return _KINDS.get(name, 0)


def status_number(name: Any) -> int:
    return _STATUSES.get(name, 0)

"""Whatever the host hands over → plain JSON values, bounded in size, without running surprising code of the host.

`__repr__` and `__str__` of unknown objects are never called: they may be slow, large, secret, or raise.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import math
import os
import uuid
from collections.abc import Mapping
from typing import Any, Final

MAX_DEPTH: Final = 24
MAX_ITEMS: Final = 2_000  # of one list or object
_MOST: Final = 2**63 - 1
_LEAST: Final = -(2**63)
_OVERHEAD: Final = 8  # characters a value costs besides its text
_READ_BY_STR: Final = (uuid.UUID, decimal.Decimal, os.PathLike)


class Budget:
    """Characters one event may still take; `cut` says that something was left out."""

    __slots__ = ("cut", "left", "longest_text")

    def __init__(self, characters: int, longest_text: int) -> None:
        self.left = characters
        self.longest_text = longest_text
        self.cut = False

    def text(self, value: str) -> str:
        length = len(value)
        room = self.left if self.left < self.longest_text else self.longest_text
        if length > room:
            self.cut = True
            value = f"{value[: max(room, 0)]}… [{length} characters]"
        self.left -= len(value) + _OVERHEAD
        return value


def plain(value: Any, budget: Budget, depth: int = 0) -> Any:
    """A copy of `value` in str, int, float, bool, None, list and dict. Never raises."""
    kind = type(value)
    if kind is str:
        return budget.text(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        budget.left -= _OVERHEAD
        return value if _LEAST <= value <= _MOST else str(value)[:64]
    if kind is float:
        budget.left -= _OVERHEAD
        return value if math.isfinite(value) else str(value)
    if budget.left <= 0:
        budget.cut = True
        return "[left out]"
    if depth >= MAX_DEPTH:
        budget.cut = True
        return "[too deep]"
    try:
        if kind is dict:
            return _object(value, budget, depth)
        if kind is list or kind is tuple:
            return _array(value, budget, depth)
        return _other(value, budget, depth)
    except Exception:  # whatever the host's object did when it was read
        return f"[unreadable {_name_of(value)}]"


def _object(value: Mapping[Any, Any], budget: Budget, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, one in value.items():
        if len(made) >= MAX_ITEMS or budget.left <= 0:
            budget.cut = True
            break
        name = key if type(key) is str else _key(key)
        budget.left -= len(name)
        made[name[:256]] = plain(one, budget, depth + 1)
    return made


def _key(key: Any) -> str:
    if isinstance(key, enum.Enum):
        key = key.value
    return str(key) if isinstance(key, (str, int, float, bool, uuid.UUID)) or key is None else _name_of(key)


def _array(value: Any, budget: Budget, depth: int) -> list[Any]:
    made: list[Any] = []
    for one in value:
        if len(made) >= MAX_ITEMS or budget.left <= 0:
            budget.cut = True
            break
        made.append(plain(one, budget, depth + 1))
    return made


def _other(value: Any, budget: Budget, depth: int) -> Any:
    if isinstance(value, enum.Enum):
        return plain(value.value, budget, depth + 1)
    if isinstance(value, str):
        return budget.text(str.__str__(value))
    if isinstance(value, int):
        return plain(int(value), budget, depth + 1)
    if isinstance(value, float):
        return plain(float(value), budget, depth + 1)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[{len(value)} bytes]"
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return budget.text(value.isoformat())
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, _READ_BY_STR):
        return budget.text(os.fspath(value) if isinstance(value, os.PathLike) else str(value))
    if isinstance(value, BaseException):
        return {"type": type(value).__name__, "message": budget.text(message_of(value))}
    if isinstance(value, Mapping):
        return _object(value, budget, depth)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _array(value, budget, depth)
    return _structure(value, budget, depth)


def _structure(value: Any, budget: Budget, depth: int) -> Any:
    """Data classes and pydantic's models by their fields; of anything else only what it is."""
    if isinstance(value, type):
        return f"[class {value.__module__}.{value.__qualname__}]"
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return _object(fields, budget, depth)
    names = getattr(type(value), "model_fields", None)  # pydantic 2, as the models' clients answer with
    if isinstance(names, Mapping):
        fields = {name: getattr(value, name) for name in names if getattr(value, name, None) is not None}
        return _object(fields, budget, depth)
    shape = getattr(value, "shape", None)  # arrays of numpy, torch …: large, and nobody reads them in a trace
    if isinstance(shape, tuple):
        return f"[{_name_of(value)} {'×'.join(str(size) for size in shape)}]"
    return f"[{_name_of(value)}]"


def message_of(error: BaseException) -> str:
    """What an exception says; its own `__str__` is the one we must ask, and it may fail."""
    try:
        return str(error)
    except Exception:
        return "[unreadable message]"


def _name_of(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"

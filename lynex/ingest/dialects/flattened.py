"""Lists and objects that were sent as `a.0.b.c` attributes, put together again. Hostile paths build nothing."""

from collections.abc import Iterable
from typing import Any, Final

Path = tuple[str | int, ...]

_MAX_DEPTH: Final = 16
_MAX_INDEX: Final = 10_000
_LONGEST: Final = 256
_HOSTILE: Final = frozenset(("__proto__", "prototype", "constructor", ""))


def path_of(rest: str) -> Path | None:
    """`3.message.role` → (3, "message", "role"); None where nobody would mean a place in a list by it."""
    if len(rest) > _LONGEST:
        return None
    segments = rest.split(".")
    if len(segments) > _MAX_DEPTH or not _HOSTILE.isdisjoint(segments):
        return None
    path = tuple(int(one) if one.isascii() and one.isdecimal() else one for one in segments)
    if type(path[0]) is not int or any(type(one) is int and one >= _MAX_INDEX for one in path):
        return None
    return path


class _Node(dict[str | int, Any]):
    """An object or list put together here, unlike one that came as a value."""


def unflatten(pairs: Iterable[tuple[Path, Any]]) -> Any:
    """The list or object these paths describe; indices only say the order, holes are closed.

    Where a path runs through another's value, the first one stands.
    """
    root = _Node()
    for path, value in pairs:
        node = root
        for segment in path[:-1]:
            child = node.get(segment)
            if child is None:
                child = node[segment] = _Node()
            elif type(child) is not _Node:
                break
            node = child
        else:
            node.setdefault(path[-1], value)
    return _closed(root)


def _closed(node: _Node) -> Any:
    for key in node:
        if type(key) is str:
            break
    else:
        return [_closed(value) if type(value) is _Node else value for _, value in sorted(node.items())]
    return {str(key): _closed(value) if type(value) is _Node else value for key, value in node.items()}

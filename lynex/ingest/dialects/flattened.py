"""Lists and objects that were sent as `a.0.b.c` attributes, put together again. Hostile paths build nothing."""

from collections.abc import Iterable
from typing import Any, Final

Path = tuple[str | int, ...]

_MAX_DEPTH: Final = 16
_MAX_INDEX: Final = 10_000
_LONGEST: Final = 256
_HOSTILE: Final = frozenset(("__proto__", "prototype", "constructor", ""))


def path_of(rest: str) -> Path | None:
    """`3.message.role` → (3, "message", "role"); None where nobody would mean that."""
    if len(rest) > _LONGEST:
        return None
    segments = rest.split(".")
    if len(segments) > _MAX_DEPTH or not _HOSTILE.isdisjoint(segments):
        return None
    path = tuple(int(one) if one.isascii() and one.isdecimal() else one for one in segments)
    if any(type(one) is int and one >= _MAX_INDEX for one in path):
        return None
    return path


def unflatten(pairs: Iterable[tuple[Path, Any]]) -> Any:
    """The list or object these paths describe; indices only say the order, holes are closed.

    Where a path runs through another's value, the first one stands.
    """
    root: dict[Any, Any] = {}
    inner = {id(root)}  # objects made here; those that came as values are left alone
    for path, value in pairs:
        node = root
        for segment in path[:-1]:
            child = node.get(segment)
            if child is None:
                child = node[segment] = {}
                inner.add(id(child))
            elif id(child) not in inner:
                break
            node = child
        else:
            node.setdefault(path[-1], value)
    return _closed(root, inner)


def _closed(node: Any, inner: set[int]) -> Any:
    if id(node) not in inner:
        return node
    if all(type(key) is int for key in node):
        return [_closed(node[index], inner) for index in sorted(node)]
    return {str(key): _closed(value, inner) for key, value in node.items()}

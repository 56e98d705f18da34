"""camelCase on the way in, snake_case inside: only for names we know, everything else stays as the sender wrote it."""

from collections.abc import Iterable, Mapping
from typing import Any


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Conflict(Exception):
    """Both spellings of one field, with different values."""


class Spelling:
    """The names of one object (`renames`: camelCase to snake_case), and of the objects we know inside it."""

    __slots__ = ("_inner", "_is_untouched", "renames")

    def __init__(self, names: Iterable[str], inner: Mapping[str, "Spelling"]) -> None:
        self.renames = {camel_case(name): name for name in names if camel_case(name) != name}
        self._inner = [(name, spelling) for name, spelling in inner.items() if spelling.renames_anything()]
        self._is_untouched = frozenset(self.renames).isdisjoint

    def respell(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The object in our spelling: the same one if nothing changes. Raises `Conflict`."""
        renamed = sent if self._is_untouched(sent) else self._rename(sent)
        for name, spelling in self._inner:
            if name in renamed and type(value := renamed[name]) is dict:
                respelled = spelling.respell(value)
                if respelled is not value:
                    renamed = {**renamed, name: respelled}
        return renamed

    def renames_anything(self) -> bool:
        return bool(self.renames or self._inner)

    def conflicts(self, sent: Mapping[str, Any]) -> list[str]:
        """The camelCase names that are contradicted by their twin."""
        twins = ((camel, self.renames[camel]) for camel in sent if camel in self.renames)
        return [camel for camel, snake in twins if snake in sent and not _same(sent[camel], sent[snake])]

    def _rename(self, sent: dict[str, Any]) -> dict[str, Any]:
        if self.conflicts(sent):
            raise Conflict
        return {self.renames.get(name, name): value for name, value in sent.items()}


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other

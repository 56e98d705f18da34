"""camelCase on the way in, snake_case inside: only for names we know, everything else stays as the sender wrote it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lynex.events.structure import is_memorable

_REMEMBERED_SETS: Final = 100


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Conflict(Exception):
    """Both spellings of one field, with different values."""


class Spelling:
    """The names of one object (`renames`: camelCase to snake_case), and of the objects we know inside it."""

    __slots__ = ("_unaffected", "inner", "renames")

    def __init__(self, names: Iterable[str], inner: Mapping[str, "Spelling"]) -> None:
        self.renames = {camel_case(name): name for name in names if camel_case(name) != name}
        self.inner = [(name, spelling) for name, spelling in inner.items() if spelling.renames_anything()]
        self._unaffected: set[tuple[str, ...]] = set()

    def respell(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The object in our spelling: the same one if nothing changes. Raises `Conflict`."""
        keys = tuple(sent)
        if keys in self._unaffected or self._is_unaffected(keys):
            return sent
        renamed = sent if self.renames.keys().isdisjoint(sent) else self._rename(sent)
        for name, spelling in self.inner:
            if name in renamed and type(value := renamed[name]) is dict:
                respelled = spelling.respell(value)
                if respelled is not value:
                    renamed = {**renamed, name: respelled}
        return renamed

    def _is_unaffected(self, keys: tuple[str, ...]) -> bool:
        """Whether no object with these keys is respelled, whatever is in it."""
        if not self.renames.keys().isdisjoint(keys) or any(name in keys for name, _ in self.inner):
            return False
        if is_memorable(keys):
            if len(self._unaffected) >= _REMEMBERED_SETS:
                self._unaffected.clear()
            self._unaffected.add(keys)
        return True

    def renames_anything(self) -> bool:
        return bool(self.renames or self.inner)

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

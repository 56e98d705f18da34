"""camelCase on the way in, snake_case inside: only for names we know, everything else stays as the sender wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Conflict(Exception):
    """Both spellings of one field, with different values."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The names of one object (`renames`: camelCase to snake_case), and of the objects we know inside it."""

    renames: Mapping[str, str]
    inner: Mapping[str, "Spelling"] = field(default_factory=dict)

    @classmethod
    def of(cls, names: tuple[str, ...], inner: Mapping[str, "Spelling"] | None = None) -> "Spelling":
        return cls({camel_case(name): name for name in names if camel_case(name) != name}, inner or {})

    def respell(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The object in our spelling: the same one if nothing changes. Raises `Conflict`."""
        renamed = sent if self.renames.keys().isdisjoint(sent) else self._rename(sent)
        for name, spelling in self.inner.items():
            value = renamed.get(name)
            if type(value) is dict:
                respelled = spelling.respell(value)
                if respelled is not value:
                    renamed = {**renamed, name: respelled}
        return renamed

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

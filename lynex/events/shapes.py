"""The structs of `bodies` turned into something that names every fault of an object, not only the first."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import msgspec
from msgspec import inspect

from lynex.events.bodies import BODIES, Context, Sdk
from lynex.events.findings import EventFindings, inside, quoted
from lynex.events.identifiers import has_control
from lynex.events.numbers import BadNumber
from lynex.events.spelling import Spelling

_KINDS: Final[tuple[tuple[type[inspect.Type], tuple[type, ...], str], ...]] = (
    (inspect.BoolType, (bool,), "true or false"),
    (inspect.IntType, (int,), "an integer"),
    (inspect.FloatType, (float, int), "a number"),
    (inspect.StrType, (str,), "a string"),
    (inspect.LiteralType, (str,), "a string"),
    (inspect.ListType, (list,), "a list"),
    (inspect.DictType, (dict,), "an object"),
    (inspect.StructType, (dict,), "an object"),
)
_REFUSED: Final = True
Check = Callable[[Any, str, str, EventFindings], None]
"""Looks into a value of the right Python type: value, name as sent, path, where to tell."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What may stand in one place: a check for each Python type that is right there."""

    checks: dict[type, Check | None]  # None: whatever it is, it is good
    words: tuple[str, ...]
    is_identifier: bool = False
    is_open: bool = True  # a value of the right type may have keys of its own, or an integer beyond 64 bits

    def takes_all(self, values: list[Any]) -> bool:
        """Whether none of them needs a look of its own."""
        return not any(self.checks.get(kind, _REFUSED) for kind in set(map(type, values)))

    def check(self, value: object, name: str, path: str, findings: EventFindings) -> None:
        kind = type(value)
        if kind in self.checks:
            look_into = self.checks[kind]
            if look_into is not None:
                look_into(value, name, path, findings)
        elif kind is not BadNumber:  # those are told once, for known and unknown fields alike, in `structure`
            code = "not_integer" if self.words == ("an integer",) and kind in (bool, float, str) else "wrong_type"
            findings.add(path, code, f"{name} must be {' or '.join(self.words)}, not {quoted(value)}.")


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The known fields of one object: what may stand in them, and their spellings. Null is as good as absent."""

    slots: dict[str, Slot]
    spelling: Spelling
    parts: dict[str, "Shape"]  # of the objects we know inside it

    def check(self, sent: dict[str, Any], path: str, findings: EventFindings) -> None:
        renames = self.spelling.renames
        for name in self.spelling.conflicts(sent):
            message = f"{name} and {renames[name]} have different values; send one."
            findings.add(inside(path, name), "conflicting_fields", message)
        for name, value in sent.items():
            slot = self.slots.get(renames.get(name, name))
            if slot is not None and value is not None:
                slot.check(value, name, inside(path, name), findings)


@cache
def shape_of(struct: type[msgspec.Struct]) -> Shape:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)
    types = {member.name: member.type for member in kind.fields if not isinstance(member.type, inspect.AnyType)}
    structs = [(name, part) for name, type_ in types.items() for part in _alternatives(type_)]
    parts = {name: shape_of(part.cls) for name, part in structs if isinstance(part, inspect.StructType)}
    spelling = Spelling(types, {name: part.spelling for name, part in parts.items()})
    return Shape({name: _slot(type_) for name, type_ in types.items()}, spelling, parts)


def _alternatives(kind: inspect.Type) -> list[inspect.Type]:
    """What a value may be, null aside."""
    types = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return [member for member in types if not isinstance(member, inspect.NoneType)]


def _slot(kind: inspect.Type) -> Slot:
    checks: dict[type, Check | None] = {}
    words: list[str] = []
    for alternative in _alternatives(kind):
        is_annotated = isinstance(alternative, inspect.Metadata)
        bare = alternative.type if isinstance(alternative, inspect.Metadata) else alternative
        if isinstance(bare, inspect.AnyType):
            return Slot(dict.fromkeys((bool, int, float, str, list, dict, type(None)), None), ())
        python_types, word = next((types, word) for type_, types, word in _KINDS if isinstance(bare, type_))
        for python_type in python_types:
            checks.setdefault(python_type, _check_of(bare, is_annotated))
        words.append(word)
    is_identifier = any(isinstance(alternative, inspect.Metadata) for alternative in _alternatives(kind))
    is_open = not all(map(_is_closed, _alternatives(kind)))
    return Slot(checks, tuple(dict.fromkeys(words)), is_identifier, is_open)


def _is_closed(kind: inspect.Type) -> bool:
    """What is inside objects we know is told by `Shape.parts`."""
    if isinstance(kind, inspect.Metadata):
        return _is_closed(kind.type)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return kind.ge is not None and kind.le is not None
    if isinstance(kind, inspect.ListType):
        return isinstance(kind.item_type, inspect.Metadata | inspect.StrType) and _is_closed(kind.item_type)
    return isinstance(kind, inspect.StrType | inspect.BoolType | inspect.LiteralType | inspect.StructType)


def _check_of(kind: inspect.Type, is_identifier: bool) -> Check | None:
    """An annotated type is an identifier: we annotate nothing else."""
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return partial(_check_range, kind.ge, kind.le)
    if isinstance(kind, inspect.StrType):
        return partial(_check_text, kind.max_length, is_identifier)
    if isinstance(kind, inspect.LiteralType):
        return partial(_check_choice, kind.values)
    if isinstance(kind, inspect.ListType):
        return partial(_check_list, kind.max_length, _slot(kind.item_type))
    if isinstance(kind, inspect.StructType):
        return partial(_check_object, shape_of(kind.cls))
    return None


def _check_range(
    low: float | None, high: float | None, value: float, name: str, path: str, findings: EventFindings
) -> None:
    if (low is not None and value < low) or (high is not None and value > high):
        findings.add(path, "out_of_range", f"{name} must be {_figure(low)}…{_figure(high)}.")


def _figure(bound: float | None) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


def _check_text(
    most: int | None, is_identifier: bool, value: str, name: str, path: str, findings: EventFindings
) -> None:
    if most is not None and len(value) > most:
        findings.add(path, "too_long", f"{name} has {len(value)} characters; the limit is {most}.")
    elif is_identifier and has_control(value):
        findings.add(path, "invalid_identifier", f"{name} must not contain control characters.")


def _check_choice(choice: tuple[object, ...], value: str, name: str, path: str, findings: EventFindings) -> None:
    if value not in choice:
        allowed = ", ".join(map(str, choice))
        findings.add(path, "invalid_value", f"{name} must be one of {allowed}, not {quoted(value)}.")


def _check_list(most: int | None, slot: Slot, value: list[Any], name: str, path: str, findings: EventFindings) -> None:
    if most is not None and len(value) > most:
        findings.add(path, "too_many", f"{name} has {len(value)} entries; the limit is {most}.")
    elif any(look_into is not None for look_into in slot.checks.values()) or not slot.checks.keys() >= set(
        map(type, value)
    ):
        for index, entry in enumerate(value):
            slot.check(entry, f"{name}[{index}]", inside(path, index), findings)


def _check_object(shape: Shape, value: dict[str, Any], name: str, path: str, findings: EventFindings) -> None:
    shape.check(value, path, findings)


SDK: Final = shape_of(Sdk)
CONTEXT: Final = shape_of(Context)
BODY: Final = {type_: shape_of(struct) for type_, struct in BODIES.items()}

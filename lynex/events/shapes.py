"""The structs of `bodies` turned into something that names every fault of an object, not only the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from lynex.events.bodies import BODIES, Context, Sdk
from lynex.events.findings import EventFindings, inside, quoted
from lynex.events.identifiers import has_control
from lynex.events.numbers import BadNumber
from lynex.events.spelling import Spelling

_PRIMITIVES: Final[tuple[tuple[type[inspect.Type], tuple[type, ...], str], ...]] = (
    (inspect.BoolType, (bool,), "true or false"),
    (inspect.IntType, (int,), "an integer"),
    (inspect.FloatType, (float, int), "a number"),
    (inspect.StrType, (str,), "a string"),
    (inspect.LiteralType, (str,), "a string"),
    (inspect.ListType, (list,), "a list"),
    (inspect.DictType, (dict,), "an object"),
    (inspect.StructType, (dict,), "an object"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The known fields of one object: their types and spellings."""

    fields: dict[str, inspect.Type]
    spelling: Spelling

    def check(self, sent: dict[str, Any], path: str, findings: EventFindings) -> None:
        for name in self.spelling.conflicts(sent):
            twin = self.spelling.renames[name]
            message = f"{name} and {twin} have different values; send one."
            findings.add(inside(path, name), "conflicting_fields", message)
        for name, value in sent.items():
            kind = self.fields.get(self.spelling.renames.get(name, name))
            if kind is not None and value is not None:
                _check(value, kind, name, inside(path, name), findings)


@cache
def shape_of(struct: type[msgspec.Struct]) -> Shape:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)
    fields = {member.name: member.type for member in kind.fields}
    inner = {name: shape_of(part).spelling for name, type_ in fields.items() for part in _structs_in(type_)}
    return Shape(fields, Spelling(fields, inner))


def _structs_in(kind: inspect.Type) -> Iterator[type[msgspec.Struct]]:
    for member in _members(kind):
        if isinstance(member, inspect.StructType):
            yield member.cls


def _members(kind: inspect.Type) -> list[inspect.Type]:
    """What a value may be, null aside."""
    types = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return [member for member in types if not isinstance(member, inspect.NoneType)]


def _bare(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type without its annotation, and whether it must be an identifier."""
    if isinstance(kind, inspect.Metadata):
        return kind.type, bool((kind.extra or {}).get("identifier"))
    return kind, False


def _check(value: object, kind: inspect.Type, name: str, path: str, findings: EventFindings) -> None:
    if isinstance(value, BadNumber):
        return  # said once, for known and unknown fields alike, in `structure`
    words = []
    for member in _members(kind):
        bare, is_identifier = _bare(member)
        if isinstance(bare, inspect.AnyType):
            return
        python_types, word = next((types, word) for type_, types, word in _PRIMITIVES if isinstance(bare, type_))
        if type(value) in python_types:
            return _check_inside(value, bare, name, path, findings, is_identifier)
        words.append(word)
    findings.add(path, *_wrong_type(value, words, name))


def _wrong_type(value: object, words: list[str], name: str) -> tuple[str, str]:
    code = "not_integer" if words == ["an integer"] and isinstance(value, bool | float | str) else "wrong_type"
    return code, f"{name} must be {' or '.join(dict.fromkeys(words))}, not {quoted(value)}."


def _check_inside(
    value: Any, kind: inspect.Type, name: str, path: str, findings: EventFindings, is_identifier: bool
) -> None:
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        _check_range(value, kind, name, path, findings)
    elif isinstance(kind, inspect.StrType):
        if kind.max_length is not None and len(value) > kind.max_length:
            findings.add(path, "too_long", f"{name} has {len(value)} characters; the limit is {kind.max_length}.")
        elif is_identifier and has_control(value):
            findings.add(path, "invalid_identifier", f"{name} must not contain control characters.")
    elif isinstance(kind, inspect.LiteralType):
        if value not in kind.values:
            choice = ", ".join(map(str, kind.values))
            findings.add(path, "invalid_value", f"{name} must be one of {choice}, not {quoted(value)}.")
    elif isinstance(kind, inspect.ListType):
        _check_list(value, kind, name, path, findings)
    elif isinstance(kind, inspect.StructType):
        shape_of(kind.cls).check(value, path, findings)


def _check_range(
    value: float, kind: inspect.IntType | inspect.FloatType, name: str, path: str, findings: EventFindings
) -> None:
    low, high = kind.ge, kind.le
    if (low is not None and value < low) or (high is not None and value > high):
        findings.add(path, "out_of_range", f"{name} must be {_figure(low)}…{_figure(high)}.")


def _figure(bound: float | None) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


def _check_list(value: list[Any], kind: inspect.ListType, name: str, path: str, findings: EventFindings) -> None:
    if kind.max_length is not None and len(value) > kind.max_length:
        findings.add(path, "too_many", f"{name} has {len(value)} entries; the limit is {kind.max_length}.")
        return
    for index, entry in enumerate(value):
        _check(entry, kind.item_type, f"{name}[{index}]", inside(path, index), findings)


SDK: Final = shape_of(Sdk)
CONTEXT: Final = shape_of(Context)
BODY: Final = {type_: shape_of(struct) for type_, struct in BODIES.items()}

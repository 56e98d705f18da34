"""What any JSON value must hold to, known field or not: nesting, number of keys, key names, numbers, real Unicode."""

import functools
from typing import Any, Final

from lynex.events.findings import EventFindings, inside, quoted
from lynex.events.identifiers import has_control
from lynex.events.limits import Limits
from lynex.events.numbers import HIGHEST, LOWEST, BadNumber, beyond_64_bits

MAX_KEY_BYTES: Final = 256
_REMEMBERED_KEYS: Final = 20_000
_REMEMBERED_SETS: Final = 2000
_MEMORABLE_KEYS: Final = 32
_DEEPEST: Final = 1000  # Python recurses no further
_LONG_LIST: Final = 16
_PLAIN: Final = frozenset((str, float, bool, type(None)))
_SHORT_KEY: Final = MAX_KEY_BYTES // 4  # characters that fit whatever they are


class Extraordinary(Exception):
    """A value that needs a closer look before it can be called sound."""


class KeyNames:
    """Key names seen to be good, and sets of them: senders use the same few again and again."""

    def __init__(self) -> None:
        self._good: set[str] = set()
        self._good_sets: set[tuple[str, ...]] = set()

    def are_good(self, keys: tuple[str, ...]) -> bool:
        return keys in self._good_sets or self._learn(keys)

    def count(self, value: dict[str, Any], room: int) -> int:
        """The number of keys, nested ones included. `room`: how many levels may be below. Raises `Extraordinary`."""
        keys = tuple(value)
        if room < 0 or not (keys in self._good_sets or self._learn(keys)):
            raise Extraordinary
        total = len(keys)
        for member in value.values():
            kind = type(member)
            if kind is str:
                continue
            if kind is dict:
                total += self.count(member, room - 1)
            elif kind is list:
                total += self.count_in_list(member, room - 1)
            elif kind is int and not LOWEST <= member <= HIGHEST:
                raise Extraordinary
        return total

    def count_in_list(self, value: list[Any], room: int) -> int:
        if room < 0:
            raise Extraordinary
        if len(value) > _LONG_LIST and _is_plain(value):
            return 0
        total, count = 0, self.count
        for member in value:
            kind = type(member)
            if kind is dict:
                total += count(member, room - 1)
            elif kind is list:
                total += self.count_in_list(member, room - 1)
            elif kind is int and not LOWEST <= member <= HIGHEST:
                raise Extraordinary
        return total

    def _learn(self, keys: tuple[str, ...]) -> bool:
        if not self._good.issuperset(keys):
            for name in keys:
                if len(name) > _SHORT_KEY or not (name.isprintable() or key_fault(name) is None):
                    return False
            if len(self._good) > _REMEMBERED_KEYS:
                self._good = set()
            self._good.update(keys)
        if len(keys) <= _MEMORABLE_KEYS:
            if len(self._good_sets) >= _REMEMBERED_SETS:
                self._good_sets = set()
            self._good_sets.add(keys)
        return True


KEY_NAMES: Final = KeyNames()


def is_memorable(keys: tuple[str, ...]) -> bool:
    """Whether remembering these keys of an object takes little room."""
    return len(keys) <= _MEMORABLE_KEYS and sum(map(len, keys)) <= _MEMORABLE_KEYS * _SHORT_KEY


def is_ordinary(value: dict[str, Any], limits: Limits | None) -> bool:
    """Whether a strictly decoded event is certainly sound, found out cheaply."""
    try:
        keys = KEY_NAMES.count(value, limits.max_depth - 1 if limits is not None else _DEEPEST)
    except Extraordinary:
        return False
    return limits is None or keys <= limits.max_keys


def key_fault(name: str) -> tuple[str, str] | None:
    """Code and message."""
    size = len(name.encode("utf-8", "surrogatepass"))
    if size > MAX_KEY_BYTES:
        return "invalid_key", f"Key {quoted(name)} has {size} bytes; the limit is {MAX_KEY_BYTES}."
    if "\0" in name:  # two keys could become one where NUL is cut
        return "invalid_key", f"Key {quoted(name)} contains NUL."
    if has_control(name):
        return "invalid_identifier", f"Key {quoted(name)} contains a control character."
    if has_lone_surrogate(name):
        return "invalid_unicode", f"Key {quoted(name)} contains half of a surrogate pair."
    return None


def has_lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_plain(value: list[Any]) -> bool:
    """A long list of text or numbers, such as an embedding."""
    kinds = set(map(type, value))
    return kinds <= _PLAIN or (kinds == {int} and min(value) >= LOWEST and max(value) <= HIGHEST)


Place = tuple["Place", str | int] | None
"""Where a value stands: its parent's place and its key. Spelled out only where something is wrong there."""


def inspect_value(value: dict[str, Any], limits: Limits | None, findings: EventFindings) -> None:
    """Find every fault that has nothing to do with what the fields mean."""
    keys = 0
    deepest = limits.max_depth if limits is not None else _DEEPEST
    waiting: list[tuple[Any, Place, int]] = [(value, None, 1)]
    while waiting:
        member, place, depth = waiting.pop()
        if not isinstance(member, dict | list):
            _inspect_leaf(member, _path_of(place), findings)
            continue
        if depth > deepest:
            findings.add("", "too_deep", f"Nesting deeper than {deepest}.")
            return
        if not findings.may_visit(1):
            findings.add("", "too_complex", "The request has too many lists and objects; send fewer events at a time.")
            return
        if isinstance(member, dict):
            keys += len(member)
            _inspect_keys(member, place, findings)
        members = member.items() if isinstance(member, dict) else enumerate(member)
        inside_it = [(inner, (place, key), depth + 1) for key, inner in members if _is_open(inner)]
        waiting.extend(reversed(inside_it))
    if limits is not None and keys > limits.max_keys:
        findings.add("", "too_many_keys", f"The event has {keys} keys; the limit is {limits.max_keys}.")


def _path_of(place: Place) -> str:
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return functools.reduce(inside, reversed(keys), "")


def _is_open(value: object) -> bool:
    """Whether there may be a fault in it."""
    if isinstance(value, str):
        return not value.isascii() and has_lone_surrogate(value)
    if isinstance(value, int):
        return not LOWEST <= value <= HIGHEST
    return isinstance(value, dict | list | BadNumber)


def _inspect_keys(value: dict[str, Any], place: Place, findings: EventFindings) -> None:
    for name in value:
        fault = key_fault(name)
        if fault is not None:
            findings.add(_path_of((place, name)), *fault)


def _inspect_leaf(value: object, path: str, findings: EventFindings) -> None:
    if isinstance(value, BadNumber):
        findings.add(path, value.code, value.message)
    elif isinstance(value, str):
        findings.add(path, "invalid_unicode", "Text contains half of a surrogate pair, which is no character.")
    else:
        fault = beyond_64_bits()
        findings.add(path, fault.code, fault.message)

"""Objects with the same keys are read the same way: what is known of one set of keys is found out once.

Senders use few sets of keys, again and again. What is remembered is bounded and found out anew when it gets too much.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, Final

from lynex.events.numbers import HIGHEST, LOWEST
from lynex.events.shapes import BODY, CONTEXT, Shape
from lynex.events.spelling import Conflict, Spelling
from lynex.events.structure import KEY_NAMES, Extraordinary, is_memorable

_MOST_FORMS: Final = 200  # of one shape
_keys_in: Final = KEY_NAMES.count
_keys_in_list: Final = KEY_NAMES.count_in_list


@dataclass(frozen=True, slots=True)
class Form:
    """Objects with certain keys. `names`: those keys in our spelling, None where they are spelled so."""

    names: tuple[str, ...] | None
    size: int
    has_good_keys: bool
    has_level: bool
    has_only_texts: bool  # and fields we do not know, tags and metadata
    is_simple: bool  # once its types are checked there is nothing more to look into
    is_respelled: bool
    inner: tuple[tuple[str, Spelling], ...]
    parts: tuple[tuple[str, "Forms"], ...]
    open_names: tuple[str, ...]  # where values may have keys of their own, or integers beyond 64 bits
    identifiers: tuple[str, ...]
    pick_identifiers: Callable[[dict[str, Any]], Iterable[str]] | None

    def respell(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Also what is inside, in place. May raise `Conflict`."""
        respelled = sent if self.names is None else dict(zip(self.names, sent.values(), strict=True))
        for name, spelling in self.inner:
            if type(value := respelled[name]) is dict:
                respelled[name] = spelling.respell(value)
        return respelled

    def take(self, sent: dict[str, Any], room: int) -> tuple[dict[str, Any], int]:
        """The object respelled, and how many keys it has, nested ones included; its types are checked afterwards.

        `room`: how many levels may be below it. May raise `Extraordinary` and `Conflict`.
        """
        if not self.has_good_keys or room < 1:
            raise Extraordinary
        taken = sent if self.names is None else dict(zip(self.names, sent.values(), strict=True))
        keys = self.size
        for name, forms in self.parts:
            if type(value := taken[name]) is dict:
                form = forms.known.get(tuple(value)) or forms.learn(value)
                if form.is_simple:
                    keys += form.size
                else:
                    taken[name], more = form.take(value, room - 1)
                    keys += more
            elif type(value) is list:
                keys += _keys_in_list(value, room - 1)
        for name in self.open_names:
            member = taken[name]
            kind = type(member)
            if kind is list:
                keys += _keys_in_list(member, room - 1)
            elif kind is dict:
                keys += _keys_in(member, room - 1)
            elif kind is int and not LOWEST <= member <= HIGHEST:
                raise Extraordinary
        return taken, keys

    def has_printable_identifiers(self, taken: dict[str, Any]) -> bool:
        """Of an object whose types were checked: it has texts and nulls there."""
        if self.pick_identifiers is None:
            return True
        try:
            return "".join(self.pick_identifiers(taken)).isprintable()
        except TypeError:
            values = [taken[name] for name in self.identifiers]
            return "".join([value for value in values if value is not None]).isprintable()


class Forms:
    """The forms met so far of objects of one shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._parts = {name: forms_of(part) for name, part in shape.parts.items()}
        self.known: dict[tuple[str, ...], Form] = {}

    def learn(self, sent: dict[str, Any]) -> Form:
        """The form of an object whose keys are not among the `known`. Raises `Conflict` if a name is there twice."""
        keys = tuple(sent)
        spelling, slots = self._shape.spelling, self._shape.slots
        names = tuple([spelling.renames.get(key, key) for key in keys])
        if len(set(names)) < len(names):
            raise Conflict
        inner = tuple([(name, of) for name, of in spelling.inner if name in names])
        parts = tuple([(name, forms) for name, forms in self._parts.items() if name in names])
        settled = {name for name, slot in slots.items() if not slot.is_open} | self._parts.keys()
        open_names = tuple([name for name in names if name not in settled])
        identifiers = tuple([name for name in names if name in slots and slots[name].is_identifier])
        is_respelled, has_good_keys = names != keys or bool(inner), KEY_NAMES.are_good(keys)
        form = Form(
            names=names if names != keys else None,
            size=len(names),
            has_good_keys=has_good_keys,
            has_level="level" in names,
            has_only_texts=slots.keys() & names <= {*identifiers, "tags", "metadata"},
            is_simple=has_good_keys and not (is_respelled or parts or open_names),
            is_respelled=is_respelled,
            inner=inner,
            parts=parts,
            open_names=open_names,
            identifiers=identifiers,
            pick_identifiers=itemgetter(*identifiers, identifiers[0]) if identifiers else None,  # a tuple even of one
        )
        if is_memorable(keys):
            if len(self.known) >= _MOST_FORMS:
                self.known.clear()
            self.known[keys] = form
        return form


@cache
def forms_of(shape: Shape) -> Forms:
    return Forms(shape)


BODY_FORMS: Final = {type_: forms_of(shape) for type_, shape in BODY.items()}
CONTEXT_FORMS: Final = forms_of(CONTEXT)

"""A convention as data: which attribute means what. All conventions are read together, in one pass."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.flattened import Path, path_of
from lynex.ingest.dialects.places import READERS
from lynex.ingest.dialects.values import Reader, looks_cut_off
from lynex.ingest.otlp_records import Attributes, DataPoint, LogRecord, Span

PrefixReader = Callable[[Draft, str, Any], None]

_REMEMBERED_KEYS: Final = 20_000
_LONGEST_KEY: Final = 256
_MOST_METADATA: Final = 64
_LONGEST_METADATA: Final = 1024


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value belongs: a place of the draft such as `model.request`, with a reader where the place's own will
    not do. `notes.<any>` keeps it for the dialect's `finish`."""

    place: str
    read: Reader | None = None
    marks: bool = True  # whether this key shows that the dialect was spoken


@dataclass(frozen=True, slots=True)
class Dialect:
    """One convention. Of several attributes for one place the first that says something wins: earlier dialects before
    later ones, and in a dialect in the order of its table. `finish` adds what tables cannot say; it sees the type."""

    name: str
    fields: Mapping[str, str | Field] = field(default_factory=dict)  # attribute → place
    prefixes: Mapping[str, PrefixReader] = field(default_factory=dict)  # called with the rest of the key
    lists: Mapping[str, str] = field(default_factory=dict)  # prefix of a flattened list → its name in `draft.flat`
    ignored: tuple[str, ...] = ()  # prefixes of attributes that are understood and of no use as metadata
    scopes: tuple[str, ...] = ()  # first characters of the names of instrumentations that speak it
    finish: Callable[[Span, Draft], None] | None = None
    read_log: Callable[[LogRecord, Draft], bool] | None = None  # False: not one of this dialect's
    read_point: Callable[[DataPoint, Draft], bool] | None = None


_UNKNOWN: Final = 0
_PREFIX: Final = 1
_LIST: Final = 2
_IGNORED: Final = 3


class _Word(msgspec.Struct, gc=False, frozen=True):
    """What is known of one attribute key that no table has in full."""

    bit: int = 0
    key: str = ""
    hear: PrefixReader | None = None
    rest: str = ""
    path: Path | None = None
    kind: int = _UNKNOWN


# What is known of a key that a table has: bit, rank, place, the draft's piece (empty: the name is the draft's own
# field), the name in it, how it is read. A plain tuple, because each attribute of each span is looked up.
_Known = tuple[int, int, str, str, str, Reader | None]


class Vocabulary:
    """The tables of all dialects as one. Keys are remembered, so that each costs one look-up."""

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self.dialects = tuple(dialects)
        self._fields: dict[str, _Known] = {}
        self._starts: list[tuple[str, _Word]] = []
        self._scopes: list[tuple[str, int]] = []
        for index, dialect in enumerate(self.dialects):
            self._add(dialect, 1 << index)
        self._starts.sort(key=lambda start: -len(start[0]))  # the longest that fits
        self._all_starts = tuple(start for start, _ in self._starts)
        self._known: dict[str, _Word] = {}
        self._bits_of_scope: dict[str, int] = {}

    def hear(self, attributes: Attributes, draft: Draft) -> int:
        """Fill the draft from the attributes; which dialects were spoken, as bits by their index."""
        heard = 0
        ranks: dict[str, int] = {}
        fields, known = self._fields, self._known
        for key, sent in attributes.items():
            if sent is None or sent == "":
                continue
            field_ = fields.get(key)
            if field_ is None:
                word = known.get(key) or self._look_up(key)
                heard |= word.bit
                if word.kind != _IGNORED:
                    _hear_other(draft, word, key, sent)
                continue
            bit, rank, place, piece, name, read = field_
            heard |= bit
            if place in ranks and ranks[place] <= rank:
                continue
            value = read(sent) if read is not None else sent
            if value is None:
                _note_unread(draft, sent)
                continue
            ranks[place] = rank
            if piece:
                getattr(draft, piece)[name] = value
            else:
                setattr(draft, name, value)
        return heard

    def bits_of_scope(self, name: str) -> int:
        """Which dialects the instrumentation of that name speaks."""
        bits = self._bits_of_scope.get(name)
        if bits is None:
            bits = sum({bit for start, bit in self._scopes if name.startswith(start)})
            if len(self._bits_of_scope) < _REMEMBERED_KEYS and len(name) <= _LONGEST_KEY:
                self._bits_of_scope[name] = bits
        return bits

    def _add(self, dialect: Dialect, bit: int) -> None:
        for order, (key, told) in enumerate(dialect.fields.items()):
            said = told if isinstance(told, Field) else Field(told)
            piece, dot, name = said.place.partition(".")
            piece, name = (piece, name) if dot else ("", said.place)
            read = said.read if said.read is not None else READERS[said.place] if piece != "notes" else None
            rank = bit.bit_length() * 10_000 + order
            self._fields.setdefault(key, (bit if said.marks else 0, rank, said.place, piece, name, read))
        self._starts += [(start, _Word(bit, hear=hear, kind=_PREFIX)) for start, hear in dialect.prefixes.items()]
        self._starts += [(start, _Word(bit, key=name, kind=_LIST)) for start, name in dialect.lists.items()]
        self._starts += [(start, _Word(kind=_IGNORED)) for start in dialect.ignored]
        self._scopes += [(start, bit) for start in dialect.scopes]

    def _look_up(self, key: str) -> _Word:
        found = self._find(key) if key.startswith(self._all_starts) else _NEVER_HEARD
        if len(key) <= _LONGEST_KEY:
            if len(self._known) >= _REMEMBERED_KEYS:
                self._known = {}  # somebody makes up keys; begin again
            self._known[key] = found
        return found

    def _find(self, key: str) -> _Word:
        start, word = next(one for one in self._starts if key.startswith(one[0]))
        rest = key[len(start) :]
        return msgspec.structs.replace(word, rest=rest, path=path_of(rest) if word.kind == _LIST else None)


_NEVER_HEARD: Final = _Word()


def _hear_other(draft: Draft, word: _Word, key: str, sent: Any) -> None:
    """An attribute whose key no table has in full."""
    if word.kind == _LIST:
        if word.path is not None:
            draft.flat.setdefault(word.key, []).append((word.path, sent))
    elif word.hear is not None:
        word.hear(draft, word.rest, sent)
    else:
        _keep(draft, key, sent)


def _note_unread(draft: Draft, sent: Any) -> None:
    """What a reader could make nothing of is left to the raw attributes; where its end is missing, that is said."""
    if type(sent) is str and looks_cut_off(sent) and "truncated" not in draft.flags:
        draft.flags.append("truncated")


def _keep(draft: Draft, key: str, value: Any) -> None:
    """Short values of attributes nobody knows are what the sender says of himself: searchable metadata."""
    if type(value) is str and len(value) > _LONGEST_METADATA:
        return
    if type(value) is not dict and type(value) is not list and len(draft.unknown) < _MOST_METADATA:
        draft.unknown[key] = value

"""What mapping again changed: how many rows, in which columns, and what tokens and cost were before and are after."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from lynex.store.stored_event import StoredEvent

_TOLD: Final = ("type", "model", "provider", "usage_scope", "cost_source")  # columns whose values are told one by one
_MOST_TOLD: Final = 50  # of a column
_OTHERS: Final = "others"
_NOTHING: Final = "none"


class Counted(msgspec.Struct):
    """Sums over what counts (`usage_scope = 'call'`)."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)

    def add(self, row: StoredEvent) -> None:
        if row.usage_scope != "call":
            return
        self.calls += row.type == "model_response"
        self.input_tokens += row.input_tokens or 0
        self.output_tokens += row.output_tokens or 0
        self.cost_usd += row.cost if row.cost is not None else 0

    def merge(self, other: "Counted") -> None:
        self.calls += other.calls
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cost_usd += other.cost_usd


class Changes(msgspec.Struct):
    """`columns`: rows in which a column changed. `values`: column → "before → after" → rows."""

    rows: int = 0
    changed: int = 0
    failed: int = 0  # rows that could not be made again and stay as they are
    columns: dict[str, int] = msgspec.field(default_factory=dict)
    values: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    before: Counted = msgspec.field(default_factory=Counted)
    after: Counted = msgspec.field(default_factory=Counted)

    def note(self, old: StoredEvent, new: StoredEvent) -> None:
        self.rows += 1
        self.before.add(old)
        self.after.add(new)
        if old == new:
            return
        self.changed += 1
        for column in old.__struct_fields__:
            was, now = getattr(old, column), getattr(new, column)
            if was != now:
                _add(self.columns, column, 1)
                if column in _TOLD:
                    _add(self.values.setdefault(column, {}), f"{_word(was)} → {_word(now)}", 1, _MOST_TOLD)

    def merge(self, other: "Changes") -> None:
        self.rows += other.rows
        self.changed += other.changed
        self.failed += other.failed
        _merge(self.columns, other.columns)
        for column, told in other.values.items():
            _merge(self.values.setdefault(column, {}), told, _MOST_TOLD)
        self.before.merge(other.before)
        self.after.merge(other.after)


def _word(value: object) -> str:
    return _NOTHING if value is None else str(value)


def _merge(counts: dict[str, int], others: Mapping[str, int], most: int | None = None) -> None:
    for name, rows in others.items():
        _add(counts, name, rows, most)


def _add(counts: dict[str, int], name: str, rows: int, most: int | None = None) -> None:
    """Beyond `most` names what is new is counted among the others."""
    if most is not None and len(counts) >= most and name not in counts:
        name = _OTHERS
    counts[name] = counts.get(name, 0) + rows

"""Between Arrow tables and plain values: instants are integers of microseconds on both sides."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa

from lynex.store.columns import SCHEMA
from lynex.store.contract import Cancel, EventStore, Value

_SPELLED: Final = {
    **{field.name: f'epoch_us("{field.name}")' for field in SCHEMA if pa.types.is_timestamp(field.type)},
    "attrs": '"attrs"::JSON::VARCHAR',
}


def columns_sql(names: Iterable[str]) -> str:
    """The columns for a SELECT: instants as microseconds, attrs as JSON text. `names` come from our own constants."""
    return ", ".join(f'{_SPELLED[name]} AS "{name}"' if name in _SPELLED else f'"{name}"' for name in names)


class Select:
    """Statements of one question to the store; `cancel` gives up whichever runs."""

    def __init__(self, store: EventStore, cancel: Cancel | None) -> None:
        self._store = store
        self._cancel = cancel

    def __call__(self, sql: str, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        return rows_of(self._store.select(sql, values, cancel=self._cancel))

    def columns(self, sql: str, values: Mapping[str, Value]) -> dict[str, list[Any]]:
        """The same by column, for many rows."""
        table = self._store.select(sql, values, cancel=self._cancel)
        return {name: column.to_pylist() for name, column in zip(table.column_names, table.columns, strict=True)}


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    names = table.column_names
    columns = [column.to_pylist() for column in table.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

"""Between Arrow tables and plain values: instants are integers of microseconds on both sides."""

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa

from lynex.store.columns import SCHEMA

_INSTANTS: Final = frozenset(field.name for field in SCHEMA if pa.types.is_timestamp(field.type))


def columns_sql(names: Iterable[str]) -> str:
    """The columns for a SELECT, instants as integers of microseconds; `names` come from our own constants."""
    return ", ".join(f'epoch_us("{name}") AS "{name}"' if name in _INSTANTS else f'"{name}"' for name in names)


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    names = table.column_names
    columns = [column.to_pylist() for column in table.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

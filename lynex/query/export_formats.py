"""The forms an export takes: tables of events in, bytes of one file out, a piece at a time."""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa
from pyarrow import csv

from lynex.query.rows import columns_sql, rows_of
from lynex.store.columns import SCHEMA
from lynex.store.summary import DETAIL_COLUMNS, detail_of

# What the forms that are tables have, and the columns where these are not called like it.
_NAMES: Final = (
    "event_id", "type", "at", "received_at", "name", "level", "status", "provider", "model", "response_model",
    "trace_id", "parent_event_id", "session_id", "user_id", "environment", "release", "service", "tags", "step_index",
    "duration_ms", "ttft_ms", "input_tokens", "output_tokens", "total_tokens", "cache_read_tokens",
    "cache_write_tokens", "reasoning_tokens", "usage_scope", "cost_usd", "cost_source", "finish_reason", "tool",
    "agent", "prompt", "prompt_version", "error_type", "error_message", "error_group", "eval_name", "eval_score",
    "sdk_name", "sdk_version", "context", "metadata", "body",
)  # fmt: skip
_COLUMNS: Final = {
    "service": "service_name",
    "cost_usd": "cost",
    "tool": "tool_name",
    "agent": "agent_name",
    "prompt": "prompt_name",
    "metadata": "attrs",
}
_INSTANT: Final = pa.timestamp("us", "UTC")
_ROW_GROUP_ROWS: Final = 50_000
_ROW_GROUP_BYTES: Final = 32 << 20


def _column(name: str) -> str:
    return _COLUMNS.get(name, name)


def _kind(name: str) -> pa.DataType:
    kind = SCHEMA.field(_column(name)).type
    return _INSTANT if pa.types.is_timestamp(kind) else kind


def _typed(name: str) -> str:
    return '"attrs"::JSON::VARCHAR' if name == "metadata" else f'"{_column(name)}"'


def _cell(name: str, is_raw: bool) -> str:
    """What a cell holds, as text where it is no number."""
    column, kind = _typed(name), _kind(name)
    if pa.types.is_timestamp(kind):
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if pa.types.is_list(kind):
        return f"to_json({column})::VARCHAR"
    if not pa.types.is_string(kind) or is_raw:
        return column
    return rf"CASE WHEN regexp_matches({column}, '^[-=+@\t\r\n]') THEN '''' || {column} ELSE {column} END"


_PARQUET: Final = pa.schema([pa.field(name, _kind(name)) for name in _NAMES])


class Form(Protocol):
    """One file in the making. `columns` is what it selects, as SQL; it is given tables with `add`, and then `end`."""

    columns: str

    def add(self, table: pa.Table) -> bytes:
        """What is ready to be sent after these rows; may be empty."""
        ...

    def end(self) -> bytes: ...


class JsonLines:
    """One event a line, as `GET /events/{event_id}` answers it, without the log events beside it."""

    columns = columns_sql(DETAIL_COLUMNS)

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder(decimal_format="number")

    def add(self, table: pa.Table) -> bytes:
        return self._encoder.encode_lines([detail_of(row) for row in rows_of(table)])

    def end(self) -> bytes:
        return b""


class Csv:
    """RFC 4180 with a line of names. Cells that a spreadsheet would take for a formula begin with an apostrophe, unless
    they are wanted raw."""

    def __init__(self, *, is_raw: bool) -> None:
        self.columns = ", ".join(f'{_cell(name, is_raw)} AS "{name}"' for name in _NAMES)
        self._has_header = False

    def add(self, table: pa.Table) -> bytes:
        sink = io.BytesIO()
        csv.write_csv(table, sink, csv.WriteOptions(include_header=not self._has_header, quoting_style="needed"))
        self._has_header = True
        return sink.getvalue()

    def end(self) -> bytes:
        return b"" if self._has_header else self.add(pa.table({name: pa.array([], pa.string()) for name in _NAMES}))


class Parquet:
    """zstd; instants in UTC, costs exact, `metadata` and `body` as JSON text."""

    columns = ", ".join(f'{_typed(name)} AS "{name}"' for name in _NAMES)

    def __init__(self) -> None:
        # Loaded with the first such export: it costs every idle server 6 MiB otherwise.
        from pyarrow import parquet

        self._written = _Written()
        self._writer = parquet.ParquetWriter(self._written, _PARQUET, compression="zstd")
        self._waiting: list[pa.Table] = []

    def add(self, table: pa.Table) -> bytes:
        self._waiting.append(table.cast(_PARQUET))
        rows, size = sum(one.num_rows for one in self._waiting), sum(one.nbytes for one in self._waiting)
        if rows >= _ROW_GROUP_ROWS or size >= _ROW_GROUP_BYTES:
            self._write()
        return self._written.taken()

    def end(self) -> bytes:
        self._write()
        self._writer.close()
        return self._written.taken()

    def _write(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting = []


class _Written(io.RawIOBase):
    """Takes what is written until it is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts = []
        return taken


# Form and media type by name; a form is made for each export, and told whether cells are wanted raw.
FORMS: Final[Mapping[str, Callable[[bool], Form]]] = {
    "csv": lambda is_raw: Csv(is_raw=is_raw),
    "jsonl": lambda _: JsonLines(),
    "parquet": lambda _: Parquet(),
}
MEDIA: Final = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}

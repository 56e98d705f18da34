"""How far an export is, on the wire."""

from typing import Literal

import msgspec

State = Literal["running", "done", "cancelled", "failed"]


class ExportShown(msgspec.Struct):
    """`rows` of `total` are written; `detail` says why it failed."""

    export_id: str
    format: str
    state: State
    rows: int
    total: int
    bytes: int
    detail: str | None = None

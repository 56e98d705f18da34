"""The bodies of receipts: what came, what became of it, and why some of it was refused."""

import msgspec


class ReceiptSums(msgspec.Struct):
    """Events answered 202, those of them known already, rows stored now, events set aside; requests (of OpenTelemetry:
    records) refused."""

    accepted: int
    duplicates: int
    stored: int
    set_aside: int
    refused: int


class ReceiptLines(msgspec.Struct):
    """The same by hour: value i belongs to `hours[i]`."""

    accepted: list[int]
    duplicates: list[int]
    stored: list[int]
    set_aside: list[int]
    refused: list[int]


class KeyReceipt(msgspec.Struct):
    """What one key sent; `key_id` null: what came without one. `name` and `prefix` null: the key is not known here."""

    key_id: str | None
    name: str | None
    prefix: str | None
    revoked: bool
    accepted: int
    duplicates: int
    stored: int
    refused: int
    last_stored_at: str | None


class Refusal(msgspec.Struct):
    """How often the problem `code` was answered, and the hour it was last."""

    code: str
    key_id: str | None
    amount: int
    last_hour: str


class ReceiptsShown(msgspec.Struct, rename={"from_": "from"}):
    """Whole hours. `waiting`: accepted events of all projects that are not stored yet, the oldest for `lag_seconds`.
    `nobody`: refusals of requests whose key is missing or not known; null for API keys."""

    from_: str
    to: str
    hours: list[str]
    lines: ReceiptLines
    totals: ReceiptSums
    keys: list[KeyReceipt]
    refused: list[Refusal]
    nobody: list[Refusal] | None
    waiting: int
    lag_seconds: float

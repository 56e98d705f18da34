"""The bodies of what the appliance says of itself."""

import msgspec


class Trouble(msgspec.Struct):
    code: str
    detail: str
    hint: str


class Kept(msgspec.Struct):
    """Bytes on disk by part, and how much is left. New events are refused below `refuses_below_bytes`."""

    journal_bytes: int
    hot_bytes: int
    cold_bytes: int
    control_bytes: int
    disk_free_bytes: int
    disk_bytes: int
    refuses_below_bytes: int


class Law(msgspec.Struct):
    """The accounting law: everything ever accepted is in exactly one of the states, so `difference` is 0."""

    accepted: int
    states: dict[str, int]
    difference: int


class About(msgspec.Struct):
    """`troubles` is empty while all is well. `rate_limit` and `retention_days` 0: none."""

    version: str
    python: str
    system: str
    url: str
    started_at: str
    data_dir: str
    ready: bool
    troubles: list[Trouble]
    kept: Kept
    law: Law | None
    waiting: int
    lag_seconds: float
    sealed_through: int
    durability: str
    rate_limit: int
    retention_days: int
    asks_for_keys: bool


class SignInLink(msgspec.Struct):
    """Opens one session, within an hour."""

    url: str

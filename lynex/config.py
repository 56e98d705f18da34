"""Settings: one frozen value, with a sentence each. `effective.py` reads it from file, LYNEX_* variables and flags.

The sentences become `lynex config show`, `lynex.toml.example` and the guide.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from platformdirs import user_data_path

_KIB: Final = 1 << 10
_MIB: Final = 1 << 20
_GIB: Final = 1 << 30

_Dollars = Annotated[float, Meta(ge=0)]


class ServerConfig(Struct, frozen=True, forbid_unknown_fields=True):
    host: Annotated[str, Meta(description="Address to listen on. Anything but loopback needs authentication.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=1, le=65535, description="Port of the API and the dashboard.")] = 8000
    otlp_port: Annotated[
        int,
        Meta(
            ge=0,
            le=65535,
            description="Also take OpenTelemetry here, where exporters send by default, if the port is free; 0: off.",
        ),
    ] = 4318
    otlp_grpc_port: Annotated[
        int,
        Meta(ge=0, le=65535, description="The same for OTLP by gRPC, with `pip install lynex[grpc]`; 0: off."),
    ] = 4317
    public_url: Annotated[
        str, Meta(description="URL under which people reach this server; empty: made from host and port.")
    ] = ""
    allowed_hosts: Annotated[
        tuple[str, ...],
        Meta(description="Host names a request may name besides loopback and `host`; `*`: any (a proxy checks)."),
    ] = ()
    auth: Annotated[bool, Meta(description="Ask for a key or a session. Can be switched off on loopback only.")] = True
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least level that is logged.")
    ] = "info"
    log_format: Annotated[Literal["human", "json"], Meta(description="Shape of a log line.")] = "human"
    header_timeout_s: Annotated[
        float, Meta(gt=0, le=600, description="Longest the headers of a request may take, in seconds.")
    ] = 15.0
    body_timeout_s: Annotated[
        float, Meta(gt=0, le=600, description="Longest the body of a request may take, in seconds.")
    ] = 15.0
    max_connections: Annotated[
        int, Meta(ge=1, le=100_000, description="Connections open at once; more are answered 503.")
    ] = 2048
    stop_timeout_s: Annotated[
        float, Meta(gt=0, le=300, description="Longest a graceful stop may take, in seconds.")
    ] = 15.0
    health_port: Annotated[
        int,
        Meta(
            ge=0,
            le=65535,
            description="Also answer /health here from a thread of its own, even when the server is stuck; 0: off.",
        ),
    ] = 0


class IngestConfig(Struct, frozen=True, forbid_unknown_fields=True):
    rate_limit: Annotated[int, Meta(ge=0, description="Events a second one project may send; 0: no limit.")] = 0
    durability: Annotated[
        Literal["sync", "interval"],
        Meta(description="sync: 202 means flushed to disk. interval: flushed every 200 ms, `durable: false`."),
    ] = "sync"
    second_process: Annotated[
        Literal["auto", "always", "never"],
        Meta(description="Understand events in a second process (150 MB more): auto: while many wait."),
    ] = "auto"
    cors_origins: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")], ...],
        Meta(description="Origins of pages that may send events with keys of scope ingest: https://app.example."),
    ] = ()
    max_request_bytes: Annotated[int, Meta(ge=_KIB, le=_GIB, description="Largest request body as sent.")] = 10 * _MIB
    max_expanded_bytes: Annotated[
        int, Meta(ge=_KIB, le=_GIB, description="Largest request body after decompression.")
    ] = 20 * _MIB
    max_event_bytes: Annotated[int, Meta(ge=_KIB, le=_GIB, description="Largest single event.")] = 4 * _MIB
    max_batch_events: Annotated[int, Meta(ge=1, le=100_000, description="Most events in one batch.")] = 1000
    max_depth: Annotated[int, Meta(ge=4, le=200, description="Deepest nesting of an event.")] = 64
    max_keys: Annotated[int, Meta(ge=16, le=100_000, description="Most keys in one event, nested ones included.")] = (
        2000
    )


class JournalConfig(Struct, frozen=True, forbid_unknown_fields=True):
    segment_bytes: Annotated[
        int, Meta(ge=64 * _KIB, le=4 * _GIB, description="Size at which the journal starts a new file.")
    ] = 64 * _MIB
    max_bytes: Annotated[int, Meta(ge=_MIB, description="The journal stops accepting beyond this size.")] = 8 * _GIB
    seal_bytes: Annotated[
        int, Meta(ge=_MIB, description="Seal into Parquet when this much of the journal is unsealed.")
    ] = 2 * _GIB
    seal_hours: Annotated[
        float, Meta(gt=0, le=720, description="Seal into Parquet when the oldest unsealed event is this old, in hours.")
    ] = 6.0
    queue_bytes: Annotated[
        int,
        Meta(
            ge=_MIB, description="Accepted events kept in memory for the processor; beyond that it reads the journal."
        ),
    ] = 32 * _MIB


class StorageConfig(Struct, frozen=True, forbid_unknown_fields=True):
    data_dir: Annotated[
        str, Meta(description="Directory of everything Lynex keeps; empty: the user's data directory.")
    ] = ""
    memory_limit: Annotated[
        str, Meta(pattern=r"^\d+(\.\d+)?(KB|MB|GB|KiB|MiB|GiB)$", description="Memory DuckDB may use, such as 512MB.")
    ] = "512MB"
    min_free_bytes: Annotated[
        int,
        Meta(
            ge=0,
            description="Refuse new events when less than this is free on the disk (5 % of a small disk counts too).",
        ),
    ] = 512 * _MIB
    query_timeout_s: Annotated[float, Meta(gt=0, le=600, description="Longest a question may take, in seconds.")] = 10.0
    readers: Annotated[
        int, Meta(ge=1, le=64, description="Questions answered at the same time; further ones wait.")
    ] = 4
    checkpoint_wal_bytes: Annotated[
        int, Meta(ge=_MIB, description="Checkpoint the hot database when its log has this size.")
    ] = 64 * _MIB
    checkpoint_seconds: Annotated[
        float, Meta(gt=0, le=3600, description="Checkpoint the hot database at least this often, in seconds.")
    ] = 30.0


class RetentionConfig(Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[
        int,
        Meta(
            ge=0,
            le=36_500,
            description="Refuse events older than this many days (older_than_retention); 0: keep for ever.",
        ),
    ] = 0


class PriceConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """One owner's price, in USD per million tokens. It wins over the built-in price book."""

    model: Annotated[str, Meta(min_length=1, description="Model id as sent, `*` at the end matches any rest.")]
    input: Annotated[float, Meta(ge=0, description="USD per million input tokens.")]
    output: Annotated[float, Meta(ge=0, description="USD per million output tokens.")]
    provider: Annotated[str, Meta(description="Only for this provider; empty: any.")] = ""
    cache_read: Annotated[
        _Dollars | None, Meta(description="USD per million cached input tokens; absent: the input price.")
    ] = None
    cache_write: Annotated[
        _Dollars | None, Meta(description="USD per million tokens written to the cache; absent: the input price.")
    ] = None
    reasoning: Annotated[
        _Dollars | None, Meta(description="USD per million reasoning tokens; absent: the output price.")
    ] = None
    starts: Annotated[str, Meta(description="First day the price holds, such as 2026-01-31; empty: always.")] = ""


class InitConfig(Struct, frozen=True, forbid_unknown_fields=True):
    project: Annotated[str, Meta(description="Id of the project created in an empty data directory.")] = "proj_default"
    api_key: Annotated[str, Meta(description="Key created with it, silently; empty: one is made and printed once.")] = (
        ""
    )


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    server: ServerConfig = ServerConfig()
    ingest: IngestConfig = IngestConfig()
    journal: JournalConfig = JournalConfig()
    storage: StorageConfig = StorageConfig()
    retention: RetentionConfig = RetentionConfig()
    init: InitConfig = InitConfig()
    prices: tuple[PriceConfig, ...] = ()

    @property
    def data_dir(self) -> Path:
        return Path(self.storage.data_dir).expanduser() if self.storage.data_dir else user_data_path("lynex")

    @property
    def url(self) -> str:
        host = f"[{self.server.host}]" if ":" in self.server.host else self.server.host
        return self.server.public_url or f"http://{host}:{self.server.port}"

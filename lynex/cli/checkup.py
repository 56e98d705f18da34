"""The checks of `lynex doctor`: each looks at one thing and answers in a sentence, with the cure where it needs one."""

import os
import platform
import shutil
import stat
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from lynex import __version__
from lynex.cli.connection import Connection, Server, find_server
from lynex.cli.figures import binary_size, duration, here
from lynex.cli.port_owner import is_free, owner_of
from lynex.cli.round_trip import round_trip
from lynex.cli.stop import Stop
from lynex.clock import MINUTE, SystemClock, to_datetime
from lynex.config import Config
from lynex.effective import Effective, load_config
from lynex.errors import ConfigError

_FIRST_RELEASE: Final = date(2026, 11, 1)  # no clock that is right shows an earlier day
_MOST_SKEW: Final = 2 * MINUTE
_OLD_BOOK: Final = 180  # days
_SLOW_VISIBLE: Final = 2.0  # seconds: the promise


class Where(msgspec.Struct, frozen=True):
    """What is to be looked at: this machine, or only a server elsewhere."""

    endpoint: str | None = None
    api_key: str | None = None
    data_dir: str | None = None
    config: Path | None = None


class Finding(msgspec.Struct, frozen=True):
    name: str
    state: Literal["fine", "doubt", "fault"]
    sentence: str
    cure: str = ""


def all_findings(where: Where) -> Iterator[Finding]:
    """In the order in which one fault explains the next."""
    yield _versions()
    server: Server | None = None
    if where.endpoint:
        server = find_server(where.endpoint, where.api_key, Path())
    else:
        try:
            effective = load_config(where.config, os.environ, {"storage.data_dir": where.data_dir})
        except ConfigError as error:
            yield from (Finding("Settings", "fault", line) for line in error.detail.split("\n"))
            return
        yield _settings(effective)
        yield _data_directory(effective.config.data_dir)
        yield _disk(effective.config)
        try:
            server = find_server(None, where.api_key, effective.config.data_dir)
        except Stop:
            server = None
        yield _port(effective.config, server)
        yield _otlp_port(effective.config, server)
        yield _clock(effective.config.data_dir)
    yield from _server(server)
    yield _prices()


def _versions() -> Finding:
    parts = [f"{name} {version(name)}" for name in ("duckdb", "pyarrow", "uvicorn")]
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding("Versions", "fine", f"Lynex {__version__} · {system} · {' · '.join(parts)}")


def _settings(effective: Effective) -> Finding:
    source = str(effective.file) if effective.file else "no file"
    changed = sum(origin != "default" for origin in effective.origins.values())
    if effective.warnings:
        return Finding("Settings", "doubt", "; ".join(effective.warnings))
    return Finding("Settings", "fine", f"{source}, {changed} changed (lynex config show --changed)")


def _data_directory(root: Path) -> Finding:
    name = "Data"
    if not root.exists():
        return Finding(name, "fine", f"{root} does not exist yet; the first start makes it")
    status = root.stat()
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        return Finding(name, "fault", f"{root} cannot be written by {_user()}", f"sudo chown -R {_user()} {root}")
    if stat.S_IMODE(status.st_mode) & 0o077:
        mode = f"{stat.S_IMODE(status.st_mode):o}"
        return Finding(name, "doubt", f"{root} is open to other users (mode {mode})", f"chmod 700 {root}")
    size = sum(_size(file) for file in root.rglob("*"))
    return Finding(name, "fine", f"{root}, {binary_size(size)}")


def _disk(config: Config) -> Finding:
    place = next(path for path in (config.data_dir, *config.data_dir.absolute().parents) if path.exists())
    usage = shutil.disk_usage(place)
    least = min(config.storage.min_free_bytes, usage.total // 20)
    sentence = f"{binary_size(usage.free)} free of {binary_size(usage.total)}"
    if usage.free < least:
        cure = "Free space; until then new events are refused with 503."
        return Finding("Disk", "fault", f"{sentence}, less than {binary_size(least)}", cure)
    if usage.free < 3 * least:
        return Finding("Disk", "doubt", f"{sentence}; below {binary_size(least)} new events are refused")
    return Finding("Disk", "fine", sentence)


def _port(config: Config, server: Server | None) -> Finding:
    if server is not None:
        return Finding("Port", "fine", f"{urlsplit(server.url).port} is used by this server")
    host, port = config.server.host, config.server.port
    try:
        free = is_free(host, port)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Finding(
            "Port", "fault", f"cannot listen on {host} port {port}: {reason}", "Change server.host or server.port."
        )
    if free:
        return Finding("Port", "fine", f"{port} on {host} is free")
    owner = owner_of(port) or "another process"
    return Finding("Port", "fault", f"{port} on {host} is used by {owner}", "Stop it, or choose another server.port.")


def _otlp_port(config: Config, server: Server | None) -> Finding:
    """Whether exporters of OpenTelemetry reach this server where they send by default."""
    name, host, port = "OTLP", config.server.host, config.server.otlp_port
    if not port:
        return Finding(name, "fine", f"taken on port {config.server.port} only (server.otlp_port = 0)")
    main = config.server.port if server is None else urlsplit(server.url).port or config.server.port
    elsewhere = f"exporters reach it on port {main}"
    try:
        if is_free(host, port):
            sentence = f"{port} on {host} is free"
            return Finding(name, "fine", sentence if server is None else f"{sentence} but not taken there; {elsewhere}")
        owner = owner_of(port)
        if server is not None and owner == owner_of(main):
            return Finding(name, "fine", f"OpenTelemetry is taken on port {port}")
        reason = f"it is in use by {owner or 'another process'}"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    return Finding(
        name, "doubt", f"{port} on {host} cannot be had: {reason}; {elsewhere}", "Or change server.otlp_port."
    )


def _clock(root: Path) -> Finding:
    now = SystemClock().now()
    if to_datetime(now).date() < _FIRST_RELEASE:
        cure = "Set the clock (timedatectl set-ntp true)."
        return Finding(
            "Clock", "fault", f"shows {to_datetime(now):%Y-%m-%d %H:%M} UTC, before this program was made", cure
        )
    newest = max((int(_modified(file) * 1e6) for file in root.rglob("*")), default=0) if root.exists() else 0
    if newest > now + _MOST_SKEW:
        ahead = duration((newest - now) / 1000)
        return Finding(
            "Clock", "doubt", f"runs behind what was written before, by {ahead}", "Is the time synchronised?"
        )
    return Finding(
        "Clock", "fine", f"{to_datetime(now):%Y-%m-%d %H:%M:%S} UTC, this machine shows {here(now):%H:%M %Z}"
    )


def _server(server: Server | None) -> Iterator[Finding]:
    if server is None:
        yield Finding("Server", "doubt", "is not running", "Start it: lynex serve")
        return
    connection = Connection(server)
    try:
        clock = SystemClock()
        began = clock.monotonic()
        connection.get("/ready", in_project=False)
        yield Finding(
            "Server", "fine", f"{server.url} is ready, answered in {duration((clock.monotonic() - began) * 1000)}"
        )
        yield _round_trip(connection)
    except Stop as stop:
        yield Finding("Server", "fault", f"{server.url}: {stop.message}", stop.hint)
    finally:
        connection.close()


def _round_trip(connection: Connection) -> Finding:
    name = "Round trip"
    try:
        trip = round_trip(connection)
    except Stop as stop:
        return Finding(name, "fault", stop.message, stop.hint)
    times = f"on disk after {duration(trip.durable_s * 1000)}"
    if trip.visible_s is None:
        return Finding(
            name, "fault", f"{times}, not visible after 10 s", "Look at the log of the server, and at /metrics."
        )
    sentence = f"{trip.key}: {times}, visible after {duration(trip.visible_s * 1000)}"
    return Finding(name, "fine" if trip.visible_s <= _SLOW_VISIBLE else "doubt", sentence)


def _prices() -> Finding:
    from lynex.pricing.catalogue import VERSION, Catalogue

    today = to_datetime(SystemClock().now()).date()
    newest = Catalogue().newest_change(today)
    if newest is None:
        return Finding("Prices", "fine", VERSION)
    age = (today - newest).days
    sentence = f"{VERSION}, newest price of {newest.isoformat()}, {age} days ago"
    if age > _OLD_BOOK:
        return Finding("Prices", "doubt", sentence, "Update: pip install --upgrade lynex genai-prices")
    return Finding("Prices", "fine", sentence)


def _user() -> str:
    return os.environ.get("USER") or str(os.geteuid())


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0

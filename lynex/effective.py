"""Reads the settings: file, then LYNEX_* variables, then flags, into one frozen value that knows where each came from.

Everything wrong is said at once, one line each, naming the place, the value and what is allowed.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import msgspec

from lynex.config import Config, PriceConfig
from lynex.errors import ConfigError, Fault
from lynex.settings import SECRETS, NotAllowedError, Setting, by_name, checked, nearest, price_keys, sections

DEFAULT_FILE: Final = Path("lynex.toml")
BUILT_IN: Final = "default"

# Read by the SDKs, the clients, tests and this program itself; not settings of the server.
_NOT_SETTINGS: Final = frozenset(
    f"LYNEX_{name}"
    for name in (
        *("CONFIG", "ENDPOINT", "API_KEY", "PROJECT_ID", "PROJECT", "ENVIRONMENT", "RELEASE", "SERVICE_NAME"),
        *("FAILPOINTS", "DISABLED", "DEBUG", "PYTHON", "FAULTS", "CLIENTS_CACHE"),
        *("ENABLED", "SAMPLE_RATE", "CAPTURE_CONTENT", "REDACT", "DROP_FIELDS", "MAX_TEXT", "MAX_EVENT_BYTES"),
        *("FLUSH_EVENTS", "FLUSH_BYTES", "FLUSH_INTERVAL", "MAX_BUFFER_EVENTS", "MAX_BUFFER_BYTES", "TIMEOUT"),
        *("SHUTDOWN_TIMEOUT", "MAX_RETRY_WAIT", "MAX_RETRIES", "SPOOL_DIR", "MAX_SPOOL_BYTES", "PROPAGATE_THREADS"),
    )
)
_KEY: Final = re.compile(r"sk_live_[0-9A-Za-z_-]{16,120}")
_PROJECT: Final = re.compile(r"proj_[0-9A-Za-z_-]{1,64}")
_ECHO: Final = 64  # most characters of a wrong value that are repeated


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings in force, and where each came from: `default`, the file, a variable or a flag."""

    config: Config
    origins: Mapping[str, str]
    file: Path | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """One value somebody gave: the setting, the value and the place, as a fault would name it."""

    value: Any
    place: str
    origin: str


def load_config(file: Path | None, env: Mapping[str, str], flags: Mapping[str, object]) -> Effective:
    """`file`: None takes ./lynex.toml if it exists. `flags` by setting name (`server.port`). Raises ConfigError."""
    reading = _Reading()
    chosen = file if file is not None else _configured_file(env)
    if chosen is not None:
        reading.take_file(chosen)
    reading.take_variables(env)
    reading.take_flags(flags)
    config = reading.result()
    origins = {name: reading.given[name].origin if name in reading.given else BUILT_IN for name in by_name()}
    origins["prices"] = str(chosen) if chosen is not None and config.prices else BUILT_IN
    return Effective(config, origins, chosen, tuple(reading.warnings))


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _configured_file(env: Mapping[str, str]) -> Path | None:
    if env.get("LYNEX_CONFIG"):
        return Path(env["LYNEX_CONFIG"])
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None


class _Reading:
    """Collects values, faults and warnings from the three places, later ones winning."""

    def __init__(self) -> None:
        self.given: dict[str, _Given] = {}
        self.prices: tuple[PriceConfig, ...] = ()
        self.faults: list[Fault] = []
        self.warnings: list[str] = []

    def result(self) -> Config:
        if not self.faults:
            config = self._built()
            self._check_together(config)
        if self.faults:
            raise ConfigError("\n".join(fault.message for fault in self.faults), faults=tuple(self.faults))
        return config

    def _built(self) -> Config:
        tables: dict[str, dict[str, Any]] = {section: {} for section in sections()}
        for name, given in self.given.items():
            section, _, key = name.partition(".")
            tables[section][key] = given.value
        return msgspec.convert({**tables, "prices": self.prices}, Config, from_attributes=True)

    def fault(self, field: str, code: str, message: str) -> None:
        self.faults.append(Fault(field, code, message))

    def take(self, setting: Setting, value: object, place: str, origin: str, *, is_text: bool) -> None:
        try:
            fitting = checked(setting, value, is_text=is_text)
        except NotAllowedError:
            self._refuse(setting, value, place, setting.allowed)
            return
        self.given[setting.name] = _Given(fitting, place, origin)

    def _refuse(self, setting: Setting, value: object, place: str, allowed: str) -> None:
        shown = "the value" if setting.is_secret else _echo(value)
        self.fault(setting.name, "not_allowed", f"{place}: {shown} is not allowed; allowed: {allowed}")

    # ── the file

    def take_file(self, file: Path) -> None:
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            self.fault("", "unreadable", f"{file}: cannot be read: {(error.strerror or str(error)).lower()}")
        except UnicodeDecodeError as error:
            self.fault("", "invalid_toml", f"{file}: not UTF-8 at byte {error.start}")
        except tomllib.TOMLDecodeError as error:
            self.fault("", "invalid_toml", f"{file}: not valid TOML: {_lower_first(str(error))}")
        else:
            for name, table in content.items():
                self._take_section(file, name, table)

    def _take_section(self, file: Path, name: str, table: object) -> None:
        if name == "prices":
            self._take_prices(file, table)
        elif name not in sections():
            self._unknown_section(file, name)
        elif not isinstance(table, dict):
            self.fault(name, "not_a_section", f"{file}: {name}: {_echo(table)} is not a section; write [{name}]")
        else:
            for key in sorted(table, key=lambda key: key.endswith("_file")):  # the value itself first
                self._take_key(file, name, key, table[key])

    def _take_key(self, file: Path, section: str, key: str, value: object) -> None:
        name = f"{section}.{key}"
        secret = name.removesuffix("_file")
        if name in by_name():
            self.take(by_name()[name], value, f"{file}: {name}", str(file), is_text=False)
        elif name != secret and secret in SECRETS:
            self._take_secret_file(secret, value, f"{file}: {name}", str(file), base=file.parent)
        else:
            keys = [setting.key for setting in sections()[section]]
            self._unknown_key(f"{file}: {name}", name, key, keys, prefix=f"{section}.")

    def _unknown_section(self, file: Path, name: str) -> None:
        near = nearest(name, [*sections(), "prices"])
        homes = [setting.name for setting in by_name().values() if setting.key == name]
        if near:
            advice = f"nearest valid section: [{near}]"
        elif homes:
            advice = f"nearest valid key: {homes[0]} (write it below [{homes[0].partition('.')[0]}])"
        else:
            advice = f"valid sections: {', '.join([*sections(), 'prices'])}"
        self.fault(name, "unknown_section", f"{file}: {name}: unknown section; {advice}")

    def _unknown_key(self, place: str, field: str, key: str, valid: list[str], *, prefix: str) -> None:
        near = nearest(key, valid)
        elsewhere = [setting.name for setting in by_name().values() if setting.key == key]
        if near:
            advice = f"nearest valid key: {prefix}{near}"
        elif elsewhere:
            advice = f"nearest valid key: {elsewhere[0]}"
        else:
            advice = f"valid keys: {', '.join(valid)}"
        self.fault(field, "unknown_key", f"{place}: unknown key; {advice}")

    def _take_prices(self, file: Path, tables: object) -> None:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fault("prices", "not_a_list", f"{file}: prices: write each price below a line [[prices]]")
            return
        before = len(self.faults)
        rows = [self._price(file, index, table) for index, table in enumerate(tables)]
        if len(self.faults) == before:
            self.prices = tuple(msgspec.convert(row, PriceConfig) for row in rows)

    def _price(self, file: Path, index: int, table: Mapping[str, object]) -> dict[str, Any]:
        valid = {setting.key: setting for setting in price_keys()}
        at = f"prices[{index}]"
        for key in ("model", "input", "output"):
            if key not in table:
                self.fault(f"{at}.{key}", "missing", f"{file}: {at}.{key}: missing; allowed: {valid[key].allowed}")
        row: dict[str, Any] = {}
        for key, value in table.items():
            place = f"{file}: {at}.{key}"
            if key not in valid:
                self._unknown_key(place, f"{at}.{key}", key, list(valid), prefix=f"{at}.")
                continue
            plain = value.isoformat() if isinstance(value, date) and key == "starts" else value
            try:
                row[key] = checked(valid[key], plain)
            except NotAllowedError as error:
                self.fault(f"{at}.{key}", "not_allowed", f"{place}: {_echo(value)} is not allowed; allowed: {error}")
        if row.get("starts") and not _is_day(row["starts"]):
            shown = _echo(row["starts"])
            message = f"{file}: {at}.starts: {shown} is not allowed; allowed: a day such as 2026-01-31"
            self.fault(f"{at}.starts", "not_allowed", message)
        return row

    # ── variables and flags

    def take_variables(self, env: Mapping[str, str]) -> None:
        known = {setting.variable: setting for setting in by_name().values()}
        secret_files = {f"{setting.variable}_FILE": setting.name for setting in known.values() if setting.is_secret}
        for variable in sorted(name for name in env if name.startswith("LYNEX_")):
            text = env[variable]
            if variable in _NOT_SETTINGS or not text:  # compose files pass unset variables as empty ones
                continue
            if variable in known:
                self.take(known[variable], text, variable, variable, is_text=True)
            elif variable in secret_files:
                self._take_secret_file(secret_files[variable], text, variable, variable, base=Path())
            else:
                self._unknown_variable(variable, [*known, *secret_files])

    def _unknown_variable(self, variable: str, known: list[str]) -> None:
        near = nearest(variable, known)
        advice = f"did you mean {near}?" if near else "no such setting"
        if variable.startswith("LYNEX_PRICES"):
            advice = "prices can only be set in the file, below [[prices]]"
        self.warnings.append(f"{variable} is ignored: {advice}")

    def take_flags(self, flags: Mapping[str, object]) -> None:
        for name, value in flags.items():
            if value is not None:
                setting = by_name()[name]
                flag = f"--{'no-' if value == 'false' else ''}{setting.key.replace('_', '-')}"
                self.take(setting, value, flag, flag, is_text=True)

    def _take_secret_file(self, name: str, path: object, place: str, origin: str, *, base: Path) -> None:
        setting = by_name()[name]
        if not isinstance(path, str) or not path:
            self.fault(name, "not_allowed", f"{place}: {_echo(path)} is not allowed; allowed: the path of a file")
            return
        if name in self.given and self.given[name].origin == origin.removesuffix("_FILE"):
            self.fault(name, "given_twice", f"{place}: {name} is given as well; write only one of them")
            return
        try:
            secret = (base / Path(path).expanduser()).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "not text"
            self.fault(name, "unreadable", f"{place}: {path} cannot be read: {reason.lower()}")
            return
        self.take(setting, secret, place, f"{origin} ({path})", is_text=True)

    # ── what one value alone cannot tell

    def _check_together(self, config: Config) -> None:
        for name, is_fine, allowed in _rules(config):
            if not is_fine():
                setting = by_name()[name]
                given = self.given.get(name)
                section, _, key = name.partition(".")
                value = getattr(getattr(config, section), key)
                self._refuse(setting, value, given.place if given else name, allowed)


def _rules(config: Config) -> list[tuple[str, Callable[[], bool], str]]:
    """Name of the setting, whether it holds, and what is allowed."""
    server, ingest, journal, init = config.server, config.ingest, config.journal, config.init
    return [
        ("server.host", lambda: _is_host(server.host), "a host name or an address, without scheme and port"),
        ("server.public_url", lambda: _is_url(server.public_url), "a URL such as https://lynex.example.com"),
        ("server.auth", lambda: server.auth or is_loopback(server.host), "true, unless server.host is loopback"),
        ("server.health_port", lambda: server.health_port != server.port, "another port than server.port"),
        (
            "ingest.max_expanded_bytes",
            lambda: ingest.max_expanded_bytes >= ingest.max_event_bytes,
            "at least ingest.max_event_bytes",
        ),
        ("journal.segment_bytes", lambda: journal.segment_bytes <= journal.max_bytes, "at most journal.max_bytes"),
        # Otherwise the journal is full before it is ever sealed, and nothing would free it.
        ("journal.seal_bytes", lambda: journal.seal_bytes < journal.max_bytes, "less than journal.max_bytes"),
        ("storage.data_dir", lambda: _may_be_directory(config.data_dir), "a directory (made if it is missing)"),
        ("init.project", lambda: bool(_PROJECT.fullmatch(init.project)), "proj_ and 1 to 64 of A-Z a-z 0-9 _ -"),
        (
            "init.api_key",
            lambda: not init.api_key or bool(_KEY.fullmatch(init.api_key)),
            "sk_live_ and 16 to 120 of A-Z a-z 0-9 _ -",
        ),
    ]


def _is_host(host: str) -> bool:
    return bool(re.fullmatch(r"\[?[0-9A-Fa-f:.%]+\]?|[0-9A-Za-z._-]+", host))


def _is_url(url: str) -> bool:
    return not url or bool(re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url))


def _may_be_directory(path: Path) -> bool:
    """False where a file is in the way, of the directory itself or of one above it."""
    existing = next((place for place in (path, *path.absolute().parents) if place.exists()), None)
    return existing is None or existing.is_dir()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _echo(value: object) -> str:
    """A wrong value as it may be repeated: escaped and short."""
    as_json = "" if isinstance(value, str | float) else msgspec.json.encode(value, enc_hook=str).decode()
    text = as_json or str(value)
    shown = text if len(text) <= _ECHO else text[:_ECHO] + "…"
    return f'"{_escaped(shown)}"' if isinstance(value, str) else _escaped(shown)


def _escaped(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]

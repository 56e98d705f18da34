"""Options that many commands share. A decorator turns them into one argument: a connection, or a set of filters."""

import inspect
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.stop import Stop
from lynex.config import Config
from lynex.effective import load_config

if TYPE_CHECKING:
    from lynex.cli.connection import Connection, Server

_WHERE: Final = "Which server"
_FILTERS: Final = "Filters (a repeated one means any of them)"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of a table.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file; ./lynex.toml if it exists.")
]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", metavar="DIR", help="Data directory of the server on this machine.")
]


def _where(name: str, metavar: str, sentence: str, kind: Any = str, **more: Any) -> Any:
    option = typer.Option(*name.split(), metavar=metavar, help=sentence, rich_help_panel=_WHERE, **more)
    return Annotated[kind | None, option]


_CONNECTION: Final[Mapping[str, Any]] = {
    "project": _where(
        "--project -p", "ID", "Project; not needed while there is only one, or with a key.", envvar="LYNEX_PROJECT_ID"
    ),
    "endpoint": _where(
        "--endpoint", "URL", "A server elsewhere; without it, the one on this machine.", envvar="LYNEX_ENDPOINT"
    ),
    "api_key": _where("--api-key", "KEY", "Key for that server; LYNEX_API_KEY by default."),
    "data_dir": _where("--data-dir", "DIR", "Data directory of the server on this machine."),
    "config": _where("--config", "FILE", "Settings file that names the data directory.", kind=Path),
}

_FILTER_SENTENCES: Final[Mapping[str, str]] = {
    "type": "Event type, such as model_response.",
    "model": "Model as requested.",
    "provider": "Provider, such as openai.",
    "status": "ok or error.",
    "level": "debug, info, warning or error.",
    "name": "Name of the tool, agent, span or event.",
    "user": "User id.",
    "session": "Session id.",
    "trace": "Trace id.",
    "environment": "Environment, such as prod.",
    "release": "Release, such as 1.4.2.",
    "service": "Service that sent it.",
    "tag": "Tag.",
}
_FILTER_NAMES: Final[Mapping[str, str]] = {"user": "user_id", "session": "session_id", "trace": "trace_id"}


def _filter(name: str, sentence: str) -> Any:
    option = typer.Option(f"--{name}", metavar="TEXT", help=sentence, rich_help_panel=_FILTERS, show_default=False)
    return Annotated[list[str] | None, option]


def gathers(
    parameter: str, options: Mapping[str, Any], gather: Callable[..., AbstractContextManager[Any]]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Offer `options` on the command line in place of `parameter`, which receives what `gather` makes of them."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def with_options(**given: Any) -> None:
            chosen = {name: given.pop(name) for name in options}
            with gather(**chosen) as value:
                try:
                    command(**given, **{parameter: value})
                except KeyboardInterrupt:  # typer would say "Aborted!"; who ends `lynex tail` knows that
                    raise typer.Exit(ExitCode.INTERRUPTED) from None

        own = inspect.signature(command).parameters.values()
        shown = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own if one.name != parameter]
        shown += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            for name, annotation in options.items()
        ]
        with_options.__doc__ = command.__doc__
        with_options.__dict__["__signature__"] = inspect.Signature(shown)
        with_options.__annotations__ = {one.name: one.annotation for one in shown}
        return with_options

    return decorate


@contextmanager
def _connected(
    project: str | None, endpoint: str | None, api_key: str | None, data_dir: str | None, config: Path | None
) -> Iterator["Connection"]:
    from lynex.cli.connection import Connection

    named = {"--endpoint": endpoint, "--data-dir": data_dir, "--config": config, "--project": project}
    reach = "".join(f" {option} {shlex.quote(str(value))}" for option, value in named.items() if value)
    connection = Connection(server_of(endpoint, api_key, data_dir, config), project, reach)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _filters(**given: list[str] | None) -> Iterator[dict[str, list[str]]]:
    yield {_FILTER_NAMES.get(name, name): values for name, values in given.items() if values}


def server_of(endpoint: str | None, api_key: str | None, data_dir: str | None, config: Path | None) -> "Server":
    """The server the options name. Raises Stop where none is running."""
    from lynex.cli.connection import find_server

    return find_server(endpoint, api_key, Path() if endpoint else data_directory(data_dir, config))


def data_directory(data_dir: str | None, config: Path | None) -> Path:
    return load_config(config, os.environ, {"storage.data_dir": data_dir}).config.data_dir


@dataclass(frozen=True, slots=True)
class Offline:
    """A data directory on which no server is running."""

    settings: Config
    project: str | None


@contextmanager
def _connected_or_offline(
    project: str | None, endpoint: str | None, api_key: str | None, data_dir: str | None, config: Path | None
) -> Iterator["Connection | Offline"]:
    try:
        server_of(endpoint, api_key, data_dir, config)
    except Stop as stop:
        settings = load_config(config, os.environ, {"storage.data_dir": data_dir}).config
        if endpoint or stop.code is not ExitCode.NOT_RUNNING or not settings.data_dir.is_dir():
            raise
        yield Offline(settings, project)
        return
    with _connected(project, endpoint, api_key, data_dir, config) as connection:
        yield connection


reaches_server = gathers("server", _CONNECTION, _connected)
reaches_server_or_directory = gathers("place", _CONNECTION, _connected_or_offline)
takes_filters = gathers(
    "filters", {name: _filter(name, sentence) for name, sentence in _FILTER_SENTENCES.items()}, _filters
)

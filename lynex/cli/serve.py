"""`lynex serve`: settings, appliance, server, and a welcome once it answers."""

import getpass
import os
import shlex
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lynex import __version__
from lynex.cli.options import ConfigFile
from lynex.cli.port_owner import is_free, owner_of
from lynex.effective import Effective, is_loopback, load_config
from lynex.errors import StartRefused

if TYPE_CHECKING:
    from lynex.appliance import Appliance
    from lynex.cli.welcome import Welcome
    from lynex.config import Config


def serve(
    *,
    data_dir: Annotated[
        str | None, typer.Option("--data-dir", metavar="DIR", help="Directory of everything Lynex keeps.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; 127.0.0.1 by default.")
    ] = None,
    port: Annotated[
        str | None, typer.Option("--port", metavar="PORT", help="Port to listen on; 8000 by default.")
    ] = None,
    config: ConfigFile = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Ask for no key and no session; on loopback only.")
    ] = False,
    log_level: Annotated[
        str | None, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")
    ] = None,
    log_format: Annotated[str | None, typer.Option("--log-format", metavar="SHAPE", help="human or json.")] = None,
) -> None:
    """Run the server."""
    from lynex import logs

    flags = {
        "storage.data_dir": data_dir,
        "server.host": host,
        "server.port": port,
        "server.auth": "false" if no_auth else None,
        "server.log_level": log_level,
        "server.log_format": log_format,
    }
    effective = load_config(config, os.environ, flags)
    logs.set_up(effective.config.server.log_level, effective.config.server.log_format)
    for warning in effective.warnings:
        _warn(warning)
    _run(effective.config, _reach(effective, named=config))


def _run(config: "Config", reach: str) -> None:
    from lynex.appliance import open_appliance
    from lynex.cli.welcome import Welcome, print_key, print_welcome
    from lynex.server import serve as serve_appliance

    _require_free_port(config.server.host, config.server.port)  # before a first run makes a key nobody would see
    appliance = open_appliance(config)
    welcome = _welcome(appliance, reach)
    shown: list[Welcome] = []

    def is_ready(endpoints: tuple[str, ...]) -> None:
        appliance.directory.announce(local_url(config), appliance.local_token)
        print_welcome(welcome, endpoints)
        shown.append(welcome)

    try:
        serve_appliance(appliance, is_ready)
    finally:
        if welcome.key and not shown:  # the key exists now and will never be shown again
            print_key(welcome)


def _require_free_port(host: str, port: int) -> None:
    """Raises StartRefused."""
    try:
        if is_free(host, port):
            return
        owner = owner_of(port)
        reason = f"it is in use by {owner}" if owner else "it is in use"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    raise StartRefused(
        f"Cannot listen on {host} port {port}: {reason}.", hint="Stop what uses it, or choose another --port."
    )


def _welcome(appliance: "Appliance", reach: str) -> "Welcome":
    """What to say. A sign-in link is made for whoever sits at the terminal, and in the first run in any case."""
    from lynex.cli.welcome import Welcome

    config, first = appliance.config, appliance.first_run
    url = config.server.public_url.rstrip("/") or local_url(config)
    is_silent = first is not None and first.secret is None  # the operator brought the key
    wants_link = config.server.auth and not is_silent and (first is not None or sys.stdout.isatty())
    link = f"{url}/signin?token={appliance.sessions.new_sign_in_token()}" if wants_link else ""
    return Welcome(
        version=__version__,
        url=url,
        data_dir=appliance.directory.root,
        project=first.project_id if first is not None else "",
        key=(first.secret or "") if first is not None else "",
        sign_in_url=link,
        asks_for_key=config.server.auth,
        is_open_to_network=not is_loopback(config.server.host) and not config.server.public_url,
        reach=reach,
        tunnel=_tunnel(config),
    )


def local_url(config: "Config") -> str:
    """How this machine itself reaches the server."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "[::]": "::1"}
    host = here.get(config.server.host, config.server.host).strip("[]")
    return f"http://{f'[{host}]' if ':' in host else host}:{config.server.port}"


def _reach(effective: Effective, *, named: Path | None) -> str:
    """What other commands must be told to find the same data directory: nothing, where they find it by themselves."""
    if effective.origins["storage.data_dir"] == "--data-dir":
        return f" --data-dir {shlex.quote(effective.config.storage.data_dir)}"
    if named is not None and effective.origins["storage.data_dir"] == str(named):
        return f" --config {shlex.quote(str(named))}"
    return ""


def _tunnel(config: "Config") -> str:
    """Over ssh the loopback address of the link is not the reader's own: how to bring it there."""
    if not os.environ.get("SSH_CONNECTION") or config.server.public_url or not is_loopback(config.server.host):
        return ""
    port = config.server.port
    return f"ssh -L {port}:{config.server.host}:{port} {getpass.getuser()}@{socket.gethostname()}"


def _warn(warning: str) -> None:
    from lynex.cli.terminal import say

    say(f"lynex: {warning}", "worse")

"""`lynex tail`: events as they are stored, until Ctrl-C."""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.options import reaches_server, takes_filters
from lynex.cli.stop import Stop

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

_FIRST_WAIT: Final = 0.5  # seconds before the first attempt to come back; doubled up to _LONGEST_WAIT
_LONGEST_WAIT: Final = 8.0


@reaches_server
@takes_filters
def tail(
    *,
    server: "Connection",
    filters: Mapping[str, list[str]],
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, max=1000, help="Begin with that many past events.")
    ] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document a line.")] = False,
) -> None:
    """Follow events as they arrive."""
    show = _show_json if as_json else _show_line
    past = list(server.all_items("/api/v1/events", filters, lines)) if lines else []
    for item in reversed(past):
        show(item)
    for kind, message in _messages(server, filters):
        if kind == "event":
            show(message)
        elif kind in ("lagged", "missed"):
            _say_missed(kind, message)
        elif kind == "ended":
            raise Stop(ExitCode.REFUSED, f"The server ended this: {message.get('reason', 'no reason given')}.")


def _messages(server: "Connection", filters: Mapping[str, list[str]]) -> Iterator[tuple[str, Any]]:
    """Every message of the live stream; a lost server is waited for, and nothing it still knows is missed."""
    last_id: str | None = None
    wait = _FIRST_WAIT
    has_listened = False
    while True:
        try:
            with server.live(filters, last_id) as stream:
                has_listened = True
                for event in stream:
                    wait = _FIRST_WAIT
                    last_id = event.id or last_id
                    if event.data:
                        yield event.event, msgspec.json.decode(event.data)
        except Stop as stop:
            if not has_listened or stop.code is ExitCode.REFUSED:
                raise
        _say_lost(wait)
        time.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)


def _show_json(item: Mapping[str, Any]) -> None:
    print(msgspec.json.encode(item).decode(), flush=True)


def _show_line(item: Mapping[str, Any]) -> None:
    from lynex.cli.event_rows import live_line
    from lynex.cli.terminal import out

    out().print(live_line(item), soft_wrap=True)


def _say_missed(kind: str, message: Mapping[str, Any]) -> None:
    """`lagged`: we were too slow; `missed`: others were stored while we were away."""
    from lynex.cli.terminal import say

    if kind == "lagged":
        say(f"{message['missed']:,} events came faster than they could be shown; `lynex events` has them.", "worse")
    else:
        say("Events may have been stored meanwhile; `lynex events` has them.", "worse")


def _say_lost(wait: float) -> None:
    from lynex.cli.terminal import say

    if wait == _FIRST_WAIT:
        say("The server is gone; waiting for it to come back.", "worse")

"""`lynex remap`: maps history again after the mapping or a price was mended, and tells what that changed."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.options import AsJson, Offline, reaches_server_or_directory
from lynex.cli.stop import Stop

if TYPE_CHECKING:
    from lynex.cli.connection import Connection
    from lynex.jobs.remapping import Run

_PATH: Final = "/api/v1/remap"
_LOOK_EVERY: Final = 0.2  # seconds
_COLUMNS_SHOWN: Final = 12
_VALUES_SHOWN: Final = 8  # of a column

Shown = Mapping[str, Any]


@reaches_server_or_directory
def remap(
    *,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="First day: 2026-11-01, or -30d. Without: show the last run."),
    ] = None,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Last day, included.")] = "now",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; tell what would change.")] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="End the run in progress; days that are done stay done.")
    ] = False,
    as_json: AsJson = False,
    place: "Connection | Offline",
) -> None:
    """Map history again by today's mapping and prices, day by day, beside the running server."""
    form = {"from": since, "to": until, "dry_run": dry_run}
    if isinstance(place, Offline):
        if since is None:
            raise Stop(ExitCode.USAGE, "No server is running that could be asked.", "Name the first day with --since.")
        shown = asyncio.run(_offline(place, form))
    elif stop:
        shown = place.delete(_PATH, in_project=False)
    elif since is None:
        shown = place.get(_PATH, in_project=False)
    else:
        place.post(_PATH, _of_project(form, place.named_project), in_project=False)
        shown = _followed(lambda: place.get(_PATH, in_project=False))
    _tell(shown, as_json)
    if shown["state"] == "failed":
        raise typer.Exit(ExitCode.FAILED)


def _of_project(form: dict[str, Any], project: str | None) -> dict[str, Any]:
    return form | ({"project_id": project} if project else {})


def _followed(look: Callable[[], Shown]) -> Shown:
    from lynex.cli.terminal import say

    try:
        with _bar() as show:
            while (shown := look())["state"] == "running":
                show(shown)
                time.sleep(_LOOK_EVERY)
            show(shown)
    except KeyboardInterrupt:
        say("The server goes on with it; `lynex remap` shows how far it is, `lynex remap --stop` ends it.")
        raise
    return shown


@contextmanager
def _bar() -> Iterator[Callable[[Shown], None]]:
    """A bar that begins when it is known how much there is."""
    from contextlib import ExitStack

    from lynex.cli.terminal import progress

    done = 0
    with ExitStack() as open_bar:
        advance: Callable[[int], None] | None = None

        def show(shown: Shown) -> None:
            nonlocal advance, done
            if advance is None and shown["rows"]:
                advance = open_bar.enter_context(progress("Mapping again", shown["rows"]))
            if advance is not None:
                advance(shown["rows_done"] - done)
                done = shown["rows_done"]

        yield show


async def _offline(place: Offline, form: dict[str, Any]) -> Shown:
    """Open the appliance as a server would, without its doors, until the run is over."""
    from lynex import logs
    from lynex.api.remap import wanted_by
    from lynex.api.remap_shapes import RemapWanted
    from lynex.appliance import open_appliance

    logs.set_up("warning", place.settings.server.log_format)
    appliance = open_appliance(place.settings)
    try:
        wanted = wanted_by(msgspec.convert(_of_project(form, place.project), RemapWanted), appliance.clock.now())
        appliance.start(asyncio.get_running_loop())
        cut_short = appliance.remapping.latest  # it goes on by itself
        run = cut_short if cut_short and cut_short.state == "running" else appliance.remapping.start(wanted)
        with _bar() as show:
            while run.state == "running":
                show(_shown(run))
                await asyncio.sleep(_LOOK_EVERY)
            show(_shown(run))
        return _shown(run)
    finally:
        await appliance.close(place.settings.server.stop_timeout_s)


def _shown(run: "Run") -> Shown:
    from lynex.api.front import json_bytes
    from lynex.api.remap_shapes import shown

    answer: Shown = msgspec.json.decode(json_bytes(shown(run)))
    return answer


def _tell(shown: Shown, as_json: bool) -> None:
    from lynex.cli.terminal import print_json, say

    if as_json:
        print_json(shown)
        return
    changes = shown["changes"]
    say(_sentence(shown))
    if shown["error"]:
        say(shown["error"], "failed")
    if changes["failed"]:
        say(f"{changes['failed']:,} events could not be mapped again and stay as they are; see the log.", "failed")
    if changes["changed"]:
        _print_totals(changes)
        _print_columns(changes)


def _sentence(shown: Shown) -> str:
    changes = shown["changes"]
    days = f"{shown['first_day']} to {shown['last_day']}"
    if shown["state"] == "running":
        return f"Mapping {days} again: {shown['days_done']} of {shown['days']} days, {shown['rows_done']:,} events."
    verb = {"done": "", "stopped": "Stopped. ", "failed": "Failed. "}[shown["state"]]
    would = "would change" if shown["dry_run"] else "changed"
    return f"{verb}{days}: {changes['changed']:,} of {changes['rows']:,} events {would}."


def _print_totals(changes: Shown) -> None:
    from lynex.cli.figures import count, money
    from lynex.cli.terminal import Column, print_table

    before, after = changes["before"], changes["after"]
    rows = [
        (title, written(before[name]), written(after[name]))
        for title, name, written in (
            ("calls", "calls", count),
            ("input tokens", "input_tokens", count),
            ("output tokens", "output_tokens", count),
            ("cost", "cost_usd", money),
        )
    ]
    print_table([Column("Counted"), Column("before", is_number=True), Column("after", is_number=True)], rows)


def _print_columns(changes: Shown) -> None:
    from lynex.cli.terminal import Column, print_table

    rows = []
    for column, changed in _largest(changes["columns"])[:_COLUMNS_SHOWN]:
        rows.append((column, f"{changed:,}", ""))
        told = _largest(changes["values"].get(column, {}))
        rows += [("", f"{events:,}", value) for value, events in told[:_VALUES_SHOWN]]
    print_table([Column("Column"), Column("events", is_number=True), Column("values", gives_way=True)], rows)


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

"""`lynex events`: the newest events, or all of one."""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from lynex.cli.options import AsJson, reaches_server, takes_filters

if TYPE_CHECKING:
    from lynex.cli.connection import Connection


@reaches_server
@takes_filters
def events(
    *,
    server: "Connection",
    filters: Mapping[str, list[str]],
    event_id: Annotated[str | None, typer.Argument(help="Show all of this one event.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 50,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Not before: 2026-11-20T12:00Z, or -7d, -15m.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before this time.")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Text that occurs in the event.")] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Show the event ids too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest events, or show one."""
    if event_id is not None:
        _show_one(server, event_id, as_json)
        return
    params = {**filters, "from": start, "to": end, "text": text}
    items = server.all_items("/api/v1/events", params, limit)
    if as_json:
        from lynex.cli.terminal import print_json

        print_json({"items": list(items)})
        return
    _list(items, is_filtered=any(params.values()), with_ids=ids)


def _list(items: Any, *, is_filtered: bool, with_ids: bool) -> None:
    from lynex.cli.event_rows import print_events
    from lynex.cli.terminal import say

    first = next(items, None)
    if first is None:
        way_out = "No event matches. Try fewer filters or a longer range."
        say(way_out if is_filtered else "No events yet. Send one, or fill the project with `lynex demo`.")
        return
    print_events(itertools.chain([first], items), with_ids=with_ids)


def _show_one(server: "Connection", event_id: str, as_json: bool) -> None:
    from lynex.cli.event_detail import print_event
    from lynex.cli.terminal import print_json

    event = server.get(f"/api/v1/events/{quote(event_id, safe='')}")
    if as_json:
        print_json(event)
    else:
        print_event(event)

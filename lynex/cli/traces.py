"""`lynex traces`: the newest traces, or one of them as a tree."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from lynex.cli.options import AsJson, reaches_server, takes_filters

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

_PATH = "/api/v1/traces"
_ROWS_OF_TREE = 200


class Sort(StrEnum):
    START = "start"
    DURATION = "duration_ms"
    COST = "cost_usd"
    TOKENS = "total_tokens"
    EVENTS = "events"
    ERRORS = "errors"


@reaches_server
@takes_filters
def traces(
    *,
    server: "Connection",
    filters: Mapping[str, list[str]],
    trace_id: Annotated[str | None, typer.Argument(help="Show this one trace as a tree.", show_default=False)] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="How many: 50 traces, or 200 events of one.")
    ] = None,
    sort: Annotated[
        Sort, typer.Option("--sort", "-s", help="What comes first: the newest, or most of this.")
    ] = Sort.START,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Not before: 2026-11-20T12:00Z, or -7d, -15m.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before this time.")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Text that occurs in an event.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the newest traces, or show one as a tree."""
    from lynex.cli.terminal import print_json, say

    if trace_id is not None:
        _show_one(server, trace_id, limit if limit is not None else _ROWS_OF_TREE, as_json)
        return
    params = {**filters, "sort": sort.value, "from": start, "to": end, "text": text}
    items = list(server.all_items(_PATH, params, limit if limit is not None else 50))
    if as_json:
        print_json({"items": items})
    elif items:
        _print_traces(items)
    elif filters or start or end or text:
        say("No trace matches. Try fewer filters or a longer range.")
    else:
        say("No traces yet. Send one, or fill the project with `lynex demo`.")


def _show_one(server: "Connection", trace_id: str, limit: int, as_json: bool) -> None:
    from lynex.cli.terminal import print_json
    from lynex.cli.trace_tree import print_trace

    trace = server.get(f"{_PATH}/{quote(trace_id, safe='')}")
    if as_json:
        print_json(trace)
    else:
        print_trace(trace, limit)


def _print_traces(items: Sequence[Mapping[str, Any]]) -> None:
    from lynex.cli.figures import count, duration, moment, money, tokens
    from lynex.cli.terminal import Column, print_table

    columns = (
        Column("Start", style="quiet"),
        Column("Name", gives_way=True),
        *(Column(title, is_number=True) for title in ("Duration", "Events", "Errors", "Tokens", "Cost")),
        Column("Models", style="quiet", gives_way=True),
        Column("Trace", style="quiet"),
    )
    rows = [
        (
            moment(item["start"]),
            _name(item),
            duration(item["duration_ms"]),
            count(item["events"]),
            _errors(item["errors"]),
            tokens(item["input_tokens"], item["output_tokens"]) if item["total_tokens"] else "",
            money(item["cost_usd"]) if item["total_tokens"] or item["cost_usd"] else "",
            ", ".join(item["models"]),
            item["trace_id"],
        )
        for item in items
    ]
    print_table(columns, rows)


def _name(item: Mapping[str, Any]) -> Any:
    from rich.text import Text

    from lynex.cli.terminal import plain

    return Text(plain(item["name"] or item["type"]), style="failed" if item["status"] == "error" else "thing")


def _errors(number: int) -> Any:
    from rich.text import Text

    from lynex.cli.figures import count

    return Text(count(number), style="failed") if number else ""

"""`lynex stats`: the figures of a range, the hours in it, and who made them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lynex.cli.figures import here
from lynex.cli.options import AsJson, reaches_server
from lynex.clock import SystemClock

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

_BARS: Final = "▁▂▃▄▅▆▇█"
_LINES: Final = {"Requests": "requests", "Errors": "errors", "Cost": "cost_usd"}


class Range(StrEnum):
    TODAY = "today"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


class Dimension(StrEnum):
    MODEL = "model"
    PROVIDER = "provider"
    USER = "user"
    SESSION = "session"
    TAG = "tag"
    NAME = "name"
    ENVIRONMENT = "environment"
    RELEASE = "release"
    TYPE = "type"


@reaches_server
def stats(
    *,
    server: "Connection",
    range_: Annotated[Range, typer.Option("--range", "-r", help="Which stretch of time.")] = Range.DAY,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Instead of --range: 2026-11-20T12:00Z, or -3h.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="End of that stretch; now by default.")
    ] = None,
    by: Annotated[Dimension, typer.Option("--by", "-b", help="What to break the figures down by.")] = Dimension.MODEL,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="Rows of the breakdown.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show requests, errors, tokens, cost and latency."""
    when = _when(range_, start, end)
    overview = server.get("/api/v1/stats/overview", when)
    breakdown = server.get("/api/v1/stats/breakdown", {**when, "by": by.value, "limit": limit})
    if as_json:
        from lynex.cli.terminal import print_json

        print_json({"overview": overview, "breakdown": breakdown})
        return
    _print_overview(overview)
    series = {
        title: server.get("/api/v1/stats/timeseries", {**when, "metric": metric, "interval": "auto"})
        for title, metric in _LINES.items()
    }
    _print_series(series)
    _print_breakdown(breakdown, by)


def _when(range_: Range, start: str | None, end: str | None) -> dict[str, Any]:
    if start or end:
        return {"from": start, "to": end}
    if range_ is Range.TODAY:  # begins at this machine's own midnight
        midnight = datetime.combine(here(SystemClock().now()).date(), time()).astimezone()
        return {"from": midnight.isoformat()}
    return {"range": range_.value}


def _print_overview(overview: Mapping[str, Any]) -> None:
    from rich.text import Text

    from lynex.cli.figures import count, duration, minute, money, percent
    from lynex.cli.terminal import Column, out, print_table

    out().print(Text(f"{minute(overview['from'])} → {minute(overview['to'])}", style="quiet"))
    latency = overview.get("latency_ms") or {}
    is_failing = bool(overview["errors"])
    tiles = {
        "Requests": Text(count(overview["requests"]), style="thing"),
        "Errors": Text(count(overview["errors"]), style="failed" if is_failing else ""),
        "Error rate": Text(percent(overview["error_rate"]), style="failed" if is_failing else ""),
        "Tokens in": Text(count(overview["input_tokens"])),
        "Tokens out": Text(count(overview["output_tokens"])),
        "Cost": Text(money(overview["cost_usd"]), style="thing"),
        "p50": Text(duration(latency.get("p50"))),
        "p95": Text(duration(latency.get("p95"))),
        "p99": Text(duration(latency.get("p99"))),
        "Events": Text(count(overview["events"]), style="quiet"),
    }
    out().print()
    print_table([Column(title, is_number=True) for title in tiles], [tuple(tiles.values())])


def _print_series(series: Mapping[str, Mapping[str, Any]]) -> None:
    """One line of bars each, all over the same time."""
    from rich.text import Text

    from lynex.cli.terminal import out

    lines = {title: sparkline(_totals(answer)) for title, answer in series.items()}
    if any(lines.values()):
        out().print()
    for title, line in lines.items():
        if line:
            style = "failed" if title == "Errors" else "here"
            out().print(Text.assemble((f"{title:<10}", "label"), (line, style)))


def _print_breakdown(breakdown: Mapping[str, Any], by: Dimension) -> None:
    from rich.text import Text

    from lynex.cli.figures import MISSING, count, duration, money, tokens
    from lynex.cli.terminal import Column, out, print_table, say

    rows = [row for row in breakdown["items"] if row["requests"] or row["input_tokens"] or row["output_tokens"]]
    if not rows:
        say("No requests in this range.")
        return
    title = by.value.capitalize()
    columns = (
        Column(title, gives_way=True),
        *(Column(name, is_number=True) for name in ("Requests", "Errors", "Tokens", "p95", "Cost")),
    )
    out().print()
    print_table(
        columns,
        [
            (
                str(row["key"]) if row["key"] is not None else MISSING,
                count(row["requests"]),
                Text(count(row["errors"]), style="failed") if row["errors"] else "",
                tokens(row["input_tokens"], row["output_tokens"]),
                duration(row["latency_ms"]["p95"]),
                money(row["cost_usd"]),
            )
            for row in rows
        ],
    )
    if breakdown["groups"] > len(breakdown["items"]):
        say(f"{breakdown['groups']:,} in all; more with --limit.", "quiet")


def _totals(series: Mapping[str, Any]) -> list[float]:
    """One value for each bucket, all groups together."""
    columns = [one["values"] for one in series["series"]]
    return [sum(value or 0 for value in bucket) for bucket in zip(*columns, strict=True)]


def sparkline(values: Sequence[float], widest: int = 72) -> str:
    """A bar for each value, from nothing to the highest; neighbours are added up where there are too many."""
    if not values or max(values) <= 0:
        return ""
    size = -(-len(values) // widest)
    sums = [sum(values[index : index + size]) for index in range(0, len(values), size)]
    highest = max(sums)
    return "".join(_BARS[min(7, int(value / highest * 8))] if value else " " for value in sums)

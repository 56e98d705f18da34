"""`lynex demo`: a day of a made-up company, sent through the API like anybody's events, and taken away again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lynex.cli.demo_trace import SDK
from lynex.cli.options import AsJson, reaches_server

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

_BATCH: Final = 200
_NEXT: Final = (
    ("stats", "requests, errors, cost and latency"),
    ("stats --by release", "what came with 2.8.1"),
    ("events --status error", "the refunds that fail"),
    ("prices unknown", "the model that has no price"),
    ("demo --remove", "takes all of it away again"),
)
_LONGEST_WAIT: Final = 20.0  # seconds until all of it should be visible


@reaches_server
def demo(
    *,
    server: "Connection",
    remove: Annotated[bool, typer.Option("--remove", help="Take away everything the demo sent.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Another seed tells another day.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Fill the project with a realistic day, or take it away again."""
    if remove:
        _remove(server, as_json)
    else:
        _fill(server, seed, as_json)


def _fill(server: "Connection", seed: int, as_json: bool) -> None:
    from lynex.cli.demo_day import demo_events
    from lynex.cli.terminal import print_json, progress
    from lynex.clock import SystemClock

    events = demo_events(SystemClock().now(), seed)
    duplicates = 0
    with progress("Sending a day of events", len(events)) as advance:
        for first in range(0, len(events), _BATCH):
            batch = events[first : first + _BATCH]
            duplicates += server.send(batch)["duplicates"]
            advance(len(batch))
    is_visible = _wait_until_visible(server, events[-1])
    facts = {"project": server.project, "sent": len(events), "duplicates": duplicates, "visible": is_visible}
    if as_json:
        print_json(facts)
    else:
        _say_filled(server, facts)


def _remove(server: "Connection", as_json: bool) -> None:
    from lynex.cli.terminal import print_json, say

    removed = server.post(f"/api/v1/projects/{server.project}/remove", {"sdk": SDK}, in_project=False)["removed"]
    if as_json:
        print_json({"project": server.project, "removed": removed})
    elif removed:
        say(f"{removed:,} demo events are removed from {server.project}; everything else is untouched.")
    else:
        say(f"There are no demo events in {server.project}.")


def _wait_until_visible(server: "Connection", last: Mapping[str, Any]) -> bool:
    """Whether the last event can be seen: then `--remove`, `stats` and `events` see all of them."""
    import time

    from lynex.clock import SystemClock

    clock = SystemClock()
    until = clock.monotonic() + _LONGEST_WAIT
    trace = {"trace_id": last["context"]["trace_id"], "limit": 1000}
    while clock.monotonic() < until:
        if any(item["eventId"] == last["eventId"] for item in server.get("/api/v1/events", trace)["items"]):
            return True
        time.sleep(0.1)
    return False


def _say_filled(server: "Connection", facts: dict[str, Any]) -> None:
    from rich.text import Text

    from lynex.cli.terminal import out, say

    new = facts["sent"] - facts["duplicates"]
    count = f"{new:,} events of the last 24 hours" if new else "The demo events were there already; nothing new"
    out().print(Text.assemble((count, "thing"), f" are in {facts['project']}." if new else "."))
    if not facts["visible"]:
        say("They are on disk and will be visible once the server has caught up.", "worse")
    out().print()
    lines = [(f"lynex {command}{server.reach}", sentence) for command, sentence in _NEXT]
    width = max(len(command) for command, _ in lines) + 3
    for command, sentence in lines:
        out().print(Text.assemble("  ", (f"{command:<{width}}", "here"), (sentence, "quiet")), soft_wrap=True)

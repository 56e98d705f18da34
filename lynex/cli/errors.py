"""`lynex errors`: failures grouped by problem, and what was decided about them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.options import AsJson, reaches_server, takes_filters
from lynex.cli.stop import Stop

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

app = typer.Typer(help="Failures grouped by problem: list, show, resolve, ignore, reopen.", no_args_is_help=True)

_PATH = "/api/v1/errors"
Group = Annotated[str, typer.Argument(help="Id of the group, as listed.")]
Groups = Annotated[list[str], typer.Argument(help="Ids of the groups, as listed.")]
Note = Annotated[str | None, typer.Option("--note", "-m", metavar="TEXT", help="Why; shown with the group.")]
Start = Annotated[str | None, typer.Option("--from", metavar="TIME", help="Not before; -14d by default.")]
End = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before this time; now by default.")]


class State(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Sort(StrEnum):
    LAST_SEEN = "last_seen"
    FIRST_SEEN = "first_seen"
    COUNT = "count"
    USERS = "users"


@app.command("list")
@reaches_server
@takes_filters
def list_errors(
    *,
    server: "Connection",
    filters: Mapping[str, list[str]],
    state: Annotated[
        list[State] | None, typer.Option("--state", "-s", help="Only these; repeat it. Open ones by default.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Resolved and ignored ones too.")] = False,
    sort: Annotated[Sort, typer.Option("--sort", help="What comes first.")] = Sort.LAST_SEEN,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 50,
    start: Start = None,
    end: End = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Text that occurs in the event.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the groups that were met in a stretch of time."""
    from lynex.cli.terminal import print_json, say

    if everything and state:
        raise Stop(ExitCode.USAGE, "Give either --state or --all.")
    states = None if everything else [one.value for one in state or [State.OPEN]]
    params = {**filters, "state": states, "sort": sort.value, "from": start, "to": end, "text": text}
    items = list(server.all_items(_PATH, params, limit))
    if as_json:
        print_json({"items": items})
    elif items:
        _print_groups(items, with_state=states != [State.OPEN.value])
    else:
        say("No such errors in this time.")


@app.command("show")
@reaches_server
def show_error(
    *, server: "Connection", group: Group, start: Start = None, end: End = None, as_json: AsJson = False
) -> None:
    """Show one group: its latest error with the stack, newest events and traces."""
    from lynex.cli.terminal import print_json

    found = server.get(f"{_PATH}/{_checked(group)}", {"from": start, "to": end})
    if as_json:
        print_json(found)
    else:
        _print_group(found)


@app.command("resolve")
@reaches_server
def resolve(*, server: "Connection", groups: Groups, note: Note = None, as_json: AsJson = False) -> None:
    """Call groups dealt with; one that is seen again opens by itself."""
    _decide(server, groups, State.RESOLVED, note, as_json)


@app.command("ignore")
@reaches_server
def ignore(*, server: "Connection", groups: Groups, note: Note = None, as_json: AsJson = False) -> None:
    """Leave groups out of the list for good, however often they are seen."""
    _decide(server, groups, State.IGNORED, note, as_json)


@app.command("reopen")
@reaches_server
def reopen(*, server: "Connection", groups: Groups, note: Note = None, as_json: AsJson = False) -> None:
    """Take back what was decided."""
    _decide(server, groups, State.OPEN, note, as_json)


def _decide(server: "Connection", groups: list[str], state: State, note: str | None, as_json: bool) -> None:
    """One after the other; what could not be found does not stop the rest."""
    from lynex.cli.terminal import print_json, say

    made, refused = [], 0
    for group in dict.fromkeys(groups):
        try:
            made.append(server.patch(f"{_PATH}/{_checked(group)}", {"state": state.value, "note": note}))
        except Stop as stop:
            if stop.code is not ExitCode.REFUSED:
                raise
            refused += 1
            say(f"{group}: {stop.message}", "failed")
    if as_json:
        print_json({"items": made})
    else:
        say(f"{len(made)} {state.value}." + (f" {refused} refused." if refused else ""))
    if refused:
        raise typer.Exit(ExitCode.REFUSED)


def _checked(group: str) -> str:
    """An id goes into a path: nothing else may."""
    if len(group) != 16 or not all(char in "0123456789abcdef" for char in group):
        raise Stop(ExitCode.USAGE, f"{group!r} is not the id of a group.", "`lynex errors list` shows them.")
    return group


def _print_groups(items: list[Mapping[str, Any]], *, with_state: bool) -> None:
    from rich.text import Text

    from lynex.cli.figures import count, moment
    from lynex.cli.stats import sparkline
    from lynex.cli.terminal import Column, plain, print_table

    columns = (
        Column("Group", style="quiet"),
        Column("Error", gives_way=True),
        Column("Count", is_number=True),
        Column("Users", is_number=True, style="quiet"),
        Column("Trend", style="here"),
        Column("First seen", style="quiet"),
        Column("Last seen", style="quiet"),
        *((Column("State"),) if with_state else ()),
    )
    rows = [
        (
            item["id"],
            Text(plain(_title(item)), style="failed"),
            count(item["count"]),
            count(item["users"]),
            sparkline(item["trend"]),
            moment(item["first_seen"]),
            moment(item["last_seen"]),
            *((_state(item),) if with_state else ()),
        )
        for item in items
    ]
    print_table(columns, rows)


def _print_group(group: Mapping[str, Any]) -> None:
    from rich.text import Text

    from lynex.cli.event_rows import print_events
    from lynex.cli.figures import count, moment
    from lynex.cli.terminal import out, plain, print_facts

    releases = group["releases"]
    facts = {
        "Group": group["id"],
        "State": _state(group)
        + (f" by {group['changed_by']} {moment(group['changed_at'])}" if group["changed_at"] else ""),
        "Note": group["note"],
        "Where": group["place"],
        "Seen": f"{moment(group['first_seen'])} → {moment(group['last_seen'])}",
        "Count": f"{count(group['count'])} · {count(group['users'])} users · {count(group['traces'])} traces",
        "Models": ", ".join(group["models"]),
        "Releases": ", ".join(releases) + (f" (first {group['first_release']})" if group["first_release"] else ""),
        "Traces": ", ".join(trace["trace_id"] for trace in group["sample_traces"]),
    }
    shown = [(label, Text(plain(str(value)))) for label, value in facts.items() if value]
    print_facts([("Error", Text(plain(_title(group)), style="failed")), *shown])
    stack = (group["error"] or {}).get("stack")
    if isinstance(stack, str):
        out().print()
        for line in stack.rstrip().split("\n"):
            out().print(Text(plain(line)), soft_wrap=True)
    if group["events"]:
        out().print()
        print_events(group["events"], with_ids=True)


def _title(item: Mapping[str, Any]) -> str:
    return ": ".join(filter(None, [item["type"], item["message"]])) or "(says nothing)"


def _state(item: Mapping[str, Any]) -> str:
    from lynex.cli.figures import moment

    return f"{item['state']} again {moment(item['reopened_at'])}" if item["reopened_at"] else str(item["state"])

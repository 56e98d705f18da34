"""`lynex dead-letters`: events that were accepted and could not be stored, with the reason."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.options import AsJson, reaches_server
from lynex.cli.stop import Stop

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

app = typer.Typer(help="Events that could not be stored: list, show, send again.", no_args_is_help=True)

_PATH = "/api/v1/dead-letters"
Number = Annotated[int, typer.Argument(help="Number of the dead letter, as listed.", min=1)]


@app.command("list")
@reaches_server
def list_dead_letters(
    *,
    server: "Connection",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="Those sent again too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List them, newest first."""
    from lynex.cli.figures import binary_size, moment
    from lynex.cli.terminal import Column, print_json, print_table, say

    params = {} if everything else {"replayed": "false"}
    letters = list(server.all_items(_PATH, params, limit))
    if as_json:
        print_json({"items": letters})
        return
    if not letters:
        say("No dead letters: everything that was accepted could be stored.")
        return
    columns = (
        Column("Number", is_number=True),
        Column("Time", style="quiet"),
        Column("Reason", style="failed"),
        Column("Error", gives_way=True),
        Column("Event", style="quiet"),
        Column("Size", is_number=True, style="quiet"),
        *((Column("Sent again", style="quiet"),) if everything else ()),
    )
    rows = [
        (
            str(one["seq"]),
            moment(one["created_at"]),
            one["reason"],
            one["error"],
            one["event_id"],
            binary_size(one["bytes"]),
            *((moment(one["replayed_at"]),) if everything else ()),
        )
        for one in letters
    ]
    print_table(columns, rows)


@app.command("show")
@reaches_server
def show_dead_letter(*, server: "Connection", number: Number, as_json: AsJson = False) -> None:
    """Show one with the event as it was sent."""
    from lynex.cli.terminal import print_json

    letter = server.get(f"{_PATH}/{number}")
    if as_json:
        print_json(letter)
    else:
        _print_letter(letter)


@app.command("replay")
@reaches_server
def replay_dead_letters(
    *,
    server: "Connection",
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of the dead letters, as listed.", min=1)] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were not sent again yet.")] = False,
) -> None:
    """Send them in again, as if they came now."""
    from lynex.cli.terminal import say

    if not numbers and not everything:
        raise Stop(ExitCode.USAGE, "Say which: one or more numbers, or --all.")
    chosen = numbers if numbers else _not_replayed(server)
    refused = 0
    for number in chosen:
        try:
            server.post(f"{_PATH}/{number}/replay")
        except Stop as stop:
            if stop.code is not ExitCode.REFUSED:
                raise
            refused += 1
            say(f"{number}: {stop.message}", "failed")
    say(f"{len(chosen) - refused} sent again." + (f" {refused} refused." if refused else ""))
    if refused:
        raise typer.Exit(ExitCode.REFUSED)


def _not_replayed(server: "Connection") -> list[int]:
    """Oldest first, so that they come in in the order they were sent."""
    return sorted(int(one["seq"]) for one in server.all_items(_PATH, {"replayed": "false"}, None))


def _print_letter(letter: Mapping[str, Any]) -> None:
    import json

    from rich.text import Text

    from lynex.cli.figures import binary_size, moment
    from lynex.cli.terminal import out, plain, print_facts

    print_facts(
        [
            ("Number", str(letter["seq"])),
            ("Event", letter["event_id"]),
            ("Time", moment(letter["created_at"])),
            ("Reason", Text(plain(letter["reason"]), style="failed")),
            ("Error", letter["error"]),
            ("Attempts", str(letter["attempts"])),
            ("Size", binary_size(letter["bytes"])),
            ("Sent again", moment(letter["replayed_at"]) or "no"),
        ]
    )
    payload = letter["payload"]
    shown = payload if isinstance(payload, str) else json.dumps(payload, indent=2, ensure_ascii=False)
    out().print()
    for line in shown.split("\n"):
        out().print(Text(plain(line)), soft_wrap=True)

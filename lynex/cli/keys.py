"""`lynex keys`: what lets programs in. A secret is shown once, when the key is made."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from lynex.cli.options import AsJson, reaches_server

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

app = typer.Typer(help="List, create and revoke API keys.", no_args_is_help=True)


class Scope(StrEnum):
    INGEST = "ingest"
    READ = "read"
    ADMIN = "admin"
    BACKFILL = "backfill"


@app.command("list")
@reaches_server
def list_keys(
    *,
    server: "Connection",
    everything: Annotated[bool, typer.Option("--all", help="Revoked ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the keys of a project."""
    from lynex.cli.figures import count, moment
    from lynex.cli.terminal import Column, print_json, print_table, say

    found = server.get(f"/api/v1/projects/{quote(server.project, safe='')}/keys", in_project=False)["items"]
    keys = [key for key in found if everything or key["revoked_at"] is None]
    if as_json:
        print_json({"items": keys})
        return
    if not keys:
        say("This project has no key. Make one: lynex keys create NAME")
        return
    columns = (
        Column("Id", style="quiet"),
        Column("Name", gives_way=True),
        Column("Key"),
        Column("Scopes"),
        Column("Events", is_number=True),
        Column("Last used", style="quiet"),
        *((Column("Revoked", style="quiet"),) if everything else ()),
    )
    rows = [
        (
            key["id"],
            key["name"],
            f"{key['prefix']}…",
            ", ".join(key["scopes"]),
            count(key["events"]),
            moment(key["last_used_at"]) or "never",
            *((moment(key["revoked_at"]),) if everything else ()),
        )
        for key in keys
    ]
    print_table(columns, rows)


@app.command("create")
@reaches_server
def create_key(
    *,
    server: "Connection",
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scopes: Annotated[
        list[Scope] | None,
        typer.Option("--scope", "-s", help="What it may do; repeat for several. [default: ingest, read]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a key and print its secret, once."""
    from lynex.cli.terminal import print_json, say

    chosen = scopes if scopes else [Scope.INGEST, Scope.READ]
    wanted = {"name": name, "scopes": [scope.value for scope in chosen]}
    made = server.post(f"/api/v1/projects/{quote(server.project, safe='')}/keys", wanted, in_project=False)
    if as_json:
        print_json(made)
        return
    print(made["secret"])
    say(
        f"Shown only now. Key {made['id']} for project {made['project_id']}, scopes {', '.join(made['scopes'])}.",
        "quiet",
    )


@app.command("revoke")
@reaches_server
def revoke_key(
    *,
    server: "Connection",
    key_id: Annotated[str, typer.Argument(help="Id of the key, key_…")],
    as_json: AsJson = False,
) -> None:
    """Revoke a key; it stops working within seconds."""
    from lynex.cli.terminal import print_json, say

    revoked = server.delete(
        f"/api/v1/projects/{quote(server.project, safe='')}/keys/{quote(key_id, safe='')}", in_project=False
    )
    if as_json:
        print_json(revoked)
        return
    say(f"{revoked['name']} ({revoked['prefix']}…) is revoked.")

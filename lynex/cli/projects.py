"""`lynex projects`: who sends events here."""

from typing import TYPE_CHECKING, Annotated

import typer

from lynex.cli.options import AsJson, reaches_server

if TYPE_CHECKING:
    from lynex.cli.connection import Connection

app = typer.Typer(help="List and create projects.", no_args_is_help=True)


@app.command("list")
@reaches_server
def list_projects(*, server: "Connection", as_json: AsJson = False) -> None:
    """List the projects."""
    from lynex.cli.figures import moment
    from lynex.cli.terminal import Column, print_json, print_table

    projects = server.get("/api/v1/projects", in_project=False)["items"]
    if as_json:
        print_json({"items": projects})
        return
    columns = (Column("Id"), Column("Name", gives_way=True), Column("Created", style="quiet"))
    print_table(columns, [(one["id"], one["name"], moment(one["created_at"])) for one in projects])


@app.command("create")
@reaches_server
def create_project(
    *,
    server: "Connection",
    name: Annotated[str, typer.Argument(help="Name people see.")],
    project_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Id, proj_…; made if left out.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a project."""
    from lynex.cli.terminal import print_json, say

    wanted = {"name": name} | ({"id": project_id} if project_id else {})
    made = server.post("/api/v1/projects", wanted, in_project=False)
    if as_json:
        print_json(made)
        return
    print(made["id"])
    say(f"A key for it: lynex keys create NAME --project {made['id']}", "quiet")

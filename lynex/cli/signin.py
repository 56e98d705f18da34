"""`lynex signin`: a link that lets a browser in, without a restart."""

from typing import TYPE_CHECKING

from lynex.cli.options import AsJson, reaches_server

if TYPE_CHECKING:
    from lynex.cli.connection import Connection


@reaches_server
def signin(*, server: "Connection", as_json: AsJson = False) -> None:
    """Print a link that signs a browser in; it works once, within an hour."""
    from lynex.cli.terminal import out, print_json, say

    made = server.post("/api/v1/signin-links", {}, in_project=False)
    if as_json:
        print_json(made)
        return
    out().print(made["url"], soft_wrap=True)
    say("It works once, within an hour.", "quiet")

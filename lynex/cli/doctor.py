"""`lynex doctor`: looks at everything a server needs, says what is wrong and how to mend it."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from lynex.cli.checkup import Finding

_WIDTH: Final = 14
_MARKS: Final = {"fine": ("  ", ""), "doubt": ("! ", "worse"), "fault": ("✕ ", "failed")}


def doctor(
    *,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="URL", help="Look only at a server elsewhere.", envvar="LYNEX_ENDPOINT"),
    ] = None,
    api_key: Annotated[str | None, typer.Option("--api-key", metavar="KEY", help="Key for that server.")] = None,
    data_dir: DataDir = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Check port, disk, permissions, clock, a key's round trip, versions and prices."""
    from lynex.cli.checkup import Where, all_findings

    findings: list[Finding] = []
    for finding in all_findings(Where(endpoint, api_key, data_dir, config)):
        findings.append(finding)
        if not as_json:
            _print(finding)
    is_healthy = all(finding.state != "fault" for finding in findings)
    if as_json:
        from lynex.cli.terminal import print_json

        print_json({"healthy": is_healthy, "checks": findings})
    if not is_healthy:
        raise typer.Exit(ExitCode.UNHEALTHY)


def _print(finding: "Finding") -> None:
    from rich.text import Text

    from lynex.cli.terminal import out, plain

    mark, style = _MARKS[finding.state]
    line = Text.assemble((mark, style), (f"{finding.name:<{_WIDTH}}", "label"), (plain(finding.sentence), style))
    out().print(line, soft_wrap=True)
    if finding.cure:
        out().print(Text(f"  {'':<{_WIDTH}}{plain(finding.cure)}"), soft_wrap=True)

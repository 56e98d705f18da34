"""The command `lynex`: the page of its verbs, and the one place where failures become sentences and exit codes."""

import sys

import typer

from lynex.cli import (
    configuration,
    dead_letters,
    demo,
    doctor,
    errors,
    events,
    keys,
    prices,
    projects,
    rebuild,
    remap,
    serve,
    signin,
    stats,
    tail,
    traces,
)
from lynex.cli.exit_codes import ExitCode
from lynex.cli.stop import Stop
from lynex.errors import ConfigError, LynexError, StartRefused

app = typer.Typer(
    name="lynex",
    help="Observability for LLM applications, in one process.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)

_RUN, _LOOK, _SET_UP = "Run", "Look", "Set up"

app.command("serve", rich_help_panel=_RUN)(serve.serve)
app.command("signin", rich_help_panel=_RUN)(signin.signin)
app.command("demo", rich_help_panel=_RUN)(demo.demo)
app.command("doctor", rich_help_panel=_RUN)(doctor.doctor)
app.command("rebuild", rich_help_panel=_RUN)(rebuild.rebuild)
app.command("remap", rich_help_panel=_RUN)(remap.remap)
app.command("events", rich_help_panel=_LOOK)(events.events)
app.command("tail", rich_help_panel=_LOOK)(tail.tail)
app.command("traces", rich_help_panel=_LOOK)(traces.traces)
app.command("stats", rich_help_panel=_LOOK)(stats.stats)
app.add_typer(errors.app, name="errors", rich_help_panel=_LOOK)
app.add_typer(dead_letters.app, name="dead-letters", rich_help_panel=_LOOK)
app.add_typer(prices.app, name="prices", rich_help_panel=_LOOK)
app.add_typer(projects.app, name="projects", rich_help_panel=_SET_UP)
app.add_typer(keys.app, name="keys", rich_help_panel=_SET_UP)
app.add_typer(configuration.app, name="config", rich_help_panel=_SET_UP)


@app.callback(invoke_without_command=True)
def options(
    version: bool = typer.Option(False, "--version", "-V", help="Print the version.", is_eager=True),
) -> None:
    if version:
        from lynex import __version__

        print(f"lynex {__version__}")
        raise typer.Exit


def run() -> None:
    """Entry point of the command."""
    try:
        app(prog_name="lynex")
    except Stop as stop:
        _tell(stop.message, stop.hint, stop.notes)
        sys.exit(stop.code)
    except ConfigError as error:
        for line in error.detail.split("\n"):
            _tell(line)
        sys.exit(ExitCode.USAGE)
    except StartRefused as error:
        _tell(error.detail, error.hint)
        sys.exit(ExitCode.START_REFUSED)
    except LynexError as error:
        _tell(error.detail, error.hint)
        sys.exit(ExitCode.FAILED)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:  # `lynex events | head`: the reader has seen enough
        sys.stderr.close()
        sys.exit(ExitCode.OK)


def _tell(message: str, hint: str = "", notes: tuple[str, ...] = ()) -> None:
    from lynex.cli.terminal import plain, say

    say(f"lynex: {plain(message)}", "failed")
    for note in notes:
        say(f"  {plain(note)}", "quiet")
    if hint:
        say(f"  {plain(hint)}")


if __name__ == "__main__":
    run()

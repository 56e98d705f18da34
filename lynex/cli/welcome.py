"""What `lynex serve` says once it answers: where to look, what lets you in, and how to send a first event."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from lynex.cli.terminal import out

_INDENT: Final = "  "
_LABEL: Final = 16


@dataclass(frozen=True, slots=True)
class Welcome:
    """All that is said. Empty texts are left out; `key` is there only in the first run."""

    version: str
    url: str
    data_dir: Path
    project: str
    key: str = ""
    sign_in_url: str = ""
    asks_for_key: bool = True
    is_open_to_network: bool = False
    reach: str = ""  # the options that other commands need to find this server, with a space before
    tunnel: str = ""  # a command that brings the port to the reader's own machine

    @property
    def is_first_run(self) -> bool:
        return bool(self.key)


def print_welcome(welcome: Welcome, endpoints: tuple[str, ...] = ()) -> None:
    """To stdout, never wrapped: what is copied from it must stay whole."""
    console = out()
    for line in lines_of(welcome, endpoints):
        console.print(line, soft_wrap=True)


def print_key(welcome: Welcome) -> None:
    """Only the key, where the server did not come up after it was made."""
    for line in _key(welcome):
        out().print(line, soft_wrap=True)


def lines_of(welcome: Welcome, endpoints: tuple[str, ...]) -> Iterator[Text]:
    """Each thing below its name, so that what is to be copied stands alone on its line.

    `endpoints`: where OpenTelemetry is taken besides the URL.
    """
    yield Text()
    yield _line(("Lynex", "bold"), (f" {welcome.version} is running at ", ""), (welcome.url, "here"))
    yield from _sign_in(welcome)
    yield from _key(welcome)
    if welcome.is_first_run or not welcome.asks_for_key:
        yield from _section("Send a first event", "", *first_event_lines(welcome.url, welcome.key))
    yield from _section("OpenTelemetry", "traces, logs and metrics by OTLP", *(endpoints or (welcome.url,)))
    yield from _section("Data", "", str(welcome.data_dir))
    yield Text()
    for name, command in (("Look", "lynex events"), ("A made-up day", "lynex demo")):
        yield _line((f"{name:<{_LABEL}}", "label"), (f"{command}{welcome.reach}", ""))
    yield _line((f"{'Stop':<{_LABEL}}", "label"), ("Ctrl-C", ""))
    yield Text()


def first_event_lines(url: str, key: str) -> tuple[str, str, str]:
    """Three lines of shell that send one model call."""
    credential = f"-H X-API-Key:{key} " if key else ""
    return (
        f"curl {url}/api/v1/events -H Content-Type:application/json \\",
        f"""  {credential}-d '{{"type":"model_response","body":{{"model":"gpt-4o",""",
        """  "prompt":"Hello","response":"Hi there!","tokens":{"input":812,"output":164},"latency_ms":1430}}'""",
    )


def _sign_in(welcome: Welcome) -> Iterator[Text]:
    if not welcome.asks_for_key:
        yield Text()
        yield _line(("Authentication is off: everybody on this machine may read and write.", "worse"))
    if welcome.is_open_to_network:
        yield Text()
        yield _line(("Other machines reach this without TLS. Put a proxy in front and set server.public_url.", "worse"))
    if welcome.sign_in_url:
        yield from _section("Sign in", "works once, within an hour", welcome.sign_in_url, style="here")
    if welcome.tunnel:
        yield from _section("From your own machine", "first", welcome.tunnel)


def _key(welcome: Welcome) -> Iterator[Text]:
    if welcome.key:
        note = f"shown only now · project {welcome.project} · scopes ingest, read"
        yield from _section("API key", note, welcome.key, style="bold")


def _section(name: str, note: str, *lines: str, style: str = "") -> Iterator[Text]:
    yield Text()
    yield _line((name, "label"), (f" · {note}" if note else "", "label"))
    for line in lines:
        yield _line((line, style))


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(_INDENT, *parts)

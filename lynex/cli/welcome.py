"""What `lynex serve` says once it answers: where to look, what lets you in, and how to send a first event."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from lynex.cli.terminal import out

_LABEL: Final = 11
_INDENT: Final = "  "


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


def print_welcome(welcome: Welcome) -> None:
    """To stdout, never wrapped: what is copied from it must stay whole."""
    console = out()
    for line in lines_of(welcome):
        console.print(line, soft_wrap=True)


def print_key(welcome: Welcome) -> None:
    """Only the key, where the server did not come up after it was made."""
    console = out()
    console.print(_fact("API key", (welcome.key, "bold")), soft_wrap=True)
    console.print(_fact("", (_key_note(welcome), "quiet")), soft_wrap=True)


def lines_of(welcome: Welcome) -> Iterator[Text]:
    yield Text()
    yield _line(("Lynex", "bold"), (f" {welcome.version} is running at ", ""), (welcome.url, "here"))
    yield Text()
    yield from _ways_in(welcome)
    yield _fact("Data", (str(welcome.data_dir), ""))
    if welcome.is_open_to_network:
        yield _fact(
            "Network", ("open to other machines without TLS; put a proxy in front and set server.public_url", "worse")
        )
    if welcome.is_first_run or not welcome.asks_for_key:
        yield Text()
        yield from _first_event(welcome)
    yield Text()
    yield _line(("Stop with Ctrl-C.", "quiet"))
    yield Text()


def _ways_in(welcome: Welcome) -> Iterator[Text]:
    if not welcome.asks_for_key:
        yield _fact("Sign in", ("not needed: authentication is off, everybody on this machine may read", "worse"))
    if welcome.sign_in_url:
        yield _fact("Sign in", (welcome.sign_in_url, "here"))
        yield _fact("", ("works once, within an hour", "quiet"))
    if welcome.tunnel:
        yield _fact("", (f"from your own machine, first: {welcome.tunnel}", "quiet"))
    if welcome.key:
        yield _fact("API key", (welcome.key, "bold"))
        yield _fact("", (_key_note(welcome), "quiet"))


def _key_note(welcome: Welcome) -> str:
    return f"shown only now · project {welcome.project} · scopes ingest, read"


def _first_event(welcome: Welcome) -> Iterator[Text]:
    yield _line(("Send a first event:", ""))
    yield Text()
    for line in first_event_lines(welcome.url, welcome.key):
        yield Text(f"{_INDENT}{_INDENT}{line}")
    yield Text()
    see, fill = f"lynex events{welcome.reach}", f"lynex demo{welcome.reach}"
    yield _line(("See it with ", ""), (see, "bold"), (". A day of made-up events: ", ""), (fill, "bold"), (".", ""))


def first_event_lines(url: str, key: str) -> tuple[str, str, str]:
    """Three lines of shell that send one model call."""
    credential = f'-H "X-API-Key: {key}" ' if key else ""
    return (
        f'curl {url}/api/v1/events -H "Content-Type: application/json" \\',
        f"""  {credential}-d '{{"type":"model_response","body":{{"model":"gpt-4o",""",
        """  "prompt":"Hello","response":"Hi there!","tokens":{"input":812,"output":164},"latency_ms":1430}}'""",
    )


def _fact(label: str, *parts: tuple[str, str]) -> Text:
    return _line((f"{label:<{_LABEL}}", "label"), *parts)


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(_INDENT, *parts)

"""Where the command line writes: results to stdout, talk to stderr, tables ruled like the dashboard's."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

_THEME: Final = Theme(
    {
        "label": "dim",
        "quiet": "dim",
        "failed": "red",
        "worse": "yellow",
        "here": "cyan",
        "thing": "bold",
        "progress.percentage": "none",
        "bar.complete": "cyan",
        "bar.finished": "cyan",
        "progress.elapsed": "dim",
        "progress.remaining": "dim",
        "progress.download": "dim",
    }
)
_UNLIMITED: Final = 4_000  # columns, where nobody looks: piped tables are never cut


@dataclass(frozen=True, slots=True)
class Column:
    """`is_number` columns line up at the right; `gives_way` may be shortened to fit the terminal."""

    title: str
    is_number: bool = False
    gives_way: bool = False
    style: str = ""


def out() -> Console:
    return _console(sys.stdout, stderr=False)


def talk() -> Console:
    return _console(sys.stderr, stderr=True)


def _console(stream: Any, *, stderr: bool) -> Console:
    width = None if stream.isatty() else _UNLIMITED
    return Console(theme=_THEME, highlight=False, markup=False, emoji=False, stderr=stderr, width=width)


def print_json(value: object) -> None:
    """One document, indented for people only."""
    data = msgspec.json.encode(value)
    if sys.stdout.isatty():
        data = msgspec.json.format(data, indent=2)
    print(data.decode(), flush=True)


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str | Text]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="label", show_edge=False)
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.is_number else "left",
            no_wrap=True,
            overflow="ellipsis",
            style=column.style,
            ratio=None,
            min_width=8 if column.gives_way else None,
        )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
    out().print(table)


def print_facts(facts: Iterable[tuple[str, str | Text]]) -> None:
    """Label and value, one a line, values below each other."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, show_header=False, show_edge=False)
    table.add_column(style="label", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in facts:
        table.add_row(label, value if isinstance(value, Text) else Text(plain(value)))
    out().print(table)


def plain(text: str) -> str:
    """Text of strangers on one line: control characters, which could steer a terminal, become visible."""
    return "".join(
        char if char.isprintable() else " " if char in "\r\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def say(text: str, style: str = "") -> None:
    """One sentence for the person, on stderr."""
    talk().print(Text(text, style=style), soft_wrap=True)

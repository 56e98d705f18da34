"""Where the command line writes: results to stdout, talk to stderr, tables ruled like the dashboard's."""

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

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
_GAP: Final = 2
_LEAST_WIDTH: Final = 12
_JOINER: Final = "\u200d"  # holds the parts of an emoji together
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
    """Columns keep their width; where the terminal is too narrow, those that give way are shortened."""
    console = out()
    cells = [[cell.copy() if isinstance(cell, Text) else Text(plain(cell)) for cell in row] for row in rows]
    widths = [max([len(column.title), *(row[at].cell_len for row in cells)]) for at, column in enumerate(columns)]
    _shorten(columns, cells, widths, sum(widths) + _GAP * (len(columns) - 1) - console.width)
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="label", show_edge=False)
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(column.title, justify=justify, no_wrap=True, overflow="ellipsis", style=column.style)
    for row in cells:
        table.add_row(*row)
    console.print(table)


def _shorten(columns: Sequence[Column], cells: list[list[Text]], widths: list[int], excess: int) -> None:
    for at, column in enumerate(columns):
        if excess > 0 and column.gives_way:
            width = max(_LEAST_WIDTH, widths[at] - excess)
            excess -= widths[at] - width
            for row in cells:
                row[at].truncate(width, overflow="ellipsis")


def print_facts(facts: Iterable[tuple[str, str | Text]]) -> None:
    """Label and value, one a line, values below each other."""
    lines = list(facts)
    width = max(len(label) for label, _ in lines) + _GAP + 1
    for label, value in lines:
        shown = value if isinstance(value, Text) else Text(plain(value))
        out().print(Text.assemble((f"{label:<{width}}", "label"), shown), soft_wrap=True)


def plain(text: str) -> str:
    """Text of strangers on one line: control characters, which could steer a terminal, become visible."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char == _JOINER or unicodedata.category(char) == "Zs":
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"


def say(text: str, style: str = "") -> None:
    """One sentence for the person, on stderr."""
    talk().print(Text(text, style=style), soft_wrap=True)


@contextmanager
def progress(sentence: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr while somebody looks; gives the function that moves it on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(sentence, total=total)
        yield lambda count: bar.advance(task, count)

"""One event as one line: when, what kind, what happened, and what it cost."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.text import Text

from lynex.cli.figures import MISSING, duration, moment, money, tokens
from lynex.cli.terminal import Column, out, plain, print_table

COLUMNS: Final = (
    Column("Time", style="quiet"),
    Column("Type"),
    Column("What happened", gives_way=True),
    Column("Model", style="quiet"),
    Column("Latency", is_number=True, style="quiet"),
    Column("Tokens", is_number=True, style="quiet"),
    Column("Cost", is_number=True),
)
_ID_COLUMN: Final = Column("Event", style="quiet")
_PREVIEW: Final = 120
_LEAST_WIDTH: Final = 24
_LIVE_WIDTHS: Final = (12, 14, 0, 20, 8, 15, 8)  # fixed, since later rows are not known; 0 takes the rest


def print_events(items: Iterable[Mapping[str, Any]], *, with_ids: bool = False) -> None:
    columns = (*COLUMNS, _ID_COLUMN) if with_ids else COLUMNS
    rows = ((*cells(item), Text(item["eventId"])) if with_ids else cells(item) for item in items)
    print_table(columns, rows)


def live_line(item: Mapping[str, Any]) -> Text:
    """The same cells in columns of fixed width."""
    row = cells(item)
    console = out()
    others = sum(_LIVE_WIDTHS) + 2 * (len(row) - 1)
    rest = max(_LEAST_WIDTH, console.width - others) if console.is_terminal else max(_LEAST_WIDTH, row[2].cell_len)
    line = Text(no_wrap=True)
    for cell, column, fixed in zip(row, COLUMNS, _LIVE_WIDTHS, strict=True):
        shown = cell.copy()
        width = fixed or rest
        shown.truncate(width, overflow="ellipsis")
        padding = " " * max(0, width - shown.cell_len)
        if column.style:
            shown.stylize_before(column.style)
        line.append_text(Text.assemble(padding, shown) if column.is_number else Text.assemble(shown, padding))
        line.append("  ")
    line.rstrip()
    return line


def cells(item: Mapping[str, Any]) -> tuple[Text, ...]:
    body = item.get("body") or {}
    usage, cost = body.get("usage") or {}, body.get("cost")
    is_priced = item["type"] in ("model_response", "token_usage")
    return (
        Text(moment(item.get("at") or item.get("timestamp"))),
        Text(item["type"]),
        what_happened(item),
        Text(plain(model_of(body))),
        Text(duration(body.get("duration_ms"))),
        Text(tokens(usage.get("input_tokens"), usage.get("output_tokens"))),
        Text(money(cost["total"]) if cost else MISSING if is_priced else ""),
    )


def what_happened(item: Mapping[str, Any]) -> Text:
    """Its name, then the fault in red, or else the beginning of what came out or went in."""
    body = item.get("body") or {}
    has_failed = body.get("status") == "error" or body.get("level") == "error" or item["type"] == "error"
    text = Text(plain(name_of(body)), style="failed" if has_failed else "thing")
    error = body.get("error") or {}
    note = ": ".join(filter(None, [error.get("type"), error.get("message")])) if has_failed else ""
    note = note or body.get("output_preview") or body.get("input_preview") or body.get("message") or ""
    if isinstance(note, str) and note and note != text.plain:
        text.append(("  " if text.plain else "") + plain(note[:_PREVIEW]), style="failed" if has_failed else "not bold")
    return text


def name_of(body: Mapping[str, Any]) -> str:
    for section in ("tool", "agent", "eval"):
        if (body.get(section) or {}).get("name"):
            return str(body[section]["name"])
    return str(body.get("name") or "")


def model_of(body: Mapping[str, Any]) -> str:
    model = body.get("model") or {}
    return str(model.get("request") or model.get("response") or "") if isinstance(model, Mapping) else str(model)

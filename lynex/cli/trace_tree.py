"""A trace as a tree with its durations beside it, for a terminal."""

from collections.abc import Mapping
from typing import Any, Final

from rich.text import Text

from lynex.cli.figures import count, duration, moment, money, tokens
from lynex.cli.terminal import Column, out, plain, print_facts, print_table, say

_BAR: Final = 24  # characters for the whole of the trace
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"
_MARKS: Final = {
    "orphan": "its parent never arrived",
    "cycle": "below itself",
    "promoted": "counts: no call below it was reported",
}


def print_trace(trace: Mapping[str, Any], limit: int) -> None:
    """`trace` as the server answers it; `limit` rows of its tree."""
    _print_facts(trace["trace"])
    events = trace["events"]
    shown = min(limit, len(events["id"]))
    calls = {row: place for place, row in enumerate(trace["calls"]["row"])}
    notes = _notes(trace)
    whole = max(1.0, trace["trace"]["duration_ms"] * 1000)
    guides = _guides(events["parent"])
    columns = (
        Column("Event", gives_way=True),
        Column("Type", style="quiet"),
        Column(""),
        Column("Duration", is_number=True),
        Column("Tokens", is_number=True, style="quiet"),
        Column("Cost", is_number=True),
    )
    rows = []
    for row in range(shown):
        used, cost = _used(trace["calls"], calls.get(row))
        rows.append(
            (
                _label(trace, row, guides[row], notes.get(row)),
                trace["dictionaries"]["types"][events["type"][row]],
                _bar(events["start"][row], events["duration"][row], whole, failed=bool(events["failed"][row])),
                duration(None if events["duration"][row] is None else events["duration"][row] / 1000),
                used,
                cost,
            )
        )
    out().print()
    print_table(columns, rows)
    if trace["total"] > shown:
        say(f"{trace['total'] - shown:,} more events; show more with -n, or all with --json.", "quiet")


def _print_facts(item: Mapping[str, Any]) -> None:
    failed = f"{count(item['errors'])} failed" if item["errors"] else ""
    facts = [
        ("Trace", item["trace_id"]),
        ("Began", f"{moment(item['start'])}, took {duration(item['duration_ms'])}"),
        ("Events", Text.assemble(count(item["events"]), "  ", (failed, "failed"))),
        ("Used", f"{tokens(item['input_tokens'], item['output_tokens'])} tokens, {money(item['cost_usd'])}"),
    ]
    for label, name in (("Session", "session_id"), ("User", "user_id"), ("Release", "release")):
        if item[name] is not None:
            facts.append((label, item[name]))
    print_facts(facts)


def _guides(parents: list[int]) -> list[str]:
    """The lines that lead to each row from its ancestors."""
    last_child: dict[int, int] = {}
    for row, parent in enumerate(parents):
        last_child[parent] = row
    trunks: list[str] = []  # what stands before the children of each row
    guides: list[str] = []
    for row, parent in enumerate(parents):
        if parent < 0:
            guides.append("")
            trunks.append("")
            continue
        is_last = last_child[parent] == row
        guides.append(trunks[parent] + ("└─ " if is_last else "├─ "))
        trunks.append(trunks[parent] + ("   " if is_last else "│  "))
    return guides


def _notes(trace: Mapping[str, Any]) -> dict[int, Text]:
    """What is to be said beside the name: why it failed, or what is odd about it."""
    notes = {row: Text(sentence, style="worse") for mark, sentence in _MARKS.items() for row in trace["marks"][mark]}
    errors = trace["errors"]
    for place, row in enumerate(errors["row"]):
        kind = trace["dictionaries"]["error_types"][errors["type"][place]] if errors["type"][place] >= 0 else ""
        words = ": ".join(filter(None, (kind, errors["message"][place])))
        notes[row] = Text(plain(words), style="failed")
    return notes


def _label(trace: Mapping[str, Any], row: int, guide: str, note: Text | None) -> Text:
    events, words = trace["events"], trace["dictionaries"]
    name = words["names"][events["name"][row]] if events["name"][row] >= 0 else words["types"][events["type"][row]]
    label = Text.assemble((guide, "quiet"), (plain(name), "failed" if events["failed"][row] else "thing"))
    if note is not None:
        label.append("  ").append_text(note)
    return label


def _bar(start: int, length: int | None, whole: float, *, failed: bool) -> Text:
    """Where in the trace it ran, in eighths of a character; an instant is a dot."""
    before = min(_BAR - 1, int(start / whole * _BAR))
    if length is None:
        return Text(" " * before + "·", style="quiet")
    eighths = min(max(1, round(length / whole * _BAR * 8)), (_BAR - before) * 8)
    full, rest = divmod(eighths, 8)
    return Text(" " * before + "█" * full + (_EIGHTHS[rest - 1] if rest else ""), style="failed" if failed else "here")


def _used(calls: Mapping[str, Any], place: int | None) -> tuple[str, str]:
    """Tokens and cost of a row."""
    if place is None:
        return "", ""
    cost, is_unpriced = calls["cost_usd"][place], calls["is_unpriced"][place]
    used = tokens(calls["input_tokens"][place], calls["output_tokens"][place])
    return used, money(cost) if cost is not None or is_unpriced else ""

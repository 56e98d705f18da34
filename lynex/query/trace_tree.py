"""One trace as columns: its structure without contents, small enough that a page can hold ten thousand spans.

Rows are in depth-first order, siblings by time; whatever is said of few events stands in a table of its own that names
its rows. Words that repeat are indices into `dictionaries`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from lynex.query.arrangement import NOWHERE, arranged

SHORTENED: Final = "~"  # begins an id that goes on from `<trace id>:`; no id may contain it
_LONGEST_MESSAGE: Final = 200
_INSTANTS: Final = frozenset(("log", "message", "error", "eval_metric", "token_usage", "custom"))

# What is read of each event; times in µs, durations in ms.
COLUMNS: Final = (
    "event_id", "parent_event_id", "at", "duration_ms", "type", "name", "kind", "status", "level", "service_name",
    "provider", "model", "usage_scope", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
    "reasoning_tokens", "cost", "cost_source", "ttft_ms", "finish_reason", "tool_name", "agent_name", "step_index",
    "error_type", "error_message", "error_group", "eval_name", "eval_score",
)  # fmt: skip
# Column of the answer → column of the store, and its dictionary.
_WORDS: Final = (
    ("type", "type", "types"),
    ("name", "name", "names"),
    ("kind", "kind", "kinds"),
    ("service", "service_name", "services"),
    ("level", "level", "levels"),
)
_NAMES: Final = ("name", "tool_name", "eval_name", "agent_name")  # the first that says something is the event's
_CALLS: Final = ("provider", "model", "usage_scope", "finish_reason")
_COUNTS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")

Columns = dict[str, list[Any]]


def tree_of(
    columns: Columns, trace_id: str, start: int, is_elsewhere: Callable[[list[str]], set[str]], promoted: frozenset[str]
) -> dict[str, Any]:
    """The events as columns. `is_elsewhere` picks of some parents' ids those that exist outside of these events."""
    tree = arranged(columns["event_id"], columns["parent_event_id"])
    rows = {name: [values[event] for event in tree.order] for name, values in columns.items()}
    rows["name"] = [next(filter(None, names), None) for names in zip(*(rows[name] for name in _NAMES), strict=True)]
    places = [0] * len(tree.order)
    for place, event in enumerate(tree.order):
        places[event] = place
    outside = sorted(places[event] for event in tree.orphans)
    elsewhere = is_elsewhere([rows["parent_event_id"][row] for row in outside]) if outside else set()
    words = _Words()
    prefix = f"{trace_id}:"
    parents = [NOWHERE if tree.parents[event] == NOWHERE else places[tree.parents[event]] for event in tree.order]
    return {
        "events": {
            "id": [shortened(event_id, prefix) for event_id in rows["event_id"]],
            "parent": parents,
            "start": [at - start for at in rows["at"]],
            "duration": [None if length is None else round(length * 1000) for length in rows["duration_ms"]],
            "failed": [int(status == "error") for status in rows["status"]],
            **{name: words.indices(kind, rows[column]) for name, column, kind in _WORDS},
        },
        "calls": _calls(rows, words),
        "tools": _table(rows, words, {"tool": "tool_name"}, {}),
        "agents": _table(rows, words, {"agent": "agent_name"}, {"step_index": "step_index"}),
        "errors": _errors(rows, words),
        "evals": _table(rows, words, {"name": "eval_name"}, {"score": "eval_score"}),
        "outside": {
            "row": outside,
            "parent": [shortened(rows["parent_event_id"][row], prefix) for row in outside],
        },
        "marks": {
            "orphan": [row for row in outside if rows["parent_event_id"][row] not in elsewhere],
            "cycle": sorted(places[event] for event in tree.cut),
            "attached": _attached(rows, parents),
            "promoted": [row for row, event_id in enumerate(rows["event_id"]) if event_id in promoted],
        },
        "dictionaries": words.lists,
    }


def shortened(event_id: str, prefix: str) -> str:
    """As it stands in columns."""
    return SHORTENED + event_id[len(prefix) :] if event_id.startswith(prefix) else event_id


class _Words:
    """Lists of words, each listed once, in the order in which they are met."""

    def __init__(self) -> None:
        self.lists: dict[str, list[str]] = {}

    def indices(self, kind: str, values: Sequence[str | None]) -> list[int]:
        """-1 for none."""
        words = self.lists.setdefault(kind, [])
        known = {word: index for index, word in enumerate(words)}
        indices = []
        for value in values:
            index = NOWHERE if value is None else known.get(value)
            if index is None:
                assert value is not None
                index = known[value] = len(words)
                words.append(value)
            indices.append(index)
        return indices


def _rows_with(rows: Columns, names: Sequence[str]) -> list[int]:
    """Rows that say something in any of the columns."""
    said = zip(*(rows[name] for name in names), strict=True)
    return [row for row, values in enumerate(said) if any(value is not None for value in values)]


def _table(rows: Columns, words: _Words, coded: dict[str, str], plain: dict[str, str]) -> Columns:
    """The rows that have any of the columns, with those columns alone; `coded` ones are words."""
    at = _rows_with(rows, [*coded.values(), *plain.values()])
    table: Columns = {"row": at}
    for name, column in coded.items():
        table[name] = words.indices(f"{column.removesuffix('_name')}s", [rows[column][row] for row in at])
    for name, column in plain.items():
        table[name] = [rows[column][row] for row in at]
    return table


def _calls(rows: Columns, words: _Words) -> Columns:
    """What used tokens or money, and how it counts."""
    table: Columns = {"row": _rows_with(rows, ("model", "usage_scope", "input_tokens", "output_tokens", "cost"))}
    at = table["row"]
    for name, column in zip(("provider", "model", "scope", "finish_reason"), _CALLS, strict=True):
        table[name] = words.indices(f"{name}s", [rows[column][row] for row in at])
    for column in _COUNTS:
        table[column] = [rows[column][row] for row in at]
    table["cost_usd"] = [None if rows["cost"][row] is None else float(rows["cost"][row]) for row in at]
    table["is_unpriced"] = [int(rows["cost_source"][row] == "unknown_model") for row in at]
    table["ttft_ms"] = [rows["ttft_ms"][row] for row in at]
    return table


def _errors(rows: Columns, words: _Words) -> Columns:
    table = _table(rows, words, {"type": "error_type"}, {"message": "error_message", "group": "error_group"})
    table["message"] = [None if text is None else text[:_LONGEST_MESSAGE] for text in table["message"]]
    return table


def _attached(rows: Columns, parents: Sequence[int]) -> list[int]:
    """Facts told beside a span rather than steps of their own: log records, messages, evaluations, exceptions."""
    return [
        row
        for row, kind in enumerate(rows["type"])
        if kind in _INSTANTS and parents[row] != NOWHERE and rows["duration_ms"][row] is None
    ]

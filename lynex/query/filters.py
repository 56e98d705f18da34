"""Which events: the filters every question understands. A repeated filter means any of its values.

Values are bound, never written into the statement; columns come from the table below.
"""

from collections.abc import Mapping
from string import punctuation
from typing import Any, Final

import msgspec

from lynex.events.envelope import EVENT_TYPES
from lynex.query.parameters import Parameters
from lynex.query.ranges import Range
from lynex.store.contract import Value

_COLUMN_FILTERS: Final = (
    "type",
    "model",
    "provider",
    "status",
    "level",
    "name",
    "user_id",
    "session_id",
    "trace_id",
    "environment",
    "release",
    "service",
    "error_group",
)
_COLUMNS: Final = {"service": "service_name"}  # where the column is not called like the filter
# Column → the code of its fault, and all it may be.
_ALLOWED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "type": ("unknown_type", EVENT_TYPES),
    "status": ("invalid_status", ("ok", "error")),
    "level": ("invalid_level", ("debug", "info", "warning", "error")),
}
FILTER_PARAMETERS: Final = (*_COLUMN_FILTERS, "tag", "text")
MAX_TEXT: Final = 256

# Where a filter looks in an event as it is answered, for those that watch events live.
_PATHS: Final[dict[str, tuple[str, ...]]] = {
    "type": ("type",),
    "model": ("body", "model", "request"),
    "provider": ("body", "model", "provider"),
    "status": ("body", "status"),
    "level": ("body", "level"),
    "name": ("body", "name"),
    **{name: ("context", name) for name in ("user_id", "session_id", "trace_id", "environment", "release")},
    "service": ("context", "service_name"),
    "error_group": ("body", "error", "group"),
}


class Condition(msgspec.Struct, frozen=True):
    """SQL for `WHERE` and the values it binds."""

    sql: str
    values: dict[str, Value]


class Filters(msgspec.Struct, frozen=True):
    exact: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tags: tuple[str, ...] = ()
    text: str | None = None

    def condition(self, project_id: str, span: Range) -> Condition:
        """Rows of the project inside the range that pass every filter."""
        values: dict[str, Value] = {"project_id": project_id}
        parts = ["project_id = $project_id"]
        if span.start is not None:
            parts.append('"at" >= make_timestamp($start_at)')
            values["start_at"] = span.start
        if span.end is not None:
            parts.append('"at" < make_timestamp($end_at)')
            values["end_at"] = span.end
        for column, allowed in self.exact:
            names = [f"{column}_{number}" for number in range(len(allowed))]
            values.update(zip(names, allowed, strict=True))
            parts.append(f'"{_COLUMNS.get(column, column)}" IN ({", ".join("$" + name for name in names)})')
        if self.tags:
            parts.append("list_has_any(tags, $tags)")
            values["tags"] = list(self.tags)
        if self.text is not None:
            parts.append(_TEXT_SQL)
            values.update(_text_values(self.text))
        return Condition(sql=" AND ".join(parts), values=values)

    def each_alone(self) -> "tuple[Filters, ...]":
        """The same filters one by one, for groups of events: different events of a group may pass different ones."""
        alone = [Filters(exact=(one,)) for one in self.exact]
        if self.tags:
            alone.append(Filters(tags=self.tags))
        if self.text is not None:
            alone.append(Filters(text=self.text))
        return tuple(alone)

    def matches(self, item: Mapping[str, Any]) -> bool:
        """Whether an event as it is answered passes, for live listeners. `text` is sought in what the item shows."""
        for column, allowed in self.exact:
            if _at_path(item, _PATHS[column]) not in allowed:
                return False
        if self.tags and not set(self.tags) & set(_at_path(item, ("context", "tags")) or ()):
            return False
        return self.text is None or _shows(item.get("body"), self.text.casefold())


def filters_of(parameters: Parameters) -> Filters:
    exact = []
    for name in _COLUMN_FILTERS:
        if name in _ALLOWED:
            code, allowed = _ALLOWED[name]
            values = parameters.choices(name, allowed, code=code)
        else:
            values = parameters.many(name)
        if values:
            exact.append((name, values))
    text = parameters.one("text", code="invalid_text")
    if text is not None and len(text) > MAX_TEXT:
        parameters.fault("text", "invalid_text", f"text must have at most {MAX_TEXT} characters.")
        text = None
    return Filters(exact=tuple(exact), tags=parameters.many("tag"), text=text)


# The body is compact JSON: ILIKE is the cheap sieve, and the pattern takes only hits inside values, because a quote
# that ends a key is followed by a colon. RE2 needs time linear in the text, whatever is searched for.
_TEXT_SQL: Final = (
    "(name ILIKE $text_like ESCAPE '!' OR error_message ILIKE $text_like ESCAPE '!'"
    " OR (body ILIKE $text_json_like ESCAPE '!' AND regexp_matches(body, $text_pattern, 's')))"
)
_REST_OF_VALUE: Final = r'(?:[^"\\]|\\.)*"(?:[,}\]]|$)'


def _text_values(text: str) -> dict[str, Value]:
    as_json = msgspec.json.encode(text).decode()[1:-1]
    return {
        "text_like": f"%{_like(text)}%",
        "text_json_like": f"%{_like(as_json)}%",
        "text_pattern": "(?i:" + _quote_pattern(as_json) + ")" + _REST_OF_VALUE,
    }


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _quote_pattern(text: str) -> str:
    """RE2 reads a backslash before ASCII punctuation as that character; all others stand for themselves."""
    return "".join("\\" + char if char in punctuation else char for char in text)


def _at_path(item: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = item
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _shows(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return text in value.casefold()
    if isinstance(value, Mapping):
        return any(_shows(part, text) for part in value.values())
    if isinstance(value, list):
        return any(_shows(part, text) for part in value)
    return False

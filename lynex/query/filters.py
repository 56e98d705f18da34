"""Which events: the filters every question understands. A repeated filter means any of its values, `not_…` none.

Values are bound, never written into the statement; columns come from the tables below.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from lynex.events.envelope import EVENT_TYPES
from lynex.query.parameters import Parameters
from lynex.query.ranges import Range
from lynex.query.text_filter import MAX_TEXT, TEXT_SQL, shows_text, text_values
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
    "prompt",
)
_COLUMNS: Final = {"service": "service_name", "prompt": "prompt_name"}  # where the column is not called like the filter
# Column → the code of its fault, and all it may be.
_ALLOWED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "type": ("unknown_type", EVENT_TYPES),
    "status": ("invalid_status", ("ok", "error")),
    "level": ("invalid_level", ("debug", "info", "warning", "error")),
}
# Figures of one event that may be bounded (`min_…`, `max_…`), and their columns; events without the figure do not pass.
BOUNDED: Final = {"latency_ms": "duration_ms", "cost_usd": "cost", "tokens": "total_tokens"}
_EXACT: Final = (*_COLUMN_FILTERS, "tag")
_BOUNDS: Final = tuple(f"{side}_{figure}" for figure in BOUNDED for side in ("min", "max"))
FILTER_PARAMETERS: Final = (*_EXACT, *(f"not_{name}" for name in _EXACT), *_BOUNDS, "text")

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
    "prompt": ("body", "prompt", "name"),
    "latency_ms": ("body", "duration_ms"),
    "cost_usd": ("body", "cost", "total"),
    "tokens": ("body", "usage", "total_tokens"),
}


class Condition(msgspec.Struct, frozen=True):
    """SQL for `WHERE` and the values it binds."""

    sql: str
    values: dict[str, Value]


class Bound(msgspec.Struct, frozen=True):
    """At least, or at most, so much of a figure."""

    figure: str
    is_lowest: bool
    value: float


Named = tuple[tuple[str, tuple[str, ...]], ...]  # names of filters with their values


class Filters(msgspec.Struct, frozen=True):
    exact: Named = ()
    tags: tuple[str, ...] = ()
    text: str | None = None
    excluded: Named = ()
    excluded_tags: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()

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
        passing = self.passing()
        return Condition(sql=" AND ".join([*parts, passing.sql]), values=values | passing.values)

    def passing(self) -> Condition:
        """What the filters ask of a row, whatever its project and time."""
        parts: list[str] = []
        values: dict[str, Value] = {}
        for name, allowed in self.exact:
            bound = {f"{name}_{number}": value for number, value in enumerate(allowed)}
            parts.append(f"{_column(name)} IN ({_listed(bound)})")
            values |= bound
        for name, refused in self.excluded:
            bound = {f"not_{name}_{number}": value for number, value in enumerate(refused)}
            parts.append(f"({_column(name)} IS NULL OR {_column(name)} NOT IN ({_listed(bound)}))")
            values |= bound
        for number, limit in enumerate(self.bounds):
            sign = ">=" if limit.is_lowest else "<="
            parts.append(f"{BOUNDED[limit.figure]} {sign} $limit_{number}")
            values[f"limit_{number}"] = limit.value
        if self.tags:
            parts.append("list_has_any(tags, $tags)")
            values["tags"] = list(self.tags)
        if self.excluded_tags:
            parts.append("NOT coalesce(list_has_any(tags, $not_tags), false)")
            values["not_tags"] = list(self.excluded_tags)
        if self.text is not None:
            parts.append(TEXT_SQL)
            values |= text_values(self.text)
        return Condition(sql=" AND ".join(parts or ["true"]), values=values)

    def each_alone(self) -> "tuple[Filters, ...]":
        """What events of a group must pass, one by one: different events of the group may pass different ones."""
        alone = [Filters(exact=(one,)) for one in self.exact]
        if self.bounds:
            alone.append(Filters(bounds=self.bounds))
        if self.tags:
            alone.append(Filters(tags=self.tags))
        if self.text is not None:
            alone.append(Filters(text=self.text))
        return tuple(alone)

    def each_excluded(self) -> "tuple[Filters, ...]":
        """What every event of a group must pass, one by one: what is excluded may be nowhere in it. Never NULL."""
        alone = [Filters(excluded=(one,)) for one in self.excluded]
        return (*alone, Filters(excluded_tags=self.excluded_tags)) if self.excluded_tags else tuple(alone)

    def matches(self, item: Mapping[str, Any]) -> bool:
        """Whether an event as it is answered passes, for live listeners. `text` is sought in what the item shows."""
        if any(_at_path(item, _PATHS[name]) not in allowed for name, allowed in self.exact):
            return False
        if any(_at_path(item, _PATHS[name]) in refused for name, refused in self.excluded):
            return False
        tags = set(_at_path(item, ("context", "tags")) or ())
        if (self.tags and not tags & set(self.tags)) or tags & set(self.excluded_tags):
            return False
        if not all(_is_within(_at_path(item, _PATHS[limit.figure]), limit) for limit in self.bounds):
            return False
        return self.text is None or shows_text(item.get("body"), self.text.casefold())


def filters_of(parameters: Parameters) -> Filters:
    text = parameters.one("text", code="invalid_text")
    if text is not None and len(text) > MAX_TEXT:
        parameters.fault("text", "invalid_text", f"text must have at most {MAX_TEXT} characters.")
        text = None
    return Filters(
        exact=_named(parameters, ""),
        tags=parameters.many("tag"),
        text=text,
        excluded=_named(parameters, "not_"),
        excluded_tags=parameters.many("not_tag"),
        bounds=bounds_of(parameters, BOUNDED),
    )


def bounds_of(parameters: Parameters, figures: Sequence[str] | Mapping[str, str]) -> tuple[Bound, ...]:
    """The `min_…` and `max_…` of these figures that were given."""
    asked = [
        (figure, side == "min", parameters.amount(f"{side}_{figure}")) for figure in figures for side in ("min", "max")
    ]
    return tuple(Bound(figure, is_lowest, value) for figure, is_lowest, value in asked if value is not None)


def _named(parameters: Parameters, prefix: str) -> Named:
    found = []
    for name in _COLUMN_FILTERS:
        if name in _ALLOWED:
            code, allowed = _ALLOWED[name]
            values = parameters.choices(prefix + name, allowed, code=code)
        else:
            values = parameters.many(prefix + name)
        if values:
            found.append((name, values))
    return tuple(found)


def _column(name: str) -> str:
    return f'"{_COLUMNS.get(name, name)}"'


def _listed(names: Mapping[str, Value]) -> str:
    return ", ".join(f"${name}" for name in names)


def _at_path(item: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = item
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _is_within(value: Any, limit: Bound) -> bool:
    if not isinstance(value, int | float):
        return False
    return value >= limit.value if limit.is_lowest else value <= limit.value

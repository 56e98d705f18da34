"""The query parameters of the routes, described for OpenAPI; reading and checking them is the questions' affair."""

from typing import Any, Final, get_args

from lynex.api.route import Param
from lynex.control.saved_items import Kind
from lynex.events.envelope import EVENT_TYPES
from lynex.query.breakdown import GROUPS as BREAKDOWN_GROUPS
from lynex.query.breakdown import SORTS
from lynex.query.buckets import INTERVALS
from lynex.query.costs import GROUPS as COST_GROUPS
from lynex.query.costs import SORTS as COST_SORTS
from lynex.query.cursors import LONGEST
from lynex.query.error_groups import STATES
from lynex.query.error_statements import SORTS as ERROR_SORTS
from lynex.query.event_export import CELLS, EXPORT_ID
from lynex.query.events import DEFAULT_LIMIT, FIELDS, MAX_LIMIT, MAX_OFFSET
from lynex.query.export_formats import FORMS
from lynex.query.figures import FIGURES
from lynex.query.filters import BOUNDED
from lynex.query.gathering import Gathering
from lynex.query.ranges import RANGES
from lynex.query.series import GROUPS as SERIES_GROUPS
from lynex.query.sessions import SESSIONS as SESSION_GATHERING
from lynex.query.trace_bars import MOST_BARS
from lynex.query.trace_detail import MOST_EVENTS
from lynex.query.traces import TRACES as TRACE_GATHERING


def _text(longest: int = 1024) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def _any_of(name: str, description: str) -> Param:
    return Param(name, f"{description} Repeat it for any of several.", _text(), repeated=True)


PROJECT: Final = Param(
    "project_id", "Project asked about. A key implies its own; everybody else must name one.", _text(80)
)
_EXACT: Final = (
    Param("type", "Type of event. Repeat it for any of several.", _one_of(*EVENT_TYPES), repeated=True),
    _any_of("model", "Model as requested."),
    _any_of("provider", "Provider, such as openai."),
    Param("status", "Outcome.", _one_of("ok", "error"), repeated=True),
    Param("level", "Level.", _one_of("debug", "info", "warning", "error"), repeated=True),
    _any_of("name", "Name of the event."),
    _any_of("user_id", "User."),
    _any_of("session_id", "Session."),
    _any_of("trace_id", "Trace."),
    _any_of("environment", "Environment."),
    _any_of("release", "Release."),
    _any_of("service", "Service that sent it."),
    _any_of("error_group", "Group of errors."),
    _any_of("prompt", "Name of the prompt."),
    _any_of("tag", "Tag."),
)
_AMOUNT: Final = {"type": "number", "minimum": 0}
_SIDES: Final = (("min", "Least"), ("max", "Most"))
FILTERS: Final = (
    *_EXACT,
    *(Param(f"not_{one.name}", f"None of these: {one.description}", one.schema, repeated=True) for one in _EXACT),
    *(Param(f"{side}_{name}", f"{word} {name}.", _AMOUNT) for name in BOUNDED for side, word in _SIDES),
    Param("text", "Words that occur in a value, without regard to case.", _text(256)),
)
_MOMENT: Final = "ISO 8601 (2026-11-20T12:00:00Z), relative (-7d, -15m) or now."
RANGE: Final = (
    Param("from", f"Start, included: {_MOMENT}", _text()),
    Param("to", f"End, excluded: {_MOMENT}", _text()),
    Param("range", "Named range instead of from and to.", _one_of(*RANGES)),
    Param("tz", "IANA time zone in which days begin; UTC by default.", _text(64)),
)
LIMIT: Final = Param(
    "limit", "Most items.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
)
CURSOR: Final = Param("cursor", "`next` of the page before.", _text())

EVENTS: Final = (
    PROJECT,
    *FILTERS,
    *RANGE,
    LIMIT,
    CURSOR,
    Param("offset", "Items to leave out.", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}),
    Param("fields", "Sections of the body to add to the items, separated by commas.", _one_of(*FIELDS), repeated=True),
)
EXPORT: Final = (
    PROJECT,
    *FILTERS,
    *RANGE,
    Param("format", "jsonl by default.", _one_of(*FORMS)),
    Param("cells", "raw: cells of a CSV that look like formulas stay as they are.", _one_of(*CELLS)),
    Param("export_id", "A name for it, to ask by how far it is.", {"type": "string", "pattern": EXPORT_ID}),
)
_ORDER: Final = Param("order", "Direction.", _one_of("asc", "desc"))
_OFFSET: Final = Param(
    "offset", "Items to leave out.", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}
)


def _groups(gathering: Gathering) -> tuple[Param, ...]:
    bounds = [Param(f"{side}_{name}", f"{word} {name}.", _AMOUNT) for name in gathering.bounds for side, word in _SIDES]
    filters = [one for one in FILTERS if one.name not in {bound.name for bound in bounds}]
    sort = Param("sort", "Figure to sort by.", _one_of(*gathering.sorts))
    return (PROJECT, *filters, *RANGE, *bounds, sort, _ORDER, LIMIT, _CURSOR, _OFFSET)


_CURSOR: Final = Param("cursor", "`next` of the page before.", _text(LONGEST))
TRACES: Final = (
    *_groups(TRACE_GATHERING),
    Param(
        "bars",
        "How many of its longest spans each trace shows as bars.",
        {"type": "integer", "minimum": 0, "maximum": MOST_BARS, "default": 0},
    ),
)
TRACE: Final = (
    PROJECT,
    Param("limit", "Most events.", {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS, "default": MOST_EVENTS}),
    _CURSOR,
)
_STATE: Final = Param(
    "state",
    "State of the group; all by default, ignored ones too. Repeat it for any of several. Open ones include "
    "regressed ones, seen again after they were resolved.",
    _one_of(*STATES),
    repeated=True,
)
_ERROR_SORT: Final = Param("sort", "What to sort by; last_seen by default.", _one_of(*ERROR_SORTS))
ERROR: Final = (PROJECT, *FILTERS, *RANGE)
ERRORS: Final = (*ERROR, _STATE, _ERROR_SORT, _ORDER, LIMIT, _CURSOR, _OFFSET)
SESSIONS: Final = _groups(SESSION_GATHERING)
TRANSCRIPT: Final = (PROJECT, LIMIT, _CURSOR)
LIVE: Final = (PROJECT, *FILTERS)
OVERVIEW: Final = (PROJECT, *FILTERS, *RANGE)
_INTERVAL: Final = Param("interval", "Length of a bucket.", _one_of("auto", *INTERVALS))
SERIES: Final = (
    *OVERVIEW,
    Param("metric", "Figure.", _one_of(*FIGURES)),
    _INTERVAL,
    Param("group_by", "One line for each of the ten largest, and one for the rest.", _one_of(*SERIES_GROUPS)),
)
BREAKDOWN: Final = (
    *OVERVIEW,
    LIMIT,
    Param("by", "What the groups are.", _one_of(*BREAKDOWN_GROUPS)),
    Param("sort", "Figure to sort by.", _one_of(*SORTS)),
    Param("order", "Direction.", _one_of("asc", "desc")),
)
HEATMAP: Final = (*OVERVIEW, _INTERVAL)
COSTS: Final = (
    *OVERVIEW,
    LIMIT,
    Param("by", "What the groups are.", _one_of(*COST_GROUPS)),
    Param("sort", "What to sort by; `each`: the cost of one request.", _one_of(*COST_SORTS)),
    _ORDER,
)
WHAT_IF: Final = (
    *OVERVIEW,
    Param("target", "Model to price on.", _text(256), required=True),
    Param("target_provider", "Its provider, where several sell it.", _text(256)),
)
PRICES: Final = (
    Param("search", "Words that occur in the names of provider and model.", _text(128)),
    Param("limit", "Most items.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 20}),
)
UNPRICED: Final = (PROJECT, *RANGE)
RELEASES: Final = (PROJECT, *RANGE)
DEAD_LETTERS: Final = (
    PROJECT,
    LIMIT,
    CURSOR,
    Param("replayed", "Only those that were, or were not, sent in again.", _one_of("true", "false")),
)
SAVED: Final = (PROJECT, Param("kind", "Only items of this kind.", _one_of(*get_args(Kind))))
TOKEN: Final = (Param("token", "From the link printed at the start.", _text(128), required=True),)

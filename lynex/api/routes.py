"""The contents page: every door of the server, who may use it, what it takes and gives."""

from typing import Any, Final

from lynex.api import (
    about,
    costs,
    dead_letters,
    error_groups,
    events,
    exports,
    keys,
    langfuse,
    live,
    operating,
    otlp,
    pages,
    parameters,
    projects,
    receipts,
    remap,
    saved,
    sessions,
    signin,
    stats,
    traces,
)
from lynex.api.about_shapes import About, SignInLink
from lynex.api.costs_shapes import CostOfEvent, Costs, PriceList, WhatIf
from lynex.api.error_shapes import DecisionMade, DecisionsMade, DecisionsWanted, DecisionWanted, ErrorPage, ErrorWhole
from lynex.api.export_shapes import ExportShown
from lynex.api.receipt_shapes import ReceiptsShown
from lynex.api.remap_shapes import RemapShown, RemapWanted
from lynex.api.route import OTLP, Route
from lynex.api.saved_shapes import SavedChange, SavedList, SavedShown, SavedWanted
from lynex.api.shapes import (
    Beacon,
    Breakdown,
    DeadLetterList,
    DeadLetterWhole,
    EventPage,
    EventWhole,
    Heatmap,
    KeyList,
    KeyMade,
    KeyShown,
    NewKeyWanted,
    NewProject,
    Overview,
    ProjectChange,
    ProjectList,
    ProjectShown,
    Queued,
    QueuedBatch,
    Readiness,
    Releases,
    RemovalWanted,
    Removed,
    Series,
    SignedOut,
    UnknownPrices,
)
from lynex.api.trace_shapes import LookedUp, LookupWanted, SessionPage, SessionShown, TracePage, TraceShown, TraceSteps
from lynex.auth.roles import PUBLIC

_V1: Final = "/api/v1"
_KEYS: Final = f"{_V1}/projects/{{project_id}}/keys"
_HTML: Final = "text/html"
_ONE: Final = (parameters.PROJECT,)


def _route(method: str, path: str, handler: Any, permission: str, summary: str, **more: Any) -> Route:
    return Route(method, path, handler, permission, summary, **more)


def _otlp(under: str, slash: str = "") -> tuple[Route, ...]:
    doors = (("traces", otlp.post_traces), ("logs", otlp.post_logs), ("metrics", otlp.post_metrics))
    return tuple(
        _route("POST", f"{under}/v1/{signal}{slash}", handler, "events.write", f"Send {signal} by OTLP",
               params=_ONE, takes=OTLP, gives=OTLP, refusal=otlp.refusal)
        for signal, handler in doors
    )  # fmt: skip


EVENTS: Final = (
    _route("POST", f"{_V1}/events", events.post_event, "events.write", "Send one event",
           params=_ONE, takes="Event", gives=Queued, status=202),
    _route("POST", f"{_V1}/events/batch", events.post_batch, "events.write", "Send up to 1,000 events, all or none",
           params=_ONE, takes="Events", gives=QueuedBatch, status=202),
    _route("POST", f"{_V1}/events/beacon", events.post_beacon, PUBLIC, "Send what a page has left when it is closed",
           takes=Beacon, gives=QueuedBatch, status=202, sends=True),
    _route("GET", f"{_V1}/events", events.list_events, "events.read", "List events, newest first",
           params=parameters.EVENTS, gives=EventPage),
    _route("GET", f"{_V1}/events/export", exports.export_events, "events.read", "Events as CSV, JSONL or Parquet",
           params=parameters.EXPORT, media="application/octet-stream"),
    _route("GET", f"{_V1}/exports/{{export_id}}", exports.get_export, "events.read", "How far an export is",
           params=_ONE, gives=ExportShown),
    _route("DELETE", f"{_V1}/exports/{{export_id}}", exports.cancel_export, "events.read", "Give an export up",
           params=_ONE, gives=ExportShown),
    _route("GET", f"{_V1}/events/{{event_id}}", events.get_event, "events.read", "One event with its whole body",
           params=_ONE, gives=EventWhole),
    _route("GET", f"{_V1}/events/{{event_id}}/cost", costs.of_event, "events.read",
           "Why one event costs what it does: which price, which tokens", params=_ONE, gives=CostOfEvent),
    _route("GET", f"{_V1}/live", live.follow, "events.read", "Follow events as they are stored (server-sent events)",
           params=parameters.LIVE, media="text/event-stream"),
)  # fmt: skip
TRACES: Final = (
    _route("GET", f"{_V1}/traces", traces.list_traces, "events.read", "List traces, newest first",
           params=parameters.TRACES, gives=TracePage),
    _route("GET", f"{_V1}/traces/{{trace_id:path}}/export", traces.export_trace, "events.read",
           "All of one trace as OTLP, for /v1/traces and /v1/logs", params=_ONE, gives=dict[str, Any]),
    _route("GET", f"{_V1}/traces/{{trace_id:path}}/steps", traces.get_steps, "events.read",
           "What the steps of one trace say, and which calls are alike", params=_ONE, gives=TraceSteps),
    _route("GET", f"{_V1}/traces/{{trace_id:path}}", traces.get_trace, "events.read", "The structure of one trace",
           params=parameters.TRACE, gives=TraceShown),
    _route("POST", f"{_V1}/events/lookup", traces.lookup_events, "events.read", "Up to 200 events with whole bodies",
           params=_ONE, takes=LookupWanted, gives=LookedUp),
    _route("GET", f"{_V1}/sessions", sessions.list_sessions, "events.read", "List sessions, last seen first",
           params=parameters.SESSIONS, gives=SessionPage),
    _route("GET", f"{_V1}/sessions/{{session_id:path}}", sessions.get_session, "events.read", "A session, turn by turn",
           params=parameters.TRANSCRIPT, gives=SessionShown),
)  # fmt: skip
OPENTELEMETRY: Final = _otlp("")
_OTLP_ELSEWHERE: Final = (*_otlp("", "/"), *_otlp("/api/public/otel"), *_otlp("/api/public/otel", "/"))
ERRORS: Final = (
    _route("GET", f"{_V1}/errors", error_groups.list_errors, "events.read", "Failures grouped by problem",
           params=parameters.ERRORS, gives=ErrorPage),
    _route("GET", f"{_V1}/errors/{{group}}", error_groups.get_error, "events.read", "One group with its latest error",
           params=parameters.ERROR, gives=ErrorWhole),
    _route("PATCH", f"{_V1}/errors/{{group}}", error_groups.decide, "errors.write", "Resolve, ignore or reopen it",
           params=_ONE, takes=DecisionWanted, gives=DecisionMade),
    _route("PATCH", f"{_V1}/errors", error_groups.decide_many, "errors.write", "Resolve, ignore or reopen many",
           params=_ONE, takes=DecisionsWanted, gives=DecisionsMade),
)  # fmt: skip
STATS: Final = (
    _route("GET", f"{_V1}/stats/overview", stats.overview, "events.read", "Rates, tokens, cost and latency of a range",
           params=parameters.OVERVIEW, gives=Overview),
    _route("GET", f"{_V1}/stats/timeseries", stats.timeseries, "events.read", "One figure over time",
           params=parameters.SERIES, gives=Series),
    _route("GET", f"{_V1}/stats/breakdown", stats.breakdown, "events.read", "Figures by model, user, tag …",
           params=parameters.BREAKDOWN, gives=Breakdown),
    _route("GET", f"{_V1}/stats/heatmap", stats.heatmap, "events.read", "Latencies over time",
           params=parameters.HEATMAP, gives=Heatmap),
    _route("GET", f"{_V1}/stats/releases", stats.releases, "events.read", "Releases that began in a range",
           params=parameters.RELEASES, gives=Releases),
)  # fmt: skip
COSTS: Final = (
    _route("GET", f"{_V1}/costs", costs.by_group, "events.read", "What was spent by model, user, tag …, and before",
           params=parameters.COSTS, gives=Costs),
    _route("GET", f"{_V1}/costs/what-if", costs.what_if, "events.read", "The same traffic priced on another model",
           params=parameters.WHAT_IF, gives=WhatIf),
    _route("GET", f"{_V1}/prices", costs.list_prices, "events.read", "Models with a price, by words of their names",
           params=parameters.PRICES, gives=PriceList),
    _route("GET", f"{_V1}/prices/unknown", stats.unpriced, "events.read", "Models in use without a known price",
           params=parameters.UNPRICED, gives=UnknownPrices),
)  # fmt: skip
SAVED: Final = (
    _route("GET", f"{_V1}/saved", saved.list_saved, "saved.read", "List saved views, dashboards and breakpoints",
           params=parameters.SAVED, gives=SavedList),
    _route("POST", f"{_V1}/saved", saved.create_saved, "saved.write", "Save one",
           params=_ONE, takes=SavedWanted, gives=SavedShown, status=201),
    _route("PUT", f"{_V1}/saved/{{saved_id}}", saved.change_saved, "saved.write", "Change its name and content",
           params=_ONE, takes=SavedChange, gives=SavedShown),
    _route("DELETE", f"{_V1}/saved/{{saved_id}}", saved.remove_saved, "saved.write", "Remove it",
           params=_ONE, gives=SavedShown),
)  # fmt: skip
SETTING_UP: Final = (
    _route("GET", f"{_V1}/projects", projects.list_projects, "projects.read", "List projects", gives=ProjectList),
    _route("POST", f"{_V1}/projects", projects.create_project, "projects.write", "Make a project",
           takes=NewProject, gives=ProjectShown, status=201),
    _route("PATCH", f"{_V1}/projects/{{project_id}}", projects.rename_project, "projects.write", "Rename a project",
           takes=ProjectChange, gives=ProjectShown),
    _route("POST", f"{_V1}/projects/{{project_id}}/remove", projects.remove_events, "events.remove",
           "Delete for good what one SDK has sent so far", takes=RemovalWanted, gives=Removed),
    _route("GET", _KEYS, keys.list_keys, "keys.read", "List the keys of a project", gives=KeyList),
    _route("POST", _KEYS, keys.create_key, "keys.write", "Make a key; its secret is shown only now",
           takes=NewKeyWanted, gives=KeyMade, status=201),
    _route("DELETE", f"{_KEYS}/{{key_id}}", keys.revoke_key, "keys.write", "Revoke a key", gives=KeyShown),
    _route("GET", f"{_V1}/receipts", receipts.show, "receipts.read",
           "What came, by hour and key, and what became of it", params=receipts.PARAMETERS, gives=ReceiptsShown),
    _route("GET", f"{_V1}/dead-letters", dead_letters.list_dead_letters, "dead_letters.read",
           "Events that could not be stored", params=parameters.DEAD_LETTERS, gives=DeadLetterList),
    _route("GET", f"{_V1}/dead-letters/{{seq}}", dead_letters.get_dead_letter, "dead_letters.read",
           "One of them as it was sent", params=_ONE, gives=DeadLetterWhole),
    _route("POST", f"{_V1}/dead-letters/{{seq}}/replay", dead_letters.replay, "dead_letters.replay",
           "Send it in again", params=_ONE, gives=Queued, status=202),
)  # fmt: skip
# Langfuse's own contract: its documentation describes it.
_LANGFUSE: Final = (
    _route("GET", "/api/public/health", langfuse.health, PUBLIC, "Whether the server answers"),
    _route("GET", "/api/public/projects", langfuse.list_projects, "events.write", "The project of a key"),
    _route("GET", "/api/public/v2/prompts/{name:path}", langfuse.get_prompt, "events.write", "A prompt by its name"),
    _route("POST", "/api/public/scores", langfuse.post_scores, "events.write", "One score, or a list of them"),
    _route("POST", "/api/public/ingestion", langfuse.post_batch, "events.write", "A batch of version 2 SDKs"),
)
OPERATING: Final = (
    _route("GET", "/health", operating.health, PUBLIC, "One word: ok", media="text/plain"),
    _route("GET", "/ready", operating.ready, PUBLIC, "200 once everything accepted is visible", gives=Readiness),
    _route("GET", "/metrics", operating.metrics, "metrics.read", "Figures for Prometheus; free on this machine",
           media="text/plain", free_on_loopback=True),
    _route("GET", f"{_V1}/about", about.about, "appliance.read", "Version, health, and what is kept where",
           gives=About),
    _route("POST", f"{_V1}/remap", remap.start, "remap.write", "Map history again, day by day",
           takes=RemapWanted, gives=RemapShown, status=202),
    _route("GET", f"{_V1}/remap", remap.latest, "remap.read", "How far that is, or what the last run changed",
           gives=RemapShown),
    _route("DELETE", f"{_V1}/remap", remap.stop, "remap.write", "Stop it; days that are done stay done",
           gives=RemapShown),
    _route("GET", "/api/openapi.json", pages.openapi, PUBLIC, "This document", gives=dict[str, Any]),
)  # fmt: skip
BROWSER: Final = (
    _route("GET", "/signin", signin.sign_in, PUBLIC, "Open a session with a link that works once",
           params=parameters.TOKEN, status=303, media=_HTML),
    _route("POST", f"{_V1}/signin-links", signin.new_link, "sessions.create", "Make such a link",
           gives=SignInLink, status=201),
    _route("POST", f"{_V1}/signout", signin.sign_out, "sessions.write", "End this browser's session", gives=SignedOut),
    *(_route("GET", path, pages.index, PUBLIC, "The dashboard", media=_HTML) for path in pages.PATHS),
    _route("GET", "/docs", pages.docs, PUBLIC, "The API, explained", media=_HTML),
    _route("GET", "/favicon.ico", pages.favicon, PUBLIC, "The icon", status=308, media=_HTML),
    _route("GET", "/guide/{path:path}", pages.guide, PUBLIC, "The user guide", media=_HTML),
    _route("GET", "/static/{path:path}", pages.static_file, PUBLIC, "Files of the page", media="*/*"),
)  # fmt: skip
ROUTES: Final[tuple[Route, ...]] = (
    *EVENTS, *OPENTELEMETRY, *_OTLP_ELSEWHERE, *_LANGFUSE, *TRACES, *ERRORS, *STATS, *COSTS, *SAVED, *SETTING_UP,
    *OPERATING, *BROWSER,
)  # fmt: skip
DESCRIBED: Final = (
    ("Events", EVENTS),
    ("OpenTelemetry", OPENTELEMETRY),
    ("Traces", TRACES),
    ("Errors", ERRORS),
    ("Figures", STATS),
    ("Costs", COSTS),
    ("Saved", SAVED),
    ("Setting up", SETTING_UP),
    ("Operating", OPERATING),
    ("Browser", BROWSER[:3]),
)
FOR_EXPORTERS: Final = (*OPENTELEMETRY, *_OTLP_ELSEWHERE, OPERATING[0])  # all that the ports of OpenTelemetry serve

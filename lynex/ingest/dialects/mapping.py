"""All conventions at once: a record of OpenTelemetry → the draft of an event. Nothing here knows prices or columns."""

from functools import lru_cache
from typing import Final

from lynex.ingest.dialects.adk import ADK
from lynex.ingest.dialects.ai_sdk import AI_SDK
from lynex.ingest.dialects.claude_code import CLAUDE_CODE
from lynex.ingest.dialects.codex import CODEX
from lynex.ingest.dialects.dialect import Dialect, Vocabulary
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import choose
from lynex.ingest.dialects.gemini_cli import GEMINI_CLI
from lynex.ingest.dialects.genai import GENAI
from lynex.ingest.dialects.genkit import GENKIT
from lynex.ingest.dialects.langfuse import LANGFUSE
from lynex.ingest.dialects.litellm import LITELLM
from lynex.ingest.dialects.log_records import GENAI_EVENTS, PLAIN_LOGS
from lynex.ingest.dialects.logfire import LOGFIRE
from lynex.ingest.dialects.mcp import MCP
from lynex.ingest.dialects.metric_points import TOKEN_METRICS
from lynex.ingest.dialects.openinference import OPENINFERENCE
from lynex.ingest.dialects.openllmetry import OPENLLMETRY
from lynex.ingest.dialects.otel import OTEL, finish, read_resource
from lynex.ingest.otlp_records import DataPoint, LogRecord, Record, Span

MAPPING_VERSION: Final = 1  # of what dialects, counting and pricing make of what was sent; `remap` goes by it

# In the order of semconv.md section 3: of two conventions that say the same, the earlier one is heard.
DIALECTS: Final[tuple[Dialect, ...]] = (
    GENAI,
    OTEL,
    OPENINFERENCE,
    OPENLLMETRY,
    AI_SDK,
    LANGFUSE,
    LOGFIRE,
    LITELLM,
    ADK,
    MCP,
    GENKIT,
    CLAUDE_CODE,
    CODEX,
    GEMINI_CLI,
    GENAI_EVENTS,
    TOKEN_METRICS,
    PLAIN_LOGS,  # reads whatever is left
)
_VOCABULARY: Final = Vocabulary(DIALECTS)
_BY_BIT: Final = tuple((1 << index, dialect) for index, dialect in enumerate(DIALECTS))
_OTEL_BIT: Final = 1 << DIALECTS.index(OTEL)


def draft_of_span(span: Span) -> Draft:
    draft = Draft(name=span.name)
    heard = _VOCABULARY.hear(span.attributes, draft) | _VOCABULARY.bits_of_scope(span.scope.name)
    meaning = choose(span, draft)
    draft.type = meaning.type
    draft.kind = draft.kind if draft.kind is not None else meaning.kind
    draft.scope = meaning.scope
    _finish(span, draft, heard)
    read_resource(span.resource, draft)
    return draft


def draft_of_log(record: LogRecord) -> Draft:
    """A log record is a `log` unless a dialect knows better; the first that does has it for itself."""
    draft = Draft(type="log", name=record.event_name or None)
    _VOCABULARY.hear(record.attributes, draft)
    for dialect in DIALECTS:
        if dialect.read_log is not None and dialect.read_log(record, draft):
            draft.dialect = dialect.name
            break
    read_resource(record.resource, draft)
    return draft


def draft_of_point(point: DataPoint) -> Draft:
    """A data point is kept for charts; its tokens and cost never add to those of spans and logs."""
    draft = Draft(type="custom", name=point.metric, kind="metric", scope="metric")
    _VOCABULARY.hear(point.attributes, draft)
    for dialect in DIALECTS:
        if dialect.read_point is not None and dialect.read_point(point, draft):
            draft.dialect = dialect.name
            break
    read_resource(point.resource, draft)
    draft.scope = "metric"
    return draft


def plain_draft(record: Record, fault: str) -> Draft:
    """The record as OpenTelemetry alone would tell it, for when a dialect stumbles."""
    draft = Draft(flags=["mapping_error"], more={"mapping_error": fault})
    if isinstance(record, Span):
        draft.name = record.name
        finish(record, draft)
    elif isinstance(record, LogRecord):
        draft.type, draft.name = "log", record.event_name or None
    else:
        draft.type, draft.name, draft.kind, draft.scope = "custom", record.metric, "metric", "metric"
    read_resource(record.resource, draft)
    return draft


def _finish(span: Span, draft: Draft, heard: int) -> None:
    """The dialect of the last table that was spoken is the most particular one, and gives the event its name."""
    for dialect in _dialects_of(heard):
        if dialect.finish is not None:
            dialect.finish(span, draft)
        if dialect is not OTEL:
            draft.dialect = dialect.name


@lru_cache(maxsize=1024)
def _dialects_of(heard: int) -> tuple[Dialect, ...]:
    return tuple(dialect for bit, dialect in _BY_BIT if (heard | _OTEL_BIT) & bit)

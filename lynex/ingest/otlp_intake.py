"""OTLP requests at the door: surveyed, written to the journal as sent, and answered with what was not kept and why."""

import asyncio
from dataclasses import dataclass
from typing import Final

from lynex.errors import BadRequest
from lynex.events.limits import Limits
from lynex.ingest.intake import Intake
from lynex.ingest.otlp import IN_JSON, LOGS, METRICS, TRACES, Survey, record_as_sent, survey
from lynex.ingest.otlp_guess import encoding_hint, meant_for, other_signal
from lynex.ingest.parcel import Sender
from lynex.metrics import Metrics

_INLINE: Final = 16 << 10  # bytes; so much of nothing but empty records takes 13 ms, so more goes to a thread
PATHS: Final = {TRACES: "/v1/traces", LOGS: "/v1/logs", METRICS: "/v1/metrics"}
_NOUNS: Final = {TRACES: "spans", LOGS: "log records", METRICS: "metrics"}
REFUSED_RECORD: Final = "otlp_record"
_SHOWN_REASONS: Final = 3
_SHOWN_PLACES: Final = 5
_OTHER_METRICS: Final = (
    "{count} data points of other metrics were not kept: Lynex keeps metrics of models and agents, such as gen_ai.*."
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Records kept and rejected. `message` is empty when there is nothing to say."""

    kept: int
    rejected: int
    message: str


class OtlpIntake:
    """Raises `BadRequest`, `TooLarge`, `RateLimited` and the journal's `Unavailable`; then nothing is kept."""

    def __init__(self, intake: Intake, metrics: Metrics) -> None:
        self._intake = intake
        self._metrics = metrics

    async def accept(
        self, signal: str, project_id: str, key_id: str | None, data: bytes, *, in_json: bool, backfill: bool = False
    ) -> Receipt:
        limits = self._intake.limits(backfill)
        kind = signal + IN_JSON if in_json else signal
        if len(data) <= _INLINE:
            found, message = _examine(signal, kind, data, limits)
        else:
            found, message = await asyncio.to_thread(_examine, signal, kind, data, limits)
        refused = [refusal.index for refusal in found.refused]
        if found.count:
            self._intake.check_rate(project_id, found.count)
            sender = Sender(kind, project_id, key_id, limits.now, {}, refused)
            await self._intake.keep(sender, data, found.count)
        self._metrics.ignored_points.inc(found.ignored)
        self._metrics.refused.labels(REFUSED_RECORD).inc(len(refused))
        return Receipt(found.count, len(refused), message)


def _examine(signal: str, kind: str, data: bytes, limits: Limits) -> tuple[Survey, str]:
    """What can be kept, and what there is to say about the rest. Raises when nothing at all can be kept."""
    in_json = kind != signal
    try:
        found = survey(kind, data, limits)
    except BadRequest as fault:
        raise BadRequest(fault.detail, code=fault.code, hint=encoding_hint(data, in_json=in_json)) from fault
    if found.count and not found.refused:
        return found, _message(found, signal, "")
    advice = _advice(found, signal, data, in_json)
    if not (found.count or found.ignored) and (found.refused or advice):
        raise BadRequest(f"Nothing of this can be kept{_because(found)}.", code="nothing_to_keep", hint=advice)
    return found, _message(found, signal, advice)


def _advice(found: Survey, signal: str, data: bytes, in_json: bool) -> str:
    """Telemetry of another kind is the likely cause of records that make no sense here."""
    other = None
    if in_json and not (found.count or found.refused or found.ignored):
        other = other_signal(data, signal)
    elif found.refused and not in_json:
        other = meant_for(record_as_sent(signal, data, found.refused[0].index))
    return f"This looks like {_NOUNS[other]}, which are sent to {PATHS[other]}." if other not in (None, signal) else ""


def _message(found: Survey, signal: str, advice: str) -> str:
    parts = []
    if found.refused:
        parts.append(f"{len(found.refused)} of the {_NOUNS[signal]} were not kept{_because(found)}. {advice}".rstrip())
    if found.ignored:
        parts.append(_OTHER_METRICS.format(count=found.ignored))
    return " ".join(parts)


def _because(found: Survey) -> str:
    """Each reason once, with the places it concerns."""
    places: dict[str, list[int]] = {}
    for refusal in found.refused:
        places.setdefault(refusal.reason, []).append(refusal.index)
    shown = [f"{reason} (at {_listed(indexes)})" for reason, indexes in list(places.items())[:_SHOWN_REASONS]]
    more = len(places) - len(shown)
    text = "; ".join([*shown, f"{more} more reasons"] if more > 0 else shown)
    return f": {text}" if text else ""


def _listed(indexes: list[int]) -> str:
    text = ", ".join(map(str, indexes[:_SHOWN_PLACES]))
    return f"{text} and {len(indexes) - _SHOWN_PLACES} more" if len(indexes) > _SHOWN_PLACES else text

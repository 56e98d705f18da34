"""What Lynex says of itself, for Prometheus. Its own registry; each room counts through the one value passed to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_FSYNC_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One gauge at one moment."""

    name: str
    help_text: str
    value: float
    labels: dict[str, str] | None = None


class Metrics:
    """Counters are incremented where things happen; gauges that are read on demand get a function at start."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody reads
        registry = CollectorRegistry()
        self.registry = registry
        self.accepted = Counter("lynex_events_accepted", "Events answered 202, duplicates included.", registry=registry)
        self.stored = Counter("lynex_events_stored", "Events stored since start.", registry=registry)
        self.refused = Counter(
            "lynex_events_refused", "Events or requests refused, by problem code.", ["code"], registry=registry
        )
        self.ignored_points = Counter(
            "lynex_otlp_ignored_points", "Data points of metrics that do not concern models.", registry=registry
        )
        self.duplicates = Counter(
            "lynex_events_duplicate", "Events dropped as duplicates since start.", registry=registry
        )
        self.dead_letters = Counter("lynex_events_dead_lettered", "Events set aside since start.", registry=registry)
        self.unpriced = Counter(
            "lynex_events_unpriced", "Model calls stored without a cost: no price is known.", registry=registry
        )
        self.second_process_starts = Counter(
            "lynex_second_process_starts", "Times a second process was started to understand events.", registry=registry
        )
        self.second_process_failures = Counter(
            "lynex_second_process_failures", "Times it failed; nothing is lost by that.", registry=registry
        )
        self.journal_syncs = Histogram(
            "lynex_journal_fsync_seconds", "How long one flush took.", buckets=_FSYNC_BUCKETS, registry=registry
        )
        self.storage_errors = Counter("lynex_storage_errors", "Failed writes or flushes.", ["part"], registry=registry)
        self.torn_tails = Counter("lynex_journal_torn_tail", "Torn tails cut at start.", registry=registry)
        self.damaged_events = Counter(
            "lynex_journal_damaged_events", "Acknowledged events lost to damage of the journal.", registry=registry
        )
        self.disconnects = Counter("lynex_client_disconnects", "Requests whose client left early.", registry=registry)
        self.loop_stalls = Counter("lynex_event_loop_stalls", "Times the event loop was blocked.", registry=registry)
        self.live_dropped = Counter(
            "lynex_live_dropped", "Live messages not delivered to slow readers.", registry=registry
        )
        self.requests = Counter("lynex_http_requests", "HTTP requests by status class.", ["status"], registry=registry)

    def report(self, read: Callable[[], Iterable[Figure]]) -> None:
        """Export gauges that are read together at each scrape."""
        self.registry.register(_Reported(read))

    def exposition(self) -> bytes:
        return generate_latest(self.registry)


class _Reported(Collector):
    """Groups the figures of one moment by name."""

    def __init__(self, read: Callable[[], Iterable[Figure]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        return ()  # nothing is read when it is registered

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self._read():
            labels = figure.labels or {}
            family = families.get(figure.name)
            if family is None:
                family = families[figure.name] = GaugeMetricFamily(figure.name, figure.help_text, labels=list(labels))
            family.add_metric(list(labels.values()), figure.value)
        return families.values()

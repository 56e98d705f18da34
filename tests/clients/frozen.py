"""The captured requests, as the journal would hold them, and the rows they become."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from lynex.ingest.otlp import open_records, survey
from lynex.ingest.otlp_events import read_record
from lynex.ingest.parcel import Sender
from lynex.ingest.recent_calls import RecentCalls
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent
from tests.clients.freezing import FIXTURES

RECEIVED_AT = 1_795_255_200_000_000  # soon after they were sent


@dataclass(frozen=True, slots=True)
class Frozen:
    """One captured request; `kind` is what a Sender says, such as otlp.traces or otlp.logs.json."""

    name: str
    path: str
    kind: str
    headers: dict[str, str]
    body: bytes


@cache
def requests_of(client: str) -> tuple[Frozen, ...]:
    """In the order they were sent."""
    folder = FIXTURES / client
    told = json.loads((folder / "requests.json").read_text())
    return tuple(
        Frozen(one["file"], one["path"], _kind(one["file"]), one["headers"], (folder / one["file"]).read_bytes())
        for one in told
    )


def batches_of(client: str, prices: PriceBook) -> list[list[StoredEvent]]:
    """Every OTLP record of a client as understood by itself: a list for each request, in the order they were sent."""
    batches: list[list[StoredEvent]] = []
    for request in requests_of(client):
        if not request.kind:
            continue
        looked = survey(request.kind, request.body)
        assert not looked.refused, (client, request.name, looked.refused)
        sender = Sender(request.kind, "proj_default", None, RECEIVED_AT, {})
        batches.append(
            [
                read_record(record, seq=seq, sender=sender, processed_at=RECEIVED_AT, prices=prices, buffer=bytearray())
                for seq, record in enumerate(open_records(request.kind, request.body, ()), start=1)
            ]
        )
        assert len(batches[-1]) == looked.count, (client, request.name)
    return batches


def settled(batches: Iterable[list[StoredEvent]]) -> list[StoredEvent]:
    """The rows as they would be stored, where the batches come in this order."""
    recent = RecentCalls()
    rows: list[StoredEvent] = []
    for batch in batches:
        recent.settle(batch)
        rows += batch
    return rows


def rows_of(client: str, prices: PriceBook) -> list[StoredEvent]:
    return settled(batches_of(client, prices))


def _kind(file: str) -> str:
    """Empty for what is not OTLP, such as Langfuse's scores."""
    signals = {"trace": "otlp.traces", "logs": "otlp.logs", "metrics": "otlp.metrics"}
    kind = next((kind for word, kind in signals.items() if word in file), "")
    return f"{kind}.json" if kind and file.endswith(".json") else kind

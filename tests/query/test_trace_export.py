"""A trace that is exported and sent in again is the same trace."""

import json
from typing import Any

import msgspec
import pytest

from lynex.errors import NotFound
from lynex.ingest.otlp import open_records, survey
from lynex.ingest.otlp_events import read_record
from lynex.ingest.parcel import Sender
from lynex.pricing.book import PriceBook
from lynex.query.cursors import Cursors
from lynex.query.traces import Traces
from lynex.store.columns import COLUMNS
from lynex.store.contract import Batch
from lynex.store.stored_event import StoredEvent
from tests.clients.frozen import RECEIVED_AT, rows_of, settled
from tests.query.conftest import Shelf

CLIENTS = ("otel-sdk", "genai-openai", "ai-sdk-7", "pydantic-ai", "langchain-openinference", "claude-code", "langfuse")


@pytest.fixture(scope="module")
def prices() -> PriceBook:
    return PriceBook()


def exported(shelf: Shelf, trace_id: str, project_id: str = "proj_default") -> bytes:
    return b"".join(Traces(shelf.store, Cursors(b"secret")).exported(project_id, trace_id))


def sent_again(document: bytes, prices: PriceBook) -> list[StoredEvent]:
    """What both doors of OTLP make of the document."""
    rows = []
    for kind in ("otlp.traces.json", "otlp.logs.json"):
        assert not survey(kind, document).refused
        sender = Sender(kind, "proj_default", None, RECEIVED_AT, {})
        for record in open_records(kind, document, ()):
            rows.append(
                read_record(record, seq=0, sender=sender, processed_at=RECEIVED_AT, prices=prices, buffer=bytearray())
            )
    return rows


def facts(row: StoredEvent) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in COLUMNS if name != "seq"}
    return found | {"body": json.loads(row.body)}


@pytest.mark.parametrize("client", CLIENTS)
def test_what_came_by_opentelemetry_is_given_back_as_it_came(
    shelf: Shelf, prices: PriceBook, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lynex.query.trace_export._CHUNK_EVENTS", 3)
    rows = {row.event_id: row for row in rows_of(client, prices)}
    stored = [msgspec.structs.replace(row, seq=seq) for seq, row in enumerate(rows.values(), start=1)]
    shelf.store.append(Batch(first_seq=1, last_seq=len(stored), rows=stored))
    for trace_id in {row.trace_id for row in stored if row.trace_id is not None}:
        document = exported(shelf, trace_id)
        again = settled([sent_again(document, prices)])
        before = {row.event_id: facts(row) for row in stored if row.trace_id == trace_id}
        assert {row.event_id: facts(row) for row in again} == before


def test_a_foreign_trace_is_not_exported(shelf: Shelf) -> None:
    shelf.put({"trace_id": "theirs", "project_id": "proj_b"})
    for trace_id in ("theirs", "nobody's"):
        with pytest.raises(NotFound):
            exported(shelf, trace_id, "proj_a")
    assert json.loads(exported(shelf, "theirs", "proj_b"))["resourceLogs"] == []

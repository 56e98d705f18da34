"""A real hot store to ask, and rows to put into it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lynex.config import StorageConfig
from lynex.query.cursors import Cursors
from lynex.query.events import EventQuestion, Events
from lynex.query.stats import Stats
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.stored_event import StoredEvent
from tests.conftest import HandClock

PROJECT = "proj_a"
NOW = HandClock().now()  # 2025-11-20T12:00:00Z
Params = list[tuple[str, str]]


def params(**named: Any) -> Params:
    """`from_="-7d"` for `from`; a list repeats the parameter."""
    pairs = []
    for name, value in named.items():
        for one in value if isinstance(value, list) else [value]:
            pairs.append((name.rstrip("_"), str(one)))
    return pairs


class Shelf:
    """Stores rows in the order given and asks questions about them at `NOW`."""

    def __init__(self, store: HotStore) -> None:
        self.store = store
        self.events = Events(store, Cursors(b"secret"))
        self.stats = Stats(store)
        self._seq = 0

    def put(self, *rows: dict[str, Any]) -> None:
        first = self._seq + 1
        stored = [self._row(row) for row in rows]
        self.store.append(Batch(first_seq=first, last_seq=self._seq, rows=stored))

    def _row(self, row: dict[str, Any]) -> StoredEvent:
        self._seq += 1
        known = {
            "seq": self._seq,
            "project_id": PROJECT,
            "event_id": f"e{self._seq}",
            "type": "log",
            "at": NOW - 1_000_000,
            "received_at": NOW,
            "processed_at": NOW,
        }
        return StoredEvent(**(known | row))

    def page(self, project_id: str = PROJECT, now: int = NOW, **named: Any) -> dict[str, Any]:
        return self.events.page(EventQuestion.from_params(params(**named), project_id, now))

    def ids(self, **named: Any) -> list[str]:
        return [item["eventId"] for item in self.page(**named)["items"]]


def a_call(**facts: Any) -> dict[str, Any]:
    """A row of a model call that counts."""
    return {"type": "model_response", "usage_scope": "call", "model": "gpt-4o", "provider": "openai"} | facts


@pytest.fixture
def shelf(tmp_path: Path, clock: HandClock) -> Iterator[Shelf]:
    store = HotStore.open(tmp_path, StorageConfig(), clock)
    store.prepare()
    yield Shelf(store)
    store.close()


@pytest.fixture
def refused() -> Callable[..., dict[str, str]]:
    """The faults of a question that must be refused: field → code."""
    from lynex.errors import InvalidInput

    def ask(question: Any, **named: Any) -> dict[str, str]:
        with pytest.raises(InvalidInput) as caught:
            question.from_params(params(**named), PROJECT, NOW)
        assert all(fault.message for fault in caught.value.faults)
        return {fault.field: fault.code for fault in caught.value.faults}

    return ask

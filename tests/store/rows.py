"""Builders of stored rows and batches: varied text, unique ids, times that go on by a millisecond."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from lynex.clock import SystemClock
from lynex.config import StorageConfig
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.stored_event import StoredEvent
from tests.samples import words

START = 1_763_640_000_000_000  # 2025-11-20 12:00 UTC
SMALL = StorageConfig(memory_limit="256MB", readers=2)


def a_row(seq: int, **fields: Any) -> StoredEvent:
    source = random.Random(seq)
    made: dict[str, Any] = {
        "seq": seq,
        "project_id": "proj_a",
        "event_id": f"{seq:032x}:{source.getrandbits(64):016x}",
        "type": "model_response",
        "at": START + seq * 1000,
        "received_at": START + seq * 1000,
        "processed_at": START + seq * 1000 + 50,
        "model": source.choice(["gpt-4o", "gpt-4o-mini"]),
        "tags": ["rag"],
        "input_tokens": source.randrange(4000),
        "cost": Decimal(source.randrange(10**9)).scaleb(-12),
        "sdk_name": "python",
        "attrs": json.dumps({"tenant": f"t{seq % 7}", "attempt": seq % 3}),
        "context": "{}",
        "body": json.dumps({"output": {"messages": [{"role": "assistant", "parts": [words(20, source)]}]}}),
    }
    return StoredEvent(**(made | fields))


def a_batch(first_seq: int, count: int, **fields: Any) -> Batch:
    return Batch(
        first_seq, first_seq + count - 1, [a_row(seq, **fields) for seq in range(first_seq, first_seq + count)]
    )


def open_store(data_dir: Path, config: StorageConfig = SMALL, *, clock: Any = None) -> HotStore:
    store = HotStore.open(data_dir, config, clock or SystemClock())
    store.prepare()
    return store


def stored_seqs(store: HotStore) -> list[int]:
    return store.select("SELECT seq FROM events ORDER BY seq", {}).column("seq").to_pylist()


def is_lawful(store: HotStore) -> bool:
    """The law of the totals, and that the rows are what the totals say."""
    totals = store.totals()
    sums = totals.stored + totals.deduplicated + totals.dead_lettered + totals.damaged
    return totals.position == sums and len(stored_seqs(store)) == totals.rows

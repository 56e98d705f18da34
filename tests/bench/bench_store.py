"""The store beside its floor, a bare DuckDB insert of the same Arrow in the same run; sealing, rebuild, start.

`python -m tests.bench.bench_store [rows]` (default 200,000; the start is measured at that many rows).
"""

import random
import shutil
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import msgspec

from lynex.clock import SystemClock
from lynex.config import StorageConfig
from lynex.store.columns import to_arrow
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.hot_file import FROM_TEXT, HotFile
from lynex.store.stored_event import StoredEvent
from tests.samples import words

BATCH = 5_000
CONFIG = StorageConfig()
START = 1_763_640_000_000_000


def make_rows(first: int, count: int) -> list[StoredEvent]:
    """Model calls with a body of about 1.7 kB; every text differs."""
    source = random.Random(first)
    return [
        StoredEvent(
            seq=seq,
            project_id="proj_default",
            event_id=f"{source.getrandbits(128):032x}:{source.getrandbits(64):016x}",
            type="model_response",
            at=START + seq * 2_000,
            received_at=START + seq * 2_000,
            processed_at=START + seq * 2_000,
            queue_latency_ms=12.5,
            provider="openai",
            model=source.choice(["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"]),
            trace_id=f"{source.getrandbits(128):032x}",
            session_id=f"s-{source.randrange(500)}",
            user_id=f"u-{source.randrange(200)}",
            environment="prod",
            release="2.8.1",
            tags=["rag"],
            duration_ms=source.uniform(80, 4000),
            input_tokens=source.randrange(4000),
            output_tokens=source.randrange(800),
            usage_scope="call",
            cost=Decimal(source.randrange(10**9)).scaleb(-12),
            cost_source="computed",
            input_preview=words(35, source),
            output_preview=words(35, source),
            context="{}",
            attrs=f'{{"tenant":"t{source.randrange(20)}","attempt":{source.randrange(3)}}}',
            body=f'{{"input":"{words(120, source)}","output":"{words(80, source)}"}}',
        )
        for seq in range(first, first + count)
    ]


class Watch:
    """Wall and processor seconds (all threads) of what runs inside it; the latter hold on a busy machine too."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> "Watch":
        self._started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._started[0]
        self.cpu += time.process_time() - self._started[1]

    def show(self, name: str, rows: int) -> None:
        print(f"{name:34} {rows / self.wall:>10,.0f} rows/s {self.cpu / rows * 1e6:>8.1f} µs of processor a row")

    def show_once(self, name: str) -> None:
        print(f"{name:34} {self.wall * 1000:>10.1f} ms     {self.cpu * 1000:>8.1f} ms of processor")


def insert_bare(directory: Path, batches: list[list[StoredEvent]], watch: Watch) -> None:
    """The ready Arrow tables into the same table, one transaction each, no checkpoint."""
    file = HotFile.open(directory / "floor.duckdb", CONFIG)
    tables = [to_arrow(rows) for rows in batches]
    with watch:
        for table in tables:
            file.connection.register("batch", table)
            with file.transaction() as connection:
                connection.execute(f"INSERT INTO events SELECT {FROM_TEXT} FROM batch")
            file.connection.unregister("batch")
    file.close()
    (directory / "floor.duckdb").unlink()


def main(total: int) -> None:
    directory = Path(tempfile.mkdtemp(prefix="lynex-bench-"))
    try:
        store = HotStore.open(directory, CONFIG, SystemClock())
        store.prepare()
        writing(store, directory, total)
        asking(store)
        with Watch() as sealing:
            store.seal(store.totals().position)
        sealing.show("seal", total)
        store.close()
        sizes(store, directory, total)
        starting(directory, total)
    finally:
        shutil.rmtree(directory)


def writing(store: HotStore, directory: Path, total: int) -> None:
    append, both, bare, conversion = Watch(), Watch(), Watch(), Watch()
    for first in range(1, total + 1, BATCH * 8):
        batches = [make_rows(start, BATCH) for start in range(first, min(first + BATCH * 8, total + 1), BATCH)]
        insert_bare(directory, batches, bare)
        for rows in batches:
            with conversion:
                to_arrow(rows)
            with both:
                with append:
                    store.append(Batch(rows[0].seq, rows[-1].seq, rows))
                store.checkpoint()
    append.show("append", total)
    both.show("append and checkpoints", total)
    bare.show("floor: bare insert of ready Arrow", total)
    conversion.show("  rows to Arrow alone", total)
    again = [msgspec.structs.replace(row, seq=total + 1 + number) for number, row in enumerate(batches[-1])]
    with Watch() as duplicates:
        store.append(Batch(total + 1, total + len(again), again))
    duplicates.show("append of duplicates", len(again))


def asking(store: HotStore) -> None:
    question, values = "SELECT count(*) AS n FROM events WHERE model = $model", {"model": "gpt-4o"}
    with store.snapshot() as connection:
        for times in (1, 100):
            with Watch() as bare:
                for _ in range(times):
                    connection.sql(question, params=values).to_arrow_table()
    for times in (1, 100):
        with Watch() as asked:
            for _ in range(times):
                store.select(question, values)
    asked.show_once("100 questions")
    bare.show_once("floor: 100 bare statements")


def sizes(store: HotStore, directory: Path, total: int) -> None:
    sealed = sum(file.size for seal in store.cold.manifest.seals for file in seal.files)
    hot = (directory / "hot" / "lynex.duckdb").stat().st_size
    print(f"hot {hot / total:.0f} bytes a row, Parquet {sealed / total:.0f}")


def starting(directory: Path, total: int) -> None:
    start(directory, f"start, clean, {total:,} rows")
    (directory / "hot" / "closed.json").unlink()
    start(directory, "start with a probe")
    shutil.rmtree(directory / "hot")
    store = HotStore.open(directory, CONFIG, SystemClock())
    with Watch() as rebuild:
        store.prepare()
    rebuild.show("rebuild from Parquet", total)
    store.close()


def start(directory: Path, name: str) -> None:
    with Watch() as first_answer:
        store = HotStore.open(directory, CONFIG, SystemClock())
        store.select("SELECT count(*) AS n FROM events", {})
    with Watch() as prepare:
        store.prepare()
    first_answer.show_once(f"{name}: first answer")
    prepare.show_once("  then ready to store")
    store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)

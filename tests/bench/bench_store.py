"""The store beside its floor, a bare DuckDB insert of the same Arrow in the same run; sealing, rebuild, start.

`python -m tests.bench.bench_store [rows]` (default 200,000; the start is measured at that many rows).
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from lynex.clock import SystemClock
from lynex.config import StorageConfig
from lynex.store.columns import StoredEvent, to_arrow
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.hot_file import FROM_TEXT, HotFile
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


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def floor(directory: Path, batches: list[list[StoredEvent]]) -> float:
    """Seconds to insert the ready Arrow tables, one transaction each, same table, no checkpoint."""
    file = HotFile.open(directory / "floor.duckdb", CONFIG)
    tables = [to_arrow(rows) for rows in batches]

    def insert() -> None:
        for table in tables:
            file.connection.register("batch", table)
            with file.transaction() as connection:
                connection.execute(f"INSERT INTO events SELECT {FROM_TEXT} FROM batch")

    seconds = timed(insert)
    file.close()
    return seconds


def main(total: int) -> None:
    directory = Path(tempfile.mkdtemp(prefix="lynex-bench-"))
    try:
        measure(directory, total)
    finally:
        shutil.rmtree(directory)


def measure(directory: Path, total: int) -> None:
    store = HotStore.open(directory, CONFIG, SystemClock())
    store.prepare()
    appending = conversion = checkpoints = bare = 0.0
    for first in range(1, total + 1, BATCH * 8):
        batches = [make_rows(start, BATCH) for start in range(first, min(first + BATCH * 8, total + 1), BATCH)]
        (directory / "floor.duckdb").unlink(missing_ok=True)
        bare += floor(directory, batches)
        for rows in batches:
            conversion += timed(lambda rows=rows: to_arrow(rows))
            appending += timed(lambda rows=rows: store.append(Batch(rows[0].seq, rows[-1].seq, rows)))
            checkpoints += timed(store.checkpoint)
    print(
        f"append            {total / appending:>10,.0f} rows/s, with checkpoints {total / (appending + checkpoints):,.0f}"
    )
    print(f"bare insert       {total / bare:>10,.0f} rows/s (Arrow ready)   ratio {bare / appending:.2f}")
    print(f"rows to Arrow     {conversion / total * 1e6:>10.2f} µs a row")
    duplicates = batches[-1]
    first = total + 1
    again = [msg_with_seq(row, first + n) for n, row in enumerate(duplicates)]
    seconds = timed(lambda: store.append(Batch(first, first + len(again) - 1, again)))
    print(f"all duplicates    {len(again) / seconds:>10,.0f} rows/s (known from memory)")
    question = "SELECT count(*) AS n FROM events WHERE model = $model"
    store.select(question, {"model": "gpt-4o"})
    asked = timed(lambda: [store.select(question, {"model": "gpt-4o"}) for _ in range(50)]) / 50
    connection = store._file.cursor()
    direct = (
        timed(lambda: [connection.sql(question, params={"model": "gpt-4o"}).to_arrow_table() for _ in range(50)]) / 50
    )
    print(f"select            {asked * 1000:>10.2f} ms, bare {direct * 1000:.2f} ms")
    connection.close()
    print(f"seal              {total / timed(lambda: store.seal(store.totals().position)):>10,.0f} rows/s")
    store.close()
    print(f"hot file          {(directory / 'hot' / 'lynex.duckdb').stat().st_size / total:>10,.0f} bytes a row")
    sealed = sum(file.size for seal in store.cold.manifest.seals for file in seal.files)
    print(f"Parquet           {sealed / total:>10,.0f} bytes a row")
    print(f"start, clean      {start(directory) * 1000:>10.0f} ms to the first answer at {total:,} rows")
    (directory / "hot" / "closed.json").unlink()
    print(f"start, with probe {start(directory) * 1000:>10.0f} ms")
    shutil.rmtree(directory / "hot")
    rebuilt = HotStore.open(directory, CONFIG, SystemClock())
    print(f"rebuild           {total / timed(rebuilt.prepare):>10,.0f} rows/s from Parquet, filters included")
    rebuilt.close()


def start(directory: Path) -> float:
    opened: list[HotStore] = []

    def first_answer() -> None:
        opened.append(HotStore.open(directory, CONFIG, SystemClock()))
        opened[0].select("SELECT count(*) AS n FROM events", {})

    seconds = timed(first_answer)
    prepared = timed(opened[0].prepare)
    print(f"  prepare         {prepared * 1000:>10.0f} ms")
    opened[0].close()
    return seconds


def msg_with_seq(row: StoredEvent, seq: int) -> StoredEvent:
    return StoredEvent(**({name: getattr(row, name) for name in StoredEvent.__struct_fields__} | {"seq": seq}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)

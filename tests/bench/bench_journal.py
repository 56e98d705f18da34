"""Appends a second, next to the floor: a bare loop of write and fdatasync of the same sizes on the same disk, now.

Run: python -m tests.bench.bench_journal [DIRECTORY]
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from lynex.clock import SystemClock
from lynex.config import JournalConfig
from lynex.ingest.disk import RealDisk
from lynex.ingest.journal import Journal
from lynex.ingest.recovery import recover
from lynex.metrics import Metrics

SECONDS = 2.0


def floor(directory: Path, size: int) -> float:
    """Flushes a second of a bare loop."""
    handle = os.open(directory / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    data, flushes, begun = os.urandom(size), 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        os.write(handle, data)
        os.fdatasync(handle)
        flushes += 1
    os.close(handle)
    return flushes / (time.perf_counter() - begun)


async def appends(directory: Path, size: int, clients: int) -> tuple[float, list[float], int]:
    """Appends a second, their waits, and how many flushes it took."""
    metrics = Metrics()
    journal = Journal.open(RealDisk(), directory, JournalConfig(), 0, SystemClock(), metrics)
    payload, waits, begun = os.urandom(size), [], time.perf_counter()

    async def client() -> None:
        while (now := time.perf_counter()) - begun < SECONDS:
            await journal.append(payload, 1)
            waits.append(time.perf_counter() - now)

    await asyncio.gather(*(client() for _ in range(clients)))
    took = time.perf_counter() - begun
    await journal.close()
    flushes = int(metrics.registry.get_sample_value("lynex_journal_fsync_seconds_count") or 0)
    return len(waits) / took, sorted(waits), flushes


def recovery(directory: Path) -> tuple[float, float]:
    """Megabytes and frames a second of a walk over all that is there."""
    begun = time.perf_counter()
    found = recover(RealDisk(), directory, 0)
    took = time.perf_counter() - begun
    return sum(segment.file_bytes for segment in found.segments) / took / 1e6, found.head / took


def main() -> None:
    base = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=base) as name:
        directory = Path(name)
        print(
            f"{'payload':>9} {'clients':>7} {'floor/s':>9} {'appends/s':>10} {'per flush':>9} {'p50 ms':>7} {'p99 ms':>7}"
        )
        for size, clients in ((1700, 1), (1700, 64), (1700, 512), (170_000, 16)):
            bare = floor(directory, size)
            rate, waits, flushes = asyncio.run(appends(directory / f"journal{size}-{clients}", size, clients))
            p50, p99 = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99))
            per_flush = len(waits) / max(1, flushes)
            print(f"{size:9} {clients:7} {bare:9.0f} {rate:10.0f} {per_flush:9.1f} {p50:7.2f} {p99:7.2f}")
        for path in sorted(directory.glob("journal*")):
            megabytes, frames = recovery(path)
            print(f"recovery of {path.name}: {megabytes:.0f} MB/s, {frames:.0f} frames/s")


if __name__ == "__main__":
    main()

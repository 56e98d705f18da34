"""Journals for tests: the plain writer over any disk, driven step by step, and what can be read back from it."""

from dataclasses import dataclass
from pathlib import Path

from lynex.clock import Clock
from lynex.ingest.disk import Disk
from lynex.ingest.frames import Frame
from lynex.ingest.journal_reader import read_after
from lynex.ingest.journal_writer import JournalWriter
from lynex.ingest.recovery import Recovered, recover
from lynex.ingest.segments import Damage, Shelf
from lynex.metrics import Metrics

METRICS = Metrics()


@dataclass
class Opened:
    recovered: Recovered
    shelf: Shelf
    writer: JournalWriter

    def flush(self, *payloads: bytes, count: int = 1) -> list[Frame]:
        return self.writer.flush([(payload, count) for payload in payloads])

    def frames(self, after: int = 0) -> list[Frame]:
        return everything(self.shelf, after)

    @property
    def damage(self) -> list[Damage]:
        return self.shelf.damage


def open_journal(
    disk: Disk, directory: Path, clock: Clock, *, segment_bytes: int = 1 << 20, next_after: int = 0, sync: bool = True
) -> Opened:
    """What `Journal.open` does, without its thread."""
    recovered = recover(disk, directory, next_after)
    shelf = Shelf(disk, directory, recovered.segments, recovered.head)
    writer = JournalWriter(shelf, clock, METRICS, segment_bytes=segment_bytes, min_free_bytes=0, sync=sync)
    writer.tend()
    return Opened(recovered, shelf, writer)


def everything(shelf: Shelf, after: int = 0, max_bytes: int = 1000) -> list[Frame]:
    """All frames, in many small reads."""
    frames: list[Frame] = []
    while found := read_after(shelf, frames[-1].last_seq if frames else after, max_bytes, lambda damage: None):
        frames += found
    return frames


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.journal"))

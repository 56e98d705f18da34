"""The door: understand a request, write it to the journal, and only then say yes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from lynex.clock import DAY, Clock
from lynex.config import Config
from lynex.control.key_usage import KeyUsage
from lynex.control.receipts import Receipts
from lynex.errors import RateLimited
from lynex.events.decoding import Decoded, decode_batch, decode_ndjson, decode_single
from lynex.events.envelope import Event
from lynex.events.limits import Limits
from lynex.failpoints import reach
from lynex.ingest.backlog import Backlog
from lynex.ingest.journal import Journal
from lynex.ingest.parcel import NATIVE, Sender, join_events, pack
from lynex.metrics import Metrics
from lynex.store.contract import EventStore

_AT_ONCE: Final = 512 << 10  # bytes that are understood in a few milliseconds
Decode = Callable[[bytes, Limits, str | None], Decoded]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was promised: these events are on disk (`durable`), `duplicates` of them were known already."""

    event_ids: list[str]
    duplicates: int
    durable: bool
    warnings: list[str]


class Intake:
    """Raises `InvalidInput`, `Forbidden`, `RateLimited` and the journal's `Unavailable`; then nothing is kept."""

    def __init__(
        self,
        journal: Journal,
        backlog: Backlog,
        store: EventStore,
        key_usage: KeyUsage,
        receipts: Receipts,
        config: Config,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._journal = journal
        self._backlog = backlog
        self._store = store
        self._key_usage = key_usage
        self._receipts = receipts
        self._config = config
        self._clock = clock
        self._metrics = metrics
        self._durable = config.ingest.durability == "sync"
        rate = config.ingest.rate_limit
        self._rate = RateLimitItemPerSecond(rate) if rate else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def accept_single(
        self, project_id: str, key_id: str | None, data: bytes, *, backfill: bool = False
    ) -> Accepted:
        return await self._accept(decode_single, project_id, key_id, data, backfill)

    async def accept_batch(
        self, project_id: str, key_id: str | None, data: bytes, *, backfill: bool = False
    ) -> Accepted:
        return await self._accept(decode_batch, project_id, key_id, data, backfill)

    async def accept_ndjson(
        self, project_id: str, key_id: str | None, data: bytes, *, backfill: bool = False
    ) -> Accepted:
        return await self._accept(decode_ndjson, project_id, key_id, data, backfill)

    def limits(self, backfill: bool) -> Limits:
        """What a request that arrives now may hold."""
        reach("intake.decode")
        ingest, now, days = self._config.ingest, self._clock.now(), self._config.retention.days
        return Limits(
            max_event_bytes=ingest.max_event_bytes,
            max_batch_events=ingest.max_batch_events,
            max_depth=ingest.max_depth,
            max_keys=ingest.max_keys,
            now=now,
            oldest=now - days * DAY if days and not backfill else None,
        )

    async def _accept(
        self, decode: Decode, project_id: str, key_id: str | None, data: bytes, backfill: bool
    ) -> Accepted:
        limits = self.limits(backfill)
        if len(data) <= _AT_ONCE:
            decoded = decode(data, limits, project_id)
        else:  # the event loop goes on meanwhile
            decoded = await asyncio.to_thread(decode, data, limits, project_id)
        ids = [event.event_id for event in decoded.events]
        self.check_rate(project_id, len(ids))
        sender = Sender(NATIVE, project_id, key_id, limits.now, decoded.made_ids)
        content = decoded.array if decoded.array is not None else join_events(decoded.raws)
        known = await self.keep(sender, content, len(ids), ids, decoded.events)
        if decoded.duplicates:
            self._receipts.note_accepted(project_id, key_id, limits.now, 0, decoded.duplicates)
        return Accepted(ids, decoded.duplicates + known, self._durable, decoded.warnings)

    async def keep(
        self,
        sender: Sender,
        content: bytes,
        count: int,
        event_ids: Sequence[str] = (),
        events: Sequence[Event] = (),
    ) -> int:
        """Write a request of `count` events down, for good; how many of `event_ids` were known before.

        `events`: what the content says, where it was decoded, so that this need not be done again.

        `content` is what was sent, decompressed, and must be such that it can be understood: nothing is looked at here.
        """
        project_id = sender.project_id
        known = self._store.probably_stored(project_id, event_ids) | self._backlog.pending(project_id, event_ids)
        first_seq = await self._journal.append(pack(sender, content), count)
        if event_ids:
            self._backlog.note(project_id, event_ids, first_seq + count - 1)
        if events:
            self._backlog.keep_decoded(sender, events, first_seq + count - 1, len(content))
        reach("intake.before_reply")
        self._metrics.accepted.inc(count)
        if sender.key_id is not None:
            self._key_usage.note(sender.key_id, count, sender.received_at)
        self._receipts.note_accepted(project_id, sender.key_id, sender.received_at, count, len(known))
        return len(known)

    def check_rate(self, project_id: str, count: int) -> None:
        """Raises `RateLimited` when `count` more events are too many now for this project."""
        if self._rate is None:
            return
        if count > self._rate.amount:
            raise RateLimited(
                f"{count} events in one request can never pass the limit of {self._rate.amount} events a second.",
                hint=f"Send batches of at most {self._rate.amount} events.",
                retry_after=1,
            )
        if not self._limiter.hit(self._rate, project_id, cost=count):
            raise RateLimited(
                f"This project may send {self._rate.amount} events a second.",
                hint="Wait for Retry-After and send the same events again.",
                retry_after=1,
            )

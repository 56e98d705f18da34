"""Receipts: what a project sent and what became of it, hour by hour and by key.

The door counts what it took and refused, the store counts the rows that are there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from lynex.clock import DAY, HOUR, rfc3339
from lynex.control.dead_letters import DeadLetters
from lynex.control.keys import Key, Keys
from lynex.control.receipts import ACCEPTED, DUPLICATES, KEPT, NOBODY, Count, Receipts
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, range_of
from lynex.query.rows import Select
from lynex.store.contract import Cancel, EventStore, Value

RECEIPT_PARAMETERS: Final = frozenset(("project_id", "key_id", *RANGE_PARAMETERS))
WITHOUT_KEY: Final = "none"  # as a value of `key_id`: what came without a key
STORED: Final = "stored"
SET_ASIDE: Final = "set_aside"
REFUSED: Final = "refused"
LINES: Final = (ACCEPTED, DUPLICATES, STORED, SET_ASIDE, REFUSED)

_STORED: Final = f"""
SELECT epoch_us(received_at) - epoch_us(received_at) % {HOUR} AS hour, coalesce(key_id, '') AS key_id,
  count(*) AS events, epoch_us(max(received_at)) AS last
FROM events
WHERE project_id = $project AND received_at >= make_timestamp($start) AND received_at < make_timestamp($end)
GROUP BY ALL
"""


class ReceiptQuestion(msgspec.Struct, frozen=True):
    """Whole hours, the last 24 by default and at most 30 days back. `key_id` empty: without a key; None: all."""

    project_id: str
    start: int
    end: int
    key_id: str | None

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "ReceiptQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, RECEIPT_PARAMETERS)
        span, _ = range_of(parameters, now, default=DAY)
        key_id = parameters.one("key_id")
        parameters.check()
        until = now if span.until is None else min(span.until, now)
        start = max(span.start if span.start is not None else 0, until - KEPT, now - KEPT)
        first = start - start % HOUR
        end = max(first + HOUR, until + -until % HOUR)
        return cls(project_id, first, end, NOBODY if key_id == WITHOUT_KEY else key_id)

    @property
    def hours(self) -> range:
        return range(self.start, self.end, HOUR)


@dataclass(slots=True)
class _OfKey:
    """What one key sent."""

    sums: Counter[str] = field(default_factory=Counter)
    last: int | None = None


class ReceiptBook:
    def __init__(self, store: EventStore, receipts: Receipts, keys: Keys, dead_letters: DeadLetters) -> None:
        self._store = store
        self._receipts = receipts
        self._keys = keys
        self._dead_letters = dead_letters

    def of(self, question: ReceiptQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """The answer of `GET /api/v1/receipts`, without what concerns nobody's project."""
        counts = self._receipts.of_project(question.project_id, question.start, question.end)
        stored = self._stored(question, cancel)
        aside = self._dead_letters.by_hour(question.project_id, question.start, question.end)
        lines = _Lines(question)
        for count in counts:
            lines.take(count)
        for row in stored:
            lines.take_stored(row)
        if question.key_id is None:
            for hour, amount in aside.items():
                lines.add(SET_ASIDE, hour, amount)
        return {
            "from": rfc3339(question.start),
            "to": rfc3339(question.end),
            "hours": [rfc3339(hour) for hour in question.hours],
            "lines": {name: lines.values(name) for name in LINES},
            "totals": {name: sum(lines.values(name)) for name in LINES},
            "keys": list(self._keys_of(question, lines)),
            "refused": lines.refused(),
        }

    def refused_without_project(self, question: ReceiptQuestion) -> list[dict[str, Any]]:
        """Requests of nobody: their key is missing, wrong or revoked."""
        lines = _Lines(question)
        for count in self._receipts.of_project(NOBODY, question.start, question.end):
            lines.take(count)
        return lines.refused()

    def _stored(self, question: ReceiptQuestion, cancel: Cancel | None) -> list[dict[str, Any]]:
        values: dict[str, Value] = {"project": question.project_id, "start": question.start, "end": question.end}
        return Select(self._store, cancel)(_STORED, values)

    def _keys_of(self, question: ReceiptQuestion, lines: "_Lines") -> Iterator[dict[str, Any]]:
        """Keys that live or sent something, most events first; then what came without one."""
        known: dict[str, Key | None] = {key.id: key for key in self._keys.list(question.project_id)}
        for key_id in lines.of_key:
            known.setdefault(key_id, None)
        rows = [
            _key_row(key_id, key, lines.of_key.get(key_id, _OfKey()))
            for key_id, key in known.items()
            if key_id in lines.of_key or (key is not None and key.revoked_at is None)
        ]
        yield from sorted(rows, key=lambda row: (row["key_id"] is None, -row[ACCEPTED], row["name"] or ""))


class _Lines:
    """The figures by hour, by key and by reason; hours are those of one key where one is asked for."""

    def __init__(self, question: ReceiptQuestion) -> None:
        self._question = question
        self._by_hour: dict[str, Counter[int]] = defaultdict(Counter)
        self._by_reason: Counter[tuple[str, str]] = Counter()
        self._last_hour: dict[tuple[str, str], int] = {}
        self.of_key: defaultdict[str, _OfKey] = defaultdict(_OfKey)

    def take(self, count: Count) -> None:
        name = count.outcome if count.refused is None else REFUSED
        self.of_key[count.key_id].sums[name] += count.amount
        if not self._is_asked(count.key_id):
            return
        self.add(name, count.hour, count.amount)
        if count.refused is not None:
            reason = (count.refused, count.key_id)
            self._by_reason[reason] += count.amount
            self._last_hour[reason] = max(count.hour, self._last_hour.get(reason, 0))

    def take_stored(self, row: dict[str, Any]) -> None:
        mine = self.of_key[row["key_id"]]
        mine.sums[STORED] += row["events"]
        mine.last = max(row["last"], mine.last or 0)
        if self._is_asked(row["key_id"]):
            self.add(STORED, row["hour"], row["events"])

    def add(self, name: str, hour: int, amount: int) -> None:
        self._by_hour[name][hour] += amount

    def values(self, name: str) -> Sequence[int]:
        by_hour = self._by_hour[name]
        return [by_hour[hour] for hour in self._question.hours]

    def refused(self) -> list[dict[str, Any]]:
        """Most first."""
        return [
            {
                "code": code,
                "key_id": key_id or None,
                "amount": amount,
                "last_hour": rfc3339(self._last_hour[code, key_id]),
            }
            for (code, key_id), amount in self._by_reason.most_common()
        ]

    def _is_asked(self, key_id: str) -> bool:
        return self._question.key_id is None or self._question.key_id == key_id


def _key_row(key_id: str, key: Key | None, told: _OfKey) -> dict[str, Any]:
    return {
        "key_id": key_id or None,
        "name": key.name if key is not None else None,
        "prefix": key.prefix if key is not None else None,
        "revoked": key is not None and key.revoked_at is not None,
        ACCEPTED: told.sums[ACCEPTED],
        DUPLICATES: told.sums[DUPLICATES],
        STORED: told.sums[STORED],
        REFUSED: told.sums[REFUSED],
        "last_stored_at": rfc3339(told.last) if told.last is not None else None,
    }

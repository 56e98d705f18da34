"""The batches of Langfuse's version 2 SDKs, which tell an observation in pieces: its creation, then what changes.

What is stored never changes, so an observation is stored when it is whole. Its pieces are on disk before that, as
remarks: those of an observation that nobody ends are told as far as they go. What is remembered is bounded.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from lynex.clock import MINUTE, Clock, rfc3339
from lynex.errors import InvalidInput
from lynex.ingest.dialects.values import text
from lynex.ingest.intake import Intake
from lynex.ingest.langfuse_events import (
    ANSWERED_BY,
    Envelope,
    Facts,
    Malformed,
    digest,
    late_facts,
    observation_event,
    remark,
    score_event,
    trace_event,
)

_MOST_REMEMBERED: Final = 20_000
_MOST_BYTES: Final = 32 << 20
_GIVEN_UP_AFTER: Final = 10 * MINUTE
_MOST_AT_ONCE: Final = 500  # events in one request to our own door
_MOST_PIECES: Final = 500  # remembered of one story
_TRACE: Final = "trace"
_OBSERVATION: Final = "observation"
_SUBJECTS: Final = frozenset((_TRACE, _OBSERVATION, "span", "generation", "event"))
_COUNTS: Final = frozenset(("usage", "usageDetails"))
_RESULTS: Final = frozenset(("output", *_COUNTS))
_encode: Final = msgspec.json.encode

Key = tuple[str, str, str]  # project, trace or observation, its id


@dataclass(slots=True)
class Story:
    """What was heard so far of one trace or observation."""

    kind: str
    facts: Facts = field(default_factory=dict)
    heard: frozenset[str] = frozenset()  # ids of the pieces, so that a batch sent twice is heard once
    told: dict[str, str] | None = None  # digests of the facts that are stored; None: it is not whole yet
    touched: int = 0
    size: int = 0


@dataclass(slots=True)
class _News:
    """What one batch adds to a story."""

    said_at: Any
    facts: Facts = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    is_created: bool = False
    has_result: bool = False  # in its creation

    @property
    def mark(self) -> str:
        """The same for the same pieces."""
        return digest(self.pieces, size=4)


@dataclass(frozen=True, slots=True)
class _Telling:
    """An event to be stored, the story it is from, the pieces that made it."""

    envelope: Envelope
    key: Key | None = None
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one piece of a batch: 201, or 400 and why."""

    piece: str
    status: int
    message: str = ""


class _Memory:
    """The stories heard lately, the least recently touched first; `open` are those that are not whole."""

    def __init__(self) -> None:
        self.stories: OrderedDict[Key, Story] = OrderedDict()
        self.open: OrderedDict[Key, None] = OrderedDict()
        self._bytes = 0

    def keep(self, stories: dict[Key, Story]) -> None:
        for key, story in stories.items():
            self._forget(key)
            self.stories[key] = story
            self._bytes += story.size
            if story.told is None:
                self.open[key] = None
        while len(self.stories) > _MOST_REMEMBERED or self._bytes > _MOST_BYTES:
            self._forget(next(iter(self.stories)))

    def _forget(self, key: Key) -> None:
        story = self.stories.pop(key, None)
        if story is not None:
            self._bytes -= story.size
            self.open.pop(key, None)


class LangfuseBatches:
    """Raises what the intake raises; then nothing is remembered and the same batch may be sent again."""

    def __init__(self, intake: Intake, clock: Clock) -> None:
        self._intake = intake
        self._clock = clock
        self._memory = _Memory()
        self._one_at_a_time = asyncio.Lock()  # an update must not overtake the creation before it

    async def accept(
        self, project_id: str, key_id: str | None, batch: list[Any], sdk: Facts, *, backfill: bool = False
    ) -> list[Outcome]:
        async with self._one_at_a_time:
            reading = await asyncio.to_thread(self._read, project_id, batch)
            await self._send(reading, project_id, key_id, sdk, backfill=backfill)
            self._memory.keep(reading.stories)
            return reading.outcomes

    def _read(self, project_id: str, batch: list[Any]) -> "_Reading":
        reading = _Reading(project_id, self._memory, self._clock.now())
        for piece in batch:
            reading.hear(piece)
        reading.tell()
        return reading

    async def _send(
        self, reading: "_Reading", project_id: str, key_id: str | None, sdk: Facts, *, backfill: bool
    ) -> None:
        """Events that are refused become errors of their pieces; the others of their request are sent again."""
        waiting = reading.tellings
        while waiting:
            part, waiting = waiting[:_MOST_AT_ONCE], waiting[_MOST_AT_ONCE:]
            data = _encode({"events": [{**telling.envelope, "sdk": sdk} for telling in part]})
            try:
                await self._intake.accept_batch(project_id, key_id, data, backfill=backfill)
            except InvalidInput as refusal:
                faults = {fault.index: fault.message for fault in refusal.faults if fault.index is not None}
                if not faults:
                    raise
                for index, message in faults.items():
                    reading.refuse(part[index], message)
                waiting = [one for index, one in enumerate(part) if index not in faults] + waiting


class _Reading:
    """One batch. What is remembered is looked at here, and only changed once the events are on disk."""

    def __init__(self, project_id: str, memory: _Memory, now: int) -> None:
        self.stories: dict[Key, Story] = {}
        self.tellings: list[_Telling] = []
        self.outcomes: list[Outcome] = []
        self._project_id = project_id
        self._memory = memory
        self._now = now
        self._news: dict[Key, _News] = {}

    def hear(self, piece: Any) -> None:
        name = (text(piece.get("id")) if type(piece) is dict else None) or ""
        try:
            self._hear(piece, name)
        except Malformed as fault:
            self.outcomes.append(Outcome(name, 400, str(fault)))
        else:
            self.outcomes.append(Outcome(name, 201))

    def refuse(self, telling: _Telling, message: str) -> None:
        """The story goes on as if these pieces had not come; what came of none is not tried again."""
        if telling.key is not None and telling.pieces:
            self.stories.pop(telling.key, None)
        self.outcomes = [
            Outcome(one.piece, 400, message) if one.piece in telling.pieces else one for one in self.outcomes
        ]

    def tell(self) -> None:
        """Traces first: observations take over whose session and user they are."""
        self._give_up_waiting()
        for key, news in sorted(self._news.items(), key=lambda item: item[0][1] != _TRACE):
            story = self.stories[key]
            told = self._tell_trace(story, news) if key[1] == _TRACE else self._tell_observation(story, news)
            self.tellings += [_Telling(envelope, key, tuple(news.pieces)) for envelope in told]
            story.size = len(_encode(story.facts))

    def _hear(self, piece: Any, name: str) -> None:
        body = piece.get("body") if type(piece) is dict else None
        if not name or type(body) is not dict:
            raise Malformed("A piece of a batch is an object with an id, a type and a body.")
        type_ = text(piece.get("type")) or ""
        subject, _, verb = type_.rpartition("-")
        if type_ == "sdk-log":
            return
        if type_ == "score-create":
            self.tellings.append(_Telling(score_event({"timestamp": piece.get("timestamp")} | body), None, (name,)))
            return
        if verb not in ("create", "update") or subject not in _SUBJECTS:
            raise Malformed(f"{type_[:64]} is no type of a piece.")
        subject_id = text(body.get("id"))
        if subject_id is None:
            raise Malformed("The body has no id.")
        kind = subject if subject != "observation" else (text(body.get("type")) or "span").lower()
        key = (self._project_id, _TRACE if subject == _TRACE else _OBSERVATION, subject_id)
        self._add(key, kind, body | {"id": subject_id}, name, piece.get("timestamp"), is_created=verb == "create")

    def _add(self, key: Key, kind: str, body: Facts, piece: str, said_at: Any, *, is_created: bool) -> None:
        story = self._story(key, kind)
        if piece in story.heard:
            return
        news = self._news.setdefault(key, _News(said_at))
        for facts in (story.facts, news.facts):
            _merge(facts, body)
        story.heard = (story.heard if len(story.heard) < _MOST_PIECES else frozenset()) | {piece}
        story.touched = self._now
        news.pieces.append(piece)
        if is_created:
            news.is_created = True
            news.has_result = not body.keys().isdisjoint(_RESULTS)

    def _story(self, key: Key, kind: str) -> Story:
        """A copy that may be changed."""
        story = self.stories.get(key)
        if story is None:
            known = self._memory.stories.get(key)
            story = replace(known, facts=dict(known.facts)) if known is not None else Story(kind)
            self.stories[key] = story
        return story

    def _tell_trace(self, story: Story, news: _News) -> list[Envelope]:
        whole = trace_event(story.facts, news.said_at)
        if story.told is None:
            _finish(story)
            return [whole]
        return self._tell_late(whole, story.told, story, news)

    def _tell_observation(self, story: Story, news: _News) -> list[Envelope]:
        whole = observation_event(story.kind, story.facts, self._trace_of(story), news.said_at)
        if story.told is not None:
            return self._tell_late(whole, story.told, story, news)
        if not _is_whole(story, news):
            return [remark(whole, news.facts, "started" if news.is_created else "updated", news.said_at, news.mark)]
        _finish(story)
        return [whole]

    def _tell_late(self, whole: Envelope, told: dict[str, str], story: Story, news: _News) -> list[Envelope]:
        digests = _digests(news.facts)
        late = {name: value for name, value in news.facts.items() if told.get(name) != digests[name]}
        if not late:
            return []
        story.told = told | digests
        counts = whole["type"] == "model_response" and told.keys().isdisjoint(_COUNTS)
        return late_facts(whole, late, news.said_at, news.mark, counts=counts)

    def _trace_of(self, story: Story) -> Facts:
        key = (self._project_id, _TRACE, str(story.facts.get("traceId", "")))
        known = self.stories.get(key, self._memory.stories.get(key))
        return known.facts if known is not None else {}

    def _give_up_waiting(self) -> None:
        """Observations that nobody ended are told as they are, oldest first."""
        for key in self._memory.open:
            known = self._memory.stories[key]
            if known.touched > self._now - _GIVEN_UP_AFTER or len(self.tellings) >= _MOST_AT_ONCE:
                break
            if key[0] == self._project_id and key not in self.stories:
                story = self._story(key, known.kind)
                at = rfc3339(known.touched)
                self.tellings.append(
                    _Telling(observation_event(story.kind, story.facts, self._trace_of(story), at), key)
                )
                _finish(story)


def _merge(facts: Facts, said: Facts) -> None:
    """Later facts win, metadata adds up, and a second model is the one that answered."""
    for name, value in said.items():
        if value is None:
            continue
        before = facts.get(name)
        if name == "metadata" and type(before) is type(value) is dict:
            facts[name] = before | value
        elif name == "model" and before is not None:
            facts[ANSWERED_BY] = value
        else:
            facts[name] = value


def _is_whole(story: Story, news: _News) -> bool:
    """It has ended, or was created with its results: then nothing more need come."""
    return story.kind == "event" or "endTime" in story.facts or news.has_result


def _finish(story: Story) -> None:
    """The contents are stored now; only what later pieces may need is remembered."""
    story.told = _digests(story.facts)
    story.facts = {name: value for name, value in story.facts.items() if name not in ("input", "output", "metadata")}


def _digests(facts: Facts) -> dict[str, str]:
    return {name: digest(value, size=8) for name, value in facts.items()}

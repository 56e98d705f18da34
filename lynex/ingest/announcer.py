"""Tells listeners what the processor just stored. Called in its thread; the event loop does the telling."""

import asyncio
from collections.abc import Sequence

import msgspec

from lynex.live import Live, Message
from lynex.store.stored_event import StoredEvent
from lynex.store.summary import summary_of


class Announcer:
    """Nothing is built for projects nobody listens to."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __call__(self, rows: Sequence[StoredEvent]) -> None:
        if self._loop is None or self._live.listeners == 0:
            return
        by_project: dict[str, list[Message]] = {}
        for row in rows:
            if self._live.listening(row.project_id):
                facts = summary_of(row)
                by_project.setdefault(row.project_id, []).append(Message(row.seq, facts, msgspec.json.encode(facts)))
        for project_id, messages in by_project.items():
            self._tell(self._loop, project_id, messages)

    def _tell(self, loop: asyncio.AbstractEventLoop, project_id: str, messages: list[Message]) -> None:
        try:
            loop.call_soon_threadsafe(self._live.announce, project_id, messages)
        except RuntimeError:  # the loop has ended: nobody listens any more
            self._loop = None

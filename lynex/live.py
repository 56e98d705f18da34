"""What was just stored, for whoever is watching. Bounded for each listener: a slow one is told how much it missed."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from lynex.errors import Unavailable

MAX_LISTENERS: Final = 500


class Message(msgspec.Struct, frozen=True, gc=False):
    """One stored event: `facts` is what filters look at (the list item), `data` the same as JSON."""

    seq: int
    facts: Any
    data: bytes


@dataclass(frozen=True, slots=True)
class Lagged:
    """This many messages did not fit and were left out here."""

    missed: int


Matches = Callable[[Any], bool]


class Subscription:
    """An async iterator of `Message` and `Lagged`; it ends when either side closes it. Used on the event loop only."""

    def __init__(self, live: "Live", project_id: str, matches: Matches | None) -> None:
        self.project_id = project_id
        self._live = live
        self._matches = matches
        self._waiting: deque[Message | Lagged] = deque()
        self._bytes = 0
        self._missed = 0
        self._closed = False
        self._news = asyncio.Event()

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> Message | Lagged:
        while True:
            if self._waiting:
                item = self._waiting.popleft()
                if isinstance(item, Message):
                    self._bytes -= len(item.data)
                return item
            if self._missed:
                missed, self._missed = self._missed, 0
                return Lagged(missed)
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()

    def offer(self, message: Message) -> bool:
        """Take the message if it is wanted and fits; False when it was left out."""
        if self._closed or (self._matches is not None and not self._matches(message.facts)):
            return True
        size = len(message.data)
        if len(self._waiting) >= self._live.max_messages or self._bytes + size > self._live.max_bytes:
            self._missed += 1
            return False
        if self._missed:
            self._waiting.append(Lagged(self._missed))
            self._missed = 0
        self._waiting.append(message)
        self._bytes += size
        self._news.set()
        return True

    def close(self) -> None:
        self._closed = True
        self._live.forget(self)
        self._news.set()


class Live:
    """Everyone who listens, by project. `listening` may be asked from any thread; the rest belongs to the loop."""

    def __init__(
        self,
        max_messages: int = 1000,
        max_bytes: int = 1 << 20,
        dropped: Callable[[int], None] = lambda count: None,
    ) -> None:
        self.max_messages = max_messages
        self.max_bytes = max_bytes
        self._dropped = dropped
        self._listeners: dict[str, set[Subscription]] = {}
        self._closed = False

    def listening(self, project_id: str) -> bool:
        """Whether a message of this project would reach anyone; building one is not worth it otherwise."""
        return project_id in self._listeners

    @property
    def listeners(self) -> int:
        return sum(len(group) for group in self._listeners.values())

    def announce(self, project_id: str, messages: Sequence[Message]) -> None:
        dropped = 0
        for listener in tuple(self._listeners.get(project_id, ())):
            for message in messages:
                dropped += not listener.offer(message)
        if dropped:
            self._dropped(dropped)

    def subscribe(self, project_id: str, matches: Matches | None = None) -> Subscription:
        """Raises `Unavailable` when too many listen already or the server is stopping."""
        if self._closed:
            raise Unavailable("Lynex is stopping.", code="shutting_down")
        if self.listeners >= MAX_LISTENERS:
            raise Unavailable(
                f"{MAX_LISTENERS} listeners are connected already.", code="too_many_listeners", retry_after=10
            )
        subscription = Subscription(self, project_id, matches)
        self._listeners.setdefault(project_id, set()).add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        group = self._listeners.get(subscription.project_id)
        if group is not None:
            group.discard(subscription)
            if not group:
                del self._listeners[subscription.project_id]

    def close(self) -> None:
        """End every subscription and refuse new ones."""
        self._closed = True
        for group in list(self._listeners.values()):
            for subscription in list(group):
                subscription.close()

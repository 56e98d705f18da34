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
    """What waits for one listener. Used on the event loop only; either side may close it."""

    def __init__(self, live: "Live", project_id: str, matches: Matches | None) -> None:
        self.project_id = project_id
        self._live = live
        self._matches = matches
        self._waiting: deque[Message | Lagged] = deque()
        self._bytes = 0
        self._missed = 0
        self._closed = False
        self._news = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Closed, and everything was taken."""
        return self._closed and not self._waiting and not self._missed

    async def take(self, most_bytes: int, seconds: float) -> list[Message | Lagged]:
        """What waits, up to about `most_bytes`; empty when nothing came for `seconds` or the subscription is over."""
        if not self._waiting and not self._missed and not self._closed:
            self._news.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return []
        taken: list[Message | Lagged] = []
        while self._waiting and most_bytes > 0:
            item = self._waiting.popleft()
            if isinstance(item, Message):
                self._bytes -= len(item.data)
                most_bytes -= len(item.data)
            taken.append(item)
        if self._missed and not self._waiting:
            taken.append(Lagged(self._missed))
            self._missed = 0
        return taken

    def offer(self, messages: Sequence[Message]) -> int:
        """Take what is wanted and fits, in order; answers how many were left out."""
        if self._matches is not None:
            messages = [message for message in messages if self._matches(message.facts)]
        if self._closed or not messages:
            return 0
        fitting = self._fitting(messages)
        if fitting:
            if self._missed:
                self._waiting.append(Lagged(self._missed))
                self._missed = 0
            self._waiting.extend(messages[:fitting])
            self._bytes += sum(len(message.data) for message in messages[:fitting])
            self._news.set()
        self._missed += len(messages) - fitting
        return len(messages) - fitting

    def close(self) -> None:
        self._closed = True
        self._live.forget(self)
        self._news.set()

    def _fitting(self, messages: Sequence[Message]) -> int:
        """How many from the front fit. After the first that does not, none is taken: the order says where they lack."""
        room = self._live.max_messages - len(self._waiting)
        size = self._bytes
        for count, message in enumerate(messages):
            size += len(message.data)
            if count >= room or size > self._live.max_bytes:
                return count
        return len(messages)


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
        dropped = sum(listener.offer(messages) for listener in tuple(self._listeners.get(project_id, ())))
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

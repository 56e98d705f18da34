"""Answers "whose cookie is this" from a small memory, and from the database in a thread when it does not know."""

import asyncio
from collections import OrderedDict
from typing import Final

from lynex.auth.principal import EVERY_SCOPE, Principal
from lynex.clock import Clock
from lynex.control.sessions import Sessions

_TRUSTED_S: Final = 4.0
_REMEMBERED: Final = 1024


class SessionRing:
    """Revocation holds at once in this process, elsewhere within 5 s. Only live sessions are remembered."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[Principal, float]] = OrderedDict()
        sessions.watch(self._forget_all)

    async def identify(self, token: str) -> Principal | None:
        """The owner whose browser holds this token; None when the session has ended or never was."""
        asked = self._clock.monotonic()
        remembered = self._remembered.get(token)
        if remembered is not None and asked - remembered[1] < _TRUSTED_S:
            return remembered[0]
        memory = self._remembered
        session = await asyncio.to_thread(self._sessions.check, token)
        if session is None:
            memory.pop(token, None)
            return None
        principal = Principal("session", EVERY_SCOPE, session_id=session.id)
        memory[token] = (principal, asked)  # a memory thrown away meanwhile is the wrong place, and harmless
        if len(memory) > _REMEMBERED:
            memory.popitem(last=False)
        return principal

    async def is_live(self, session_id: str) -> bool:
        return await asyncio.to_thread(self._sessions.is_live, session_id)

    def _forget_all(self) -> None:
        self._remembered = OrderedDict()

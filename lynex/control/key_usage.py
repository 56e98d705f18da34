"""Counts what each key brings in, in memory, and writes it down now and then: a busy key costs no write per request."""

import threading

from lynex.control.keys import Keys, KeyUse


class KeyUsage:
    """`note` is for the hot path, `flush` for a job and the end. A crash forgets what came since the last flush."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._uses: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def note(self, key_id: str, events: int, now: int) -> None:
        with self._lock:
            known = self._uses.get(key_id)
            self._uses[key_id] = (events + known[0], max(now, known[1])) if known is not None else (events, now)

    def flush(self) -> None:
        """Write down what came since the last flush; what cannot be written now is kept for the next."""
        with self._lock:
            uses, self._uses = self._uses, {}
        try:
            self._keys.add_usage({key_id: KeyUse(events, last) for key_id, (events, last) in uses.items()})
        except Exception:
            for key_id, (events, last) in uses.items():
                self.note(key_id, events, last)
            raise

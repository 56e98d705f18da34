"""How the demo writes a trace: events one after the other, each inside the one that is open, ids from the seed."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from lynex import __version__
from lynex.clock import rfc3339

SDK: Final = "lynex-demo"  # what `lynex demo --remove` looks for
_MARK: Final = "de30"  # every trace id of the demo begins so


@dataclass(frozen=True, slots=True)
class Call:
    """A model call: who answered, how much it read and wrote, and how long that took."""

    model: str
    provider: str
    read: int
    written: int
    milliseconds: float
    cached: int = 0


class Trace:
    """Tells what happened from `starts` (microseconds) on; `told` is what to send."""

    def __init__(self, seed: str, starts: int, context: Mapping[str, Any]) -> None:
        digest = hashlib.blake2b(seed.encode(), digest_size=16).hexdigest()
        self.trace_id = _MARK + digest[len(_MARK) :]
        self.random = Random(seed)
        self.told: list[dict[str, Any]] = []
        self._now = starts
        self._context = context
        self._open: list[str] = []

    @property
    def last_id(self) -> str:
        return str(self.told[-1]["eventId"])

    def tell(self, kind: str, body: Mapping[str, Any], *, takes: float = 0, step: int | None = None) -> dict[str, Any]:
        """One event that takes so many milliseconds; the next one begins after it. Answers its body."""
        event = self._event(kind, dict(body), step)
        if takes:
            event["body"]["duration_ms"] = round(takes, 1)
        self._now += round(takes * 1000) + self.random.randrange(2_000, 12_000)
        return dict(event["body"])

    @contextmanager
    def inside(self, kind: str, body: Mapping[str, Any], *, step: int | None = None) -> Iterator[dict[str, Any]]:
        """One event that lasts as long as what is told within. Gives its body, to be completed."""
        began, event = self._now, self._event(kind, dict(body), step)
        self._open.append(event["eventId"])
        self._now += self.random.randrange(3_000, 15_000)
        yield event["body"]
        self._open.pop()
        event["body"]["duration_ms"] = (self._now - began) / 1000

    def call(self, name: str, call: Call, prompt: Any, response: str, **more: Any) -> str:
        """A model call that went well. Answers its response id."""
        response_id = f"resp_{self.random.getrandbits(64):016x}"
        tokens = {"input": call.read, "output": call.written} | ({"cached": call.cached} if call.cached else {})
        body = {
            "name": name,
            "model": call.model,
            "provider": call.provider,
            "prompt": prompt,
            "response": response,
            "tokens": tokens,
            "finish_reason": "stop",
            "response_id": response_id,
            "stream": True,
            "ttft_ms": round(call.milliseconds * self.random.uniform(0.12, 0.3)),
            **more,
        }
        self.tell("model_response", body, takes=call.milliseconds)
        return response_id

    def failed_call(
        self, name: str, model: str, provider: str, prompt: Any, error: Mapping[str, Any], takes: float
    ) -> None:
        body = {"name": name, "model": model, "provider": provider, "prompt": prompt, "status": "error", "error": error}
        self.tell("model_response", body, takes=takes)

    def pause(self, milliseconds: float) -> None:
        self._now += round(milliseconds * 1000)

    def _event(self, kind: str, body: dict[str, Any], step: int | None) -> dict[str, Any]:
        context = {**self._context, "trace_id": self.trace_id}
        if self._open:
            context["parent_event_id"] = self._open[-1]
        if step is not None:
            context["step_index"] = step
        span = hashlib.blake2b(f"{self.trace_id}/{len(self.told)}".encode(), digest_size=8).hexdigest()
        event = {
            "eventId": f"{self.trace_id}:{span}",
            "type": kind,
            "timestamp": rfc3339(self._now - self._now % 1000),
            "sdk": {"name": SDK, "version": __version__},
            "context": context,
            "body": body,
        }
        self.told.append(event)
        return event

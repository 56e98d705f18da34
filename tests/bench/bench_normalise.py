"""Microseconds an event takes to be understood, priced and encoded, beside the least anyone could do: encode its body.

Run: .venv/bin/python -m tests.bench.bench_normalise
"""

import random
import time
from collections.abc import Callable

import msgspec

from lynex.events.envelope import Event
from lynex.ingest.enrich import enrich, fingerprint
from lynex.ingest.normalise import normalise
from lynex.ingest.tokens import count_tokens
from lynex.pricing.book import PriceBook
from lynex.pricing.usage import Usage
from lynex.store.stored_event import StoredEvent

NOW = 1_795_176_000_000_000
WORDS = ("the customer asked whether a refund in cents can be issued before the order ships " * 3).split()


def chat_call(random_: random.Random, number: int) -> Event:
    """1.9 kB: two messages, an answer, tokens, parameters, a context."""

    def said(words: int) -> str:
        return " ".join(random_.choices(WORDS, k=words))

    body = {
        "model": random_.choice(["gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5"]),
        "messages": [{"role": "system", "content": said(90)}, {"role": "user", "content": said(80)}],
        "response": said(90),
        "tokens": {"input": 1000, "output": 100, "cached": 200},
        "latency_ms": 230.5,
        "finish_reason": "stop",
        "response_id": f"chatcmpl-{number}",
        "parameters": {"temperature": 0.2, "max_tokens": 500},
    }
    context = {
        "session_id": "s1", "user_id": f"u{number % 50}", "environment": "prod", "release": "1.2", "tags": ["rag"],
        "metadata": {"feature": "search"},
    }  # fmt: skip
    event_id = f"{number:032x}:{number:016x}"
    return Event(event_id, "model_response", NOW, {"name": "python", "version": "1.0"}, context, body, 1900)


def best(work: Callable[[Event], object], events: list[Event], rounds: int = 7) -> float:
    """The quickest of several rounds, in microseconds of this thread an event: others on the machine count little."""
    times = []
    for _ in range(rounds):
        start = time.thread_time()
        for event in events:
            work(event)
        times.append((time.thread_time() - start) / len(events) * 1e6)
    return min(times)


def main() -> None:
    random_ = random.Random(1)
    events = [chat_call(random_, number) for number in range(3000)]
    prices, encoder = PriceBook(), msgspec.json.Encoder()
    usage = Usage(1000, 100, 200)

    def understand(event: Event) -> object:
        return normalise(event, seq=1, project_id="proj_a", key_id="key_a", received_at=NOW)

    def whole(event: Event) -> StoredEvent:
        draft = normalise(event, seq=1, project_id="proj_a", key_id="key_a", received_at=NOW)
        return enrich(draft, prices, NOW)

    floor = best(lambda event: encoder.encode(event.body).decode(), events)
    figures = {
        "encode the body as sent (floor)": floor,
        "encode the canonical body": best(
            lambda text: encoder.encode(text).decode(), [msgspec.json.decode(whole(e).body) for e in events]
        ),
        "normalise": best(understand, events),
        "price_of one call": best(lambda event: prices.cost_of(usage, "openai", event.body["model"], NOW), events),
        "count_tokens": best(lambda event: count_tokens(event.body["tokens"]), events),
        "fingerprint": best(lambda event: fingerprint((None, "gpt-4o", None), event.body["parameters"]), events),
        "normalise + enrich + price + encode": best(whole, events),
    }
    for name, figure in figures.items():
        print(f"{name:40} {figure:7.2f} µs  {figure / floor:5.1f} × floor")


if __name__ == "__main__":
    main()

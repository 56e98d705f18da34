"""Microseconds a span takes to become a finished row (read, priced, encoded), by convention, beside the least anyone
could do: encode its attributes.

Run: .venv/bin/python -m tests.bench.bench_dialects
"""

import json
import time
from collections.abc import Callable

import msgspec

from lynex.ingest.otlp_events import read_record
from lynex.ingest.otlp_records import Attributes, Scope, Span
from lynex.ingest.parcel import Sender
from lynex.ingest.recent_calls import RecentCalls
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent

NOW = 1_795_176_000_000_000
SENDER = Sender("otlp.traces", "proj_a", "key_a", NOW, {})
RESOURCE: Attributes = {"service.name": "shop", "service.version": "1.4", "deployment.environment.name": "prod"}
WORDS = "the customer asked whether a refund can be issued before the order ships " * 4
SAID = [{"role": role, "parts": [{"type": "text", "content": WORDS}]} for role in ("system", "user")]
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": WORDS}], "finish_reason": "stop"}]

GENAI: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.request.temperature": 0.2,
    "gen_ai.request.max_tokens": 500,
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
    "gen_ai.usage.cache_read.input_tokens": 200,
    "gen_ai.usage.reasoning.output_tokens": 30,
    "gen_ai.input.messages": json.dumps(SAID),
    "gen_ai.output.messages": json.dumps(ANSWER),
    "gen_ai.conversation.id": "s1",
    "user.id": "u1",
    "server.address": "api.openai.com",
    "server.port": 443,
    "feature": "search",
    "attempt": 1,
}
OPENINFERENCE: Attributes = {
    "openinference.span.kind": "LLM",
    "llm.provider": "openai",
    "llm.system": "openai",
    "llm.model_name": "gpt-4o-mini-2024-07-18",
    "llm.invocation_parameters": '{"model": "gpt-4o-mini", "temperature": 0.2}',
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": WORDS,
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.content": WORDS,
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": WORDS,
    "llm.token_count.prompt": 1000,
    "llm.token_count.completion": 100,
    "llm.token_count.total": 1100,
    "llm.token_count.prompt_details.cache_read": 200,
    "llm.finish_reason": "stop",
    "session.id": "s1",
    "user.id": "u1",
    "metadata": '{"tenant": "t1"}',
    "output.value": json.dumps({"id": "chatcmpl-1", "model": "gpt-4o-mini-2024-07-18", "choices": ANSWER}),
}
PLAIN: Attributes = {f"http.request.header.x{number}": "value" for number in range(20)}


def spans(attributes: Attributes, count: int) -> list[Span]:
    return [
        Span(
            f"{number % 100:032x}", f"{number:016x}", f"{number // 100:016x}", "chat gpt-4o-mini", "client",
            NOW - 2_000_000, NOW - 1_000_000, "unset", "", dict(attributes), [], [], RESOURCE, Scope("bench", "1"),
        )
        for number in range(count)
    ]  # fmt: skip


def best(work: Callable[[Span], object], told: list[Span], rounds: int = 9) -> float:
    """The quickest of several rounds, in microseconds of this thread a span: others on the machine count little."""
    times = []
    for _ in range(rounds):
        start = time.thread_time()
        for span in told:
            work(span)
        times.append((time.thread_time() - start) / len(told) * 1e6)
    return min(times)


def main() -> None:
    prices, buffer, encode = PriceBook(), bytearray(), msgspec.json.Encoder().encode

    def finished(span: Span) -> StoredEvent:
        return read_record(span, seq=1, sender=SENDER, processed_at=NOW, prices=prices, buffer=buffer)

    for name, attributes in (("GenAI", GENAI), ("OpenInference", OPENINFERENCE), ("plain", PLAIN)):
        told = spans(attributes, 2000)
        floor, figure = best(lambda span: encode(span.attributes).decode(), told), best(finished, told)
        print(
            f"{name:15} {len(attributes)} attributes {figure:7.2f} µs  {figure / floor:5.1f} × floor ({floor:.2f} µs)"
        )
    rows = [finished(span) for span in spans(GENAI, 2000)]
    times = []
    for _ in range(9):
        for row in rows:
            row.usage_scope = "call"
        recent, start = RecentCalls(), time.thread_time()
        recent.settle(rows)
        times.append((time.thread_time() - start) / len(rows) * 1e6)
    print(f"{'settle':15} {'':13} {min(times):7.2f} µs")


if __name__ == "__main__":
    main()

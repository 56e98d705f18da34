"""What decoding costs an event, beside the least any program could do: msgspec decoding the same bytes to plain values.

Run: `python -m tests.bench.bench_decoding`
"""

import json
import random
import time
import uuid
from collections.abc import Callable

import msgspec

from lynex.events.decoding import decode_batch, decode_journaled, decode_ndjson, decode_single
from lynex.events.limits import Limits

LIMITS = Limits(4 << 20, 1000, 64, 2000, 1_763_640_000_000_000)
WORDS = [
    "the",
    "model",
    "said",
    "that",
    "one",
    "of\nyour",
    "orders",
    "was",
    '"refunded"',
    "in",
    "cents",
    "over",
    "several",
    "tokens",
]
ROUNDS, EVENTS = 15, 100


def prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def model_call(rng: random.Random) -> dict[str, object]:
    """A chat call of about 1.9 kB, varied text."""
    trace = rng.randbytes(16).hex()
    return {
        "eventId": f"{trace}:{rng.randbytes(8).hex()}", "type": "model_response",
        "timestamp": f"2026-11-20T12:{rng.randrange(60):02}:{rng.randrange(60):02}.{rng.randrange(1000):03}Z",
        "sdk": {"name": "python", "version": "1.0"},
        "context": {
            "trace_id": trace, "session_id": str(uuid.UUID(int=rng.getrandbits(128))), "user_id": f"u{rng.randrange(99)}",
            "environment": "prod", "release": "1.4.2", "tags": ["rag"], "metadata": {"tenant": "acme", "n": 5},
        },
        "body": {
            "model": "gpt-4o", "provider": "openai", "latency_ms": 230.5, "finish_reason": "stop",
            "messages": [{"role": "system", "content": prose(rng, 90)}, {"role": "user", "content": prose(rng, 80)}],
            "response": prose(rng, 90), "tokens": {"input": 512, "output": 100, "cached": 10},
            "parameters": {"temperature": 0.7},
        },
    }  # fmt: skip


def camel_case_call(rng: random.Random) -> dict[str, object]:
    event = model_call(rng)
    context, body = dict(event["context"]), dict(event["body"])  # type: ignore[call-overload]
    context["traceId"], body["latencyMs"], body["finishReason"] = context.pop("trace_id"), body.pop("latency_ms"), body.pop("finish_reason")  # fmt: skip
    return event | {"context": context, "body": body}


def umlauts(rng: random.Random) -> dict[str, object]:
    return json.loads(json.dumps(model_call(rng)).replace("orders", "Aufträge"))


def retrieval(rng: random.Random) -> dict[str, object]:
    documents = [
        {"id": str(n), "content": prose(rng, 60), "score": rng.random(), "metadata": {"page": n}} for n in range(40)
    ]
    return model_call(rng) | {"type": "retrieval", "body": {"query": "refund", "documents": documents}}


def micros_an_event(work: Callable[[], object]) -> float:
    best = min(_seconds(work) for _ in range(ROUNDS))
    return best / EVENTS * 1e6


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(5):
        work()
    return (time.process_time() - began) / 5


def main() -> None:
    rng = random.Random(1)
    print(f"{'':34}{'bytes':>7}{'floor µs':>10}{'ours µs':>9}{'ratio':>7}")
    for name, make in (
        ("model call", model_call),
        ("camelCase", camel_case_call),
        ("umlauts", umlauts),
        ("40 documents", retrieval),
    ):
        raws = [msgspec.json.encode(make(rng)) for _ in range(EVENTS)]
        array = b"[" + b",".join(raws) + b"]"
        batch, lines = b'{"events":' + array + b"}", b"\n".join(raws)
        plain = msgspec.json.Decoder().decode
        floor = micros_an_event(lambda array=array, plain=plain: plain(array))
        ways: dict[str, Callable[[], object]] = {
            "batch": lambda batch=batch: decode_batch(batch, LIMITS, "proj_a"),
            "NDJSON": lambda lines=lines: decode_ndjson(lines, LIMITS, "proj_a"),
            "single": lambda raws=raws: [decode_single(raw, LIMITS, "proj_a") for raw in raws],
            "journaled": lambda array=array: decode_journaled(array, {}),
        }
        for way, work in ways.items():
            ours = micros_an_event(work)
            size = len(array) // EVENTS
            print(f"{name + ', ' + way:34}{size:>7}{floor:>10.2f}{ours:>9.2f}{ours / floor:>7.2f}")


if __name__ == "__main__":
    main()

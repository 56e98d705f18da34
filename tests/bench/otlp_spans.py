"""Bodies for the OTLP bench: a trace request of `count` spans of about 1.9 kB, ten spans a trace, made once.

Where an id or a text must differ from request to request the body holds MARK, which the sender replaces.
"""

import random

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.otlp_samples import pairs, traces

MARK = "@@@@"
SPANS_A_TRACE = 10
ROLES = ("agent", "llm", "tool", "llm", "retriever", "llm", "llm", "tool", "llm", "llm")
MODELS = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4", "gemini-2.0-flash", "llama-3.3-70b", "mistral-large")
WORDS = (
    "invoice", "refund", "order", "customer", "policy", "shipping", "delay", "account", "payment", "latency",
    "vector", "index", "summary", "question", "answer", "context", "document", "section", "contract", "clause",
    "weather", "flight", "booking", "model", "token", "prompt", "response", "error", "retry", "schema", "query",
    "table", "column", "user", "session", "please", "explain", "compare", "list", "translate", "the", "of", "and",
    "to", "in", "for", "with", "that", "this",
)  # fmt: skip


def a_request(count: int, now_ns: int, seed: int) -> bytes:
    rng = random.Random(seed)
    spans = [_span(rng, number, now_ns) for number in range(count)]
    return traces(*spans, resource={"service.name": "bench-agent"}).SerializeToString()


def _span(rng: random.Random, number: int, now_ns: int) -> Span:
    place = number % SPANS_A_TRACE
    role = ROLES[place]
    took = int(rng.lognormvariate(-0.5, 0.8) * 1e9)
    failed = rng.random() < 0.02
    return Span(
        trace_id=MARK.encode() + (number // SPANS_A_TRACE + 1).to_bytes(12, "big"),
        span_id=MARK.encode() + number.to_bytes(4, "big"),
        parent_span_id=MARK.encode() + (number - place).to_bytes(4, "big") if place else b"",
        name=f"{role}.{rng.choice(('run', 'call', 'step'))}",
        kind=Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=now_ns - took,
        end_time_unix_nano=now_ns,
        attributes=pairs(_attributes(rng, role, number)),
        status={"code": 2, "message": "upstream timeout"} if failed else {"code": 1},
    )


def _attributes(rng: random.Random, role: str, number: int) -> dict[str, object]:
    found: dict[str, object] = {
        "openinference.span.kind": role.upper(),
        "session.id": f"s-{rng.randrange(500)}",
        "user.id": f"u-{rng.randrange(200)}",
        "input.value": f"case {MARK}{number} {_text(rng, 700)}",
        "input.mime_type": "text/plain",
        "output.value": _text(rng, 750),
    }
    if role == "llm":
        model, read, written = rng.choice(MODELS), rng.randrange(100, 3000), rng.randrange(20, 900)
        found |= {
            "llm.model_name": model,
            "llm.token_count.prompt": read,
            "llm.token_count.completion": written,
            "llm.token_count.total": read + written,
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": model,
            "gen_ai.response.model": model,
            "gen_ai.usage.input_tokens": read,
            "gen_ai.usage.output_tokens": written,
            "gen_ai.request.temperature": 0.7,
        }
    elif role == "tool":
        found |= {"tool.name": rng.choice(("search", "sql", "browser")), "gen_ai.operation.name": "execute_tool"}
    elif role == "agent":
        found |= {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support"}
    return found


def _text(rng: random.Random, size: int) -> str:
    return " ".join(rng.choices(WORDS, k=size // 7))

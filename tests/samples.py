"""Builders of realistic events: varied text, unique ids."""

import gzip
import random
import uuid
from typing import Any

_TEXT = """refund invoice customer payment policy order shipping address delivery account password reset ticket agent answer
question because therefore please kindly regarding amount currency euro dollar cents total balance charge dispute card bank
transfer receipt subscription cancel renew upgrade trial limit error timeout retry server database index query document chunk
vector score model prompt token context window memory state step tool call result argument schema json parse valid invalid
missing required optional default language German English French Spanish product catalogue price discount coupon warehouse
stock item size colour weight return exchange warranty repair support escalate manager review feedback rating star comment
"""
WORDS = _TEXT.split()


def words(count: int, source: random.Random) -> str:
    return " ".join(source.choices(WORDS, k=count))


def a_call(event_id: str | None = None, *, seed: int | None = None, **body: Any) -> dict[str, Any]:
    """A model call of about 1.7 kB."""
    source = random.Random(seed)
    return {
        "eventId": event_id or str(uuid.UUID(int=source.getrandbits(128), version=4)),
        "type": "model_response",
        "sdk": {"name": "python", "version": "1.0"},
        "context": {
            "trace_id": f"{source.getrandbits(128):032x}",
            "session_id": f"s-{source.randrange(500)}",
            "user_id": f"u-{source.randrange(200)}",
            "environment": "prod",
            "release": "2.8.1",
            "tags": ["rag"],
            "metadata": {"tenant": f"t{source.randrange(20)}", "attempt": source.randrange(3)},
        },
        "body": {
            "model": source.choice(["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"]),
            "messages": [
                {"role": "system", "content": words(60, source)},
                {"role": "user", "content": words(45, source)},
            ],
            "response": words(50, source),
            "tokens": {"input": source.randrange(100, 4000), "output": source.randrange(10, 800)},
            "latency_ms": round(source.uniform(80, 4000), 1),
            "finish_reason": "stop",
        }
        | body,
    }


def a_log(event_id: str | None = None, message: str = "hello", **context: Any) -> dict[str, Any]:
    return {
        "eventId": event_id or str(uuid.uuid4()),
        "type": "log",
        "context": context,
        "body": {"message": message, "level": "info"},
    }


def zipped(data: bytes) -> bytes:
    """The same bytes whenever it is made: the name of a test may hold them."""
    return gzip.compress(data, mtime=0)

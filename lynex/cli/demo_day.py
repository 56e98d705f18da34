"""The demo's day: what happened in the last 24 hours, told the same way for the same seed and the same day."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from lynex.cli import demo_products, demo_support
from lynex.cli.demo_trace import Trace
from lynex.clock import DAY, HOUR, MINUTE, SECOND, day_of

_OLD_RELEASE: Final = "2.8.0"
_BROKEN_FOR: Final = 3 * HOUR  # release 2.8.1 has been out that long
_DIGEST_BEGAN: Final = 9 * HOUR + 40 * MINUTE
_DIGESTS: Final = 54
_LONGEST: Final = MINUTE  # no trace may end in the future
# Conversations an hour over the 24 hours that end now: it is mid-afternoon in the demo whenever it is watched.
_RHYTHM: Final = (29, 26, 22, 19, 16, 12, 8, 4, 2, 1, 1, 1, 2, 4, 8, 14, 22, 27, 29, 28, 24, 26, 30, 31)
_PER_DAY: Final = 350
_KINDS: Final = ("question", "refund", "docs", "coding")
_WEIGHTS: Final = (40, 14, 34, 12)
_USERS: Final = ("u_7731", "u_1180", "u_4409", "u_0962")  # those who write most


def demo_events(now: int, seed: int) -> list[dict[str, Any]]:
    """Every event of the 24 hours before `now` (microseconds), oldest first."""
    random = Random(f"{seed}/{day_of(now)}")
    events = [
        event for trace in (*_conversations(random, now, seed), *_digests(random, now, seed)) for event in trace.told
    ]
    return sorted(events, key=lambda event: str(event["timestamp"]))


def _conversations(random: Random, now: int, seed: int) -> Iterator[Trace]:
    session, user, kind = "", "", ""
    for number, starts in enumerate(sorted(_moments(random, now))):
        if number == 0 or random.random() < 0.6:  # otherwise the same person goes on about the same
            user = random.choice(_USERS) if random.random() < 0.3 else f"u_{random.randrange(1000, 1090)}"
            session = f"s_{random.getrandbits(40):010x}"
            kind = random.choices(_KINDS, _WEIGHTS)[0]
        release = demo_support.BROKEN_RELEASE if now - starts < _BROKEN_FOR else _OLD_RELEASE
        context = _context(kind, session, user, release, random)
        trace = Trace(f"{seed}/{day_of(now)}/{number}", starts, context)
        _tell(kind, trace, random, release)
        yield trace


def _tell(kind: str, trace: Trace, random: Random, release: str) -> None:
    if kind == "refund":
        demo_support.refund(trace, demo_support.a_refund_case(random), release)
    elif kind == "question":
        demo_support.question(trace, random)
    elif kind == "docs":
        demo_products.docs_question(trace, random)
    else:
        demo_products.coding_task(trace, random)


def _digests(random: Random, now: int, seed: int) -> Iterator[Trace]:
    """All within one hour: the spike in the cost chart."""
    for number in range(_DIGESTS):
        starts = now - _DIGEST_BEGAN + number * 62 * SECOND
        context = _context("digest", "", "", _OLD_RELEASE, random)
        trace = Trace(f"{seed}/{day_of(now)}/digest/{number}", starts, context)
        demo_products.nightly_digest(trace, random)
        yield trace


def _context(kind: str, session: str, user: str, release: str, random: Random) -> dict[str, Any]:
    product = {"question": "support", "refund": "support", "docs": "rag", "coding": "agent", "digest": "batch"}[kind]
    context: dict[str, Any] = {
        "environment": "staging" if kind == "coding" and random.random() < 0.4 else "prod",
        "release": release,
        "tags": [product],
        "metadata": {"demo": True, "region": random.choice(("eu-central", "eu-west", "us-east"))},
    }
    if session:
        context |= {"session_id": session, "user_id": user}
    return context


def _moments(random: Random, now: int) -> Iterator[int]:
    """When conversations begin: by day more than by night, spread evenly inside each hour."""
    for hour, weight in enumerate(_RHYTHM):
        slot = now - DAY + hour * HOUR
        for _ in range(round(weight * _PER_DAY / sum(_RHYTHM))):
            yield slot + random.randrange(HOUR - _LONGEST)

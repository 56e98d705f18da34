"""What keys, sessions and dead letters cost. `python -m tests.bench.bench_control`; the floors are in the same run."""

import asyncio
import hmac
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from lynex.auth.credentials import Credentials
from lynex.auth.keyring import KeyRing
from lynex.auth.session_ring import SessionRing
from lynex.clock import SystemClock
from lynex.control.dead_letters import Dead
from lynex.errors import Forbidden
from tests.control_room import Records, open_records


def micros(call: Callable[[], object], times: int) -> float:
    """Median of five runs, in microseconds a call."""
    runs = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            call()
        runs.append((time.perf_counter() - start) / times * 1e6)
    return statistics.median(runs)


def show(name: str, figure: float, unit: str = "µs") -> None:
    print(f"{name:58} {figure:12,.2f} {unit}")


def refused(ring: KeyRing, secret: str) -> None:
    try:
        ring.known(secret)
    except Forbidden:
        return
    raise AssertionError("a wrong key was let in")


def keys(records: Records, clock: SystemClock) -> None:
    project = records.projects.create("Bench").id
    made = [records.keys.create(project, f"key {number}").secret for number in range(100)]
    ring = KeyRing(records.keys, clock)
    right, secret = made[50], b"k" * 32
    wrong_end, wrong_start = right[:-1] + "!", "sk_live_" + "!" * 32
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"user-agent", b"lynex-python/1.0"),
        (b"content-type", b"application/json"),
        (b"content-length", b"1900"),
        (b"x-api-key", right.encode()),
    ]
    credentials = Credentials(ring, SessionRing(records.sessions, clock))
    remembered = {right: 1}
    show("floor: look-up in a dictionary", micros(lambda: remembered.get(right), 100_000))
    show("floor: HMAC-SHA256 of a key", micros(lambda: hmac.digest(secret, right.encode(), sha256), 50_000))
    show("key known", micros(lambda: ring.known(right), 50_000))
    show("key known, from the headers of a request", micros(lambda: credentials.known(headers), 50_000))
    show("wrong key, last character wrong", micros(lambda: refused(ring, wrong_end), 20_000))
    show("wrong key, all characters wrong", micros(lambda: refused(ring, wrong_start), 20_000))
    show("malformed key", micros(lambda: refused(ring, "sk_"), 20_000))
    show("key of 10,000 characters", micros(lambda: refused(ring, "x" * 10_000), 20_000))
    show("look at the database (once in 2 s)", micros(ring._renew, 200))
    start = time.perf_counter()
    records.keys.create(project, "one more")
    show("make a key and read 101 again", (time.perf_counter() - start) * 1e6)
    ring.close()


async def sessions(records: Records, clock: SystemClock) -> None:
    token = records.sessions.sign_in(records.sessions.new_sign_in_token()).token
    credentials = Credentials(KeyRing(records.keys, clock), SessionRing(records.sessions, clock))
    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", f"lynex_session={token}".encode())]
    show("session looked up in the database", micros(lambda: records.sessions.check(token), 500))
    start = time.perf_counter()
    for _ in range(20_000):
        await credentials.identify("GET", headers)
    show("session known, from the headers of a request", (time.perf_counter() - start) / 20_000 * 1e6)


def dead_letters(records: Records, path: Path) -> None:
    payload = (b'{"type":"log","body":{"message":"' + b"some words of a message " * 80 + b'"}}')[:1900]
    start = time.perf_counter()
    for first in range(1, 100_001, 1000):
        records.dead_letters.record(
            [
                Dead(seq, "proj_bench", f"e{seq}", "poison", "It broke.", 3, payload)
                for seq in range(first, first + 1000)
            ]
        )
    show("dead letters recorded, 1,000 at a time", 100_000 / (time.perf_counter() - start), "a second")
    show("page of 50", micros(lambda: records.dead_letters.list("proj_bench", before=50_000), 50))
    show("file", path.stat().st_size / 2**20, "MiB")


def main() -> None:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "data"
        start = time.perf_counter()
        records = open_records(data, clock)
        show("open an empty directory (alembic loaded)", (time.perf_counter() - start) * 1e3, "ms")
        keys(records, clock)
        asyncio.run(sessions(records, clock))
        for step in ("few rows", "100,000 dead letters"):
            records.database.close()
            start = time.perf_counter()
            records = open_records(data, clock)
            show(f"open again, {step}", (time.perf_counter() - start) * 1e3, "ms")
            if step == "few rows":
                dead_letters(records, data / "control" / "lynex.sqlite")
        records.database.close()


if __name__ == "__main__":
    sys.exit(main())

"""How fast OpenTelemetry gets in and gets seen, next to the durable floor measured in the same run and to peers.

    python -m tests.bench.bench_otlp [--seconds 10] [--runs 3] [--batches 10,100,512] [--decode]

Prints one Markdown row per figure. Needs wrk (apt-get install wrk). The generator shares the machine with the server.
`--decode`: only what reading costs, and how long it holds the event loop; needs no server.
"""

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lynex.clock import SystemClock
from lynex.errors import LynexError
from lynex.events.limits import Limits
from lynex.ingest.otlp import IN_JSON, TRACES, open_records, survey
from tests.bench.bench_ingest import HERE, lynex, spread, template, the_floor, wrk
from tests.bench.otlp_spans import a_request
from tests.otlp_samples import json_bytes
from tests.running import KEY

PEERS = "Phoenix 103/s (10 a request); MLflow 456/s (10), 1,053/s (100)"  # measured on the same machine, 2026-11-20
VARIANTS = 20
CONNECTIONS = {10: 32, 100: 16, 512: 8}
LIMITS = Limits(4 << 20, 1000, 64, 2000, 0)


def bodies(folder: Path, count: int) -> list[Path]:
    """Some requests with texts of their own: one repeated would compress as no real telemetry does."""
    found = []
    for variant in range(VARIANTS):
        path = folder / f"{count}-{variant}.pb"
        path.write_bytes(a_request(count, SystemClock().now() * 1000, variant))
        found.append(path)
    return found


def load(url: str, files: list[Path], connections: int, seconds: int) -> tuple[float, str]:
    """(requests a second, p99)."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(HERE / "wrk_otlp.lua"), url]
    command += ["--", "/v1/traces", KEY, *map(str, files)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        print(text, file=sys.stderr)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    return rate, re.search(r"99%\s+(\S+)", text).group(1)


def through_to_visible(folder: Path, count: int, seconds: int, runs: int) -> None:
    files, event = bodies(folder, count), template(folder, count)
    accepted, visible, floors, tails = [], [], [], []
    for _ in range(runs):
        with the_floor(folder) as url:
            floors.append(wrk(url, "/batch", event, CONNECTIONS[count], seconds)[0] * count)
        with lynex(folder) as server:
            began = time.monotonic()
            rate, tail = load(server.url, files, CONNECTIONS[count], seconds)
            server.drain(600)
            stored = server.metric("lynex_events_stored_total")
            assert stored == server.metric("lynex_events_accepted_total"), "each span is stored, once"
            accepted.append(rate * count)
            visible.append(stored / (time.monotonic() - began))
            tails.append(tail)
    ratio = statistics.median(visible) / statistics.median(floors)
    print(
        f"| OTLP spans, {count} a request, {CONNECTIONS[count]} connections | accepted {spread(accepted)}, "
        f"visible {spread(visible)} | {spread(floors)} | {ratio:.2f} | p99 of the 200 {tails[len(tails) // 2]}; {PEERS} |",
        flush=True,
    )


def reading() -> None:
    """Microseconds a span on one core, and the longest the loop is held by the largest requests that are taken."""
    request = a_request(100, SystemClock().now() * 1000, 1).replace(b"@@@@", b"abcd")
    for kind, data in ((TRACES, request), (TRACES + IN_JSON, in_json(request))):
        print(f"| {kind}: survey, records | {micros(lambda k=kind, d=data: survey(k, d, LIMITS)):.1f} µs a span, "
              f"{micros(lambda k=kind, d=data: list(open_records(k, d, []))):.1f} µs a span | | | |")  # fmt: skip
    tiny = wrapped(b"\x12\x00" * (12 << 10))
    print(f"| loop held by the largest request that is surveyed on it, all empty spans | "
          f"{micros(lambda: tried(TRACES, tiny)) / 10:.1f} ms | | | target 20 ms |")  # fmt: skip
    large = a_request(10_000, SystemClock().now() * 1000, 1).replace(b"@@@@", b"abcd")
    for name, kind, data in (
        (f"{len(large) >> 20} MiB, 10,000 spans", TRACES, large),
        (f"{len(in_json(large)) >> 20} MiB of JSON, the same", TRACES + IN_JSON, in_json(large)),
        ("20 MiB of empty spans", TRACES, wrapped(b"\x12\x00" * (10 << 20))),
        ("3.9 MiB of empty attributes in one span", TRACES, wrapped(field(2, b"\x4a\x00" * (39 << 15)))),
        ("five spans of 25,000 attributes", TRACES, wrapped(field(2, b"\x4a\x05\x0a\x01k\x12\x00" * 24_000) * 5)),
        ("20 MiB of commas in JSON", TRACES + IN_JSON, b'{"resourceSpans":[' + b"1," * (10 << 20) + b"1]}"),
    ):  # fmt: skip
        held = [asyncio.run(longest_hold(lambda k=kind, d=data: tried(k, d))) * 1e3 for _ in range(5)]
        print(f"| loop held by {name} | {statistics.median(held):.1f} ms ({min(held):.1f}–{max(held):.1f}) | | | target 20 ms |",
              flush=True)  # fmt: skip


def in_json(request: bytes) -> bytes:
    return json_bytes(ExportTraceServiceRequest.FromString(request))


def tried(kind: str, data: bytes) -> None:
    try:
        survey(kind, data, LIMITS)
    except LynexError:
        pass


async def longest_hold(work: Callable[[], None]) -> float:
    """Most CPU seconds that `work`, in a thread as in the server, spends between two turns of a busy event loop.

    Not the time between the turns: on a machine with other work that would measure the others.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[int] = loop.create_future()

    def in_thread() -> None:
        loop.call_soon_threadsafe(told.set_result, time.pthread_getcpuclockid(threading.get_ident()))
        work()
        loop.call_soon_threadsafe(ended.set)
        finish.wait()

    ended, finish = asyncio.Event(), threading.Event()
    running = loop.run_in_executor(None, in_thread)
    clock = await told
    longest, last = 0.0, time.clock_gettime(clock)
    while not ended.is_set():
        await asyncio.sleep(0)
        now = time.clock_gettime(clock)
        longest, last = max(longest, now - last), now
    finish.set()
    await running
    return longest


def micros(work: Callable[[], object]) -> float:
    """Least CPU time of 20 rounds, per span of a hundred."""
    best = float("inf")
    for _ in range(20):
        began = time.process_time_ns()
        for _ in range(10):
            work()
        best = min(best, time.process_time_ns() - began)
    return best / 1e3 / 10 / 100


def wrapped(spans: bytes) -> bytes:
    return field(1, field(2, spans))


def field(number: int, data: bytes) -> bytes:
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batches", default="10,100,512")
    parser.add_argument("--decode", action="store_true")
    options = parser.parse_args()
    print("| figure | Lynex | floor | ratio | note |\n|---|---|---|---|---|")
    sys.setswitchinterval(0.001)  # as the server does
    reading()
    if options.decode:
        return
    with tempfile.TemporaryDirectory() as name:
        for count in map(int, options.batches.split(",")):
            through_to_visible(Path(name), count, options.seconds, options.runs)


if __name__ == "__main__":
    main()

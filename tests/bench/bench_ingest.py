"""How fast events get in and get seen, next to the durable floor measured in the same run.

    python -m tests.bench.bench_ingest [--seconds 10] [--runs 5] [--sustain 120]

Prints one Markdown row per figure. Needs wrk (apt-get install wrk). The generator shares the machine with the server.
"""

import argparse
import asyncio
import contextlib
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil

from lynex.clock import SystemClock, rfc3339
from tests.running import KEY, Running, free_port
from tests.samples import a_call

HERE = Path(__file__).parent
MARK = "@" * 12


def template(folder: Path, events: int) -> Path:
    path = folder / f"{events}.json"
    now = rfc3339(SystemClock().now())
    made = [a_call(f"00000000-0000-4000-8000-{MARK}", seed=seed) | {"timestamp": now} for seed in range(events)]
    path.write_text(json.dumps(made[0] if events == 1 else made, separators=(",", ":")))
    return path


def wrk(url: str, path: str, body: Path, connections: int, seconds: int, *key: str) -> tuple[float, str]:
    """(requests a second, p99 as wrk prints it); any answer but 2xx is a failure."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(HERE / "wrk_events.lua"), url]
    text = subprocess.run([*command, "--", path, str(body), *key], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        print(text, file=sys.stderr)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    return rate, re.search(r"99%\s+(\S+)", text).group(1)


@contextlib.contextmanager
def the_floor(folder: Path):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(HERE / "durable_floor.py"), str(port), str(folder / f"floor-{port}")]
    )
    try:
        for _ in range(200):
            with contextlib.suppress(httpx2.HTTPError):
                httpx2.post(f"http://127.0.0.1:{port}/hello", timeout=1)
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def lynex(folder: Path):
    server = Running(folder / f"lynex-{time.monotonic_ns()}").start()
    try:
        yield server
    finally:
        server.stop(60)
        shutil.rmtree(server.data_dir)


def compare(
    folder: Path, name: str, events: int, connections: int, seconds: int, runs: int, paths: tuple[str, str]
) -> None:
    body, ours, floors, tails = template(folder, events), [], [], []
    for _ in range(runs):
        with the_floor(folder) as url:
            floors.append(wrk(url, paths[0], body, connections, seconds)[0] * events)
        with lynex(folder) as server:
            rate, tail = wrk(server.url, paths[1], body, connections, seconds, KEY)
            ours.append(rate * events)
            tails.append(tail)
    ratio = statistics.median(ours) / statistics.median(floors)
    print(f"| {name} | {spread(ours)} | {spread(floors)} | {ratio:.2f} | p99 {tails[len(tails) // 2]} |", flush=True)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f}/s ({min(values):,.0f}–{max(values):,.0f})"


def sustain(folder: Path, seconds: int) -> None:
    """As fast as it is answered, batches of 100: what becomes visible, with what memory; then the same at half that rate."""
    with lynex(folder) as server:
        process, body = psutil.Process(server.server_pid()), template(folder, 100)
        idle = memory_of(process)
        started, stored = time.monotonic(), server.metric("lynex_events_stored_total")
        load = subprocess.Popen(
            ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(HERE / "wrk_events.lua"), server.url, "--", "/api/v1/events/batch", str(body), KEY],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        peak = idle
        while load.poll() is None:
            peak = max(peak, memory_of(process))
            time.sleep(0.5)
        accepted = server.metric("lynex_events_accepted_total") / seconds
        visible = (server.metric("lynex_events_stored_total") - stored) / (time.monotonic() - started)
        server.drain(600)
        drained = server.metric("lynex_events_stored_total") / (time.monotonic() - started)
        print(f"| sustained {seconds} s, accepted | {accepted:,.0f}/s | | | |")
        print(
            f"| sustained {seconds} s, visible at the end of the load | {visible:,.0f}/s | | | through to the last: {drained:,.0f}/s |"
        )
        print(f"| memory idle / at that rate | {idle >> 20} / {peak >> 20} MiB | | | |", flush=True)
    with lynex(folder) as server:
        asyncio.run(paced(server, body, drained / 2, min(seconds, 30)))


def memory_of(process: psutil.Process) -> int:
    """Of the server and what it has started; pages they share count twice."""
    total = process.memory_info().rss
    for child in process.children():
        with contextlib.suppress(psutil.Error):
            total += child.memory_info().rss
    return total


async def paced(server: Running, body: Path, rate: float, seconds: float) -> None:
    text, took, lags = body.read_bytes(), [], []
    head = f"POST /api/v1/events/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n"
    start, serial = time.perf_counter(), iter(range(10**9))

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while (number := next(serial)) * 100 / rate < seconds:
            await asyncio.sleep(max(0.0, start + number * 100 / rate - time.perf_counter()))
            ready = text
            parts = ready.split(MARK.encode())
            ready = (
                b"".join(part + b"%012x" % (number * 100 + index) for index, part in enumerate(parts[:-1])) + parts[-1]
            )
            began = time.perf_counter()
            writer.write(head.encode() + b"Content-Length: %d\r\n\r\n" % len(ready) + ready)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: (\d+)", answer).group(1))
            await reader.readexactly(length)
            assert b" 202 " in answer[:20], answer
            took.append(time.perf_counter() - began)
        writer.close()

    async def watch() -> None:
        async with httpx2.AsyncClient() as client:
            while True:
                text = (await client.get(f"{server.url}/metrics", headers=server.headers)).text
                lags.append(float(re.search(r"^lynex_visible_lag_seconds (\S+)", text, re.M).group(1)))
                await asyncio.sleep(0.2)

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(worker() for _ in range(16)))
    watcher.cancel()
    took.sort(), lags.sort()
    print(
        f"| at half that rate ({rate:,.0f}/s): time to 202 | p50 {took[len(took) // 2] * 1e3:.0f} ms, p99 {took[int(len(took) * 0.99)] * 1e3:.0f} ms"
        f" | | | visible lag p95 {lags[int(len(lags) * 0.95)] * 1e3:.0f} ms |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sustain", type=int, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| figure | Lynex | floor | ratio | note |\n|---|---|---|---|---|")
        timing = {"seconds": options.seconds, "runs": options.runs}
        if options.runs:
            compare(
                folder,
                "single events, 64 connections",
                1,
                64,
                options.seconds,
                options.runs,
                ("/event", "/api/v1/events"),
            )
            compare(
                folder,
                "batches of 100, 16 connections",
                100,
                connections=16,
                paths=("/batch", "/api/v1/events/batch"),
                **timing,
            )
        if options.sustain:
            sustain(folder, options.sustain)


if __name__ == "__main__":
    main()

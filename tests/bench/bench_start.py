"""Start to the first 200, and idle memory, next to a bare Python that imports the same packages.

    python -m tests.bench.bench_start [--events 0] [--runs 5]

With --events, the hot file holds that many, made as bench_questions makes them.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil

from tests.bench.bench_questions import fill
from tests.running import Running

IMPORTS = "import uvicorn, uvloop, httptools, starlette, msgspec, duckdb, pyarrow, sqlalchemy, typer"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        server = Running(Path(name) / "data")
        if options.events:
            fill(server.data_dir, options.events)
            server.data_dir.chmod(0o700)
        server.start(wait=300)
        idle, bare, starts = [], [], []
        server.stop(60)
        for _ in range(options.runs):
            bare.append(timed(lambda: subprocess.run([sys.executable, "-c", IMPORTS], check=True)))
            server.start(wait=0)
            starts.append(timed(lambda: until_200(server)))
            server.wait_ready(60)
            time.sleep(3)
            idle.append(psutil.Process(server.server_pid()).memory_info().rss >> 20)
            server.stop(60)
    print(f"| start to first 200, {options.events:,} events | {figures(starts)} | imports alone {figures(bare)} |")
    print(f"| idle memory after it | {statistics.median(idle):.0f} MiB | |")


def until_200(server: Running) -> None:
    while True:
        try:
            if httpx2.get(f"{server.url}/api/v1/events", headers=server.headers, timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.005)


def timed(act) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def figures(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} s ({min(values):.2f}–{max(values):.2f})"


if __name__ == "__main__":
    main()

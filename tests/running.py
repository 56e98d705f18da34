"""A real server process for tests: started, spoken to, killed, looked into."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import httpx2

KEY = "sk_live_" + "T" * 32
PROJECT = "proj_default"


def free_port() -> int:
    """Below the ports that the system gives to connections, so that none of those takes it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Running:
    """`lynex serve` on a data directory and a free port; every LYNEX_* variable of `settings` reaches it."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    wrapper: list[str] = field(default_factory=list)  # such as strace and its arguments
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __del__(self) -> None:
        """A test that failed leaves no server behind."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": KEY}

    @property
    def log_path(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def start(self, *, wait: float = 120.0) -> "Running":
        env = {name: value for name, value in os.environ.items() if not name.startswith("LYNEX_")}
        env |= {"LYNEX_INIT_API_KEY": KEY, "PYTHONUNBUFFERED": "1"}
        env |= {"LYNEX_SERVER_OTLP_PORT": "0", "LYNEX_SERVER_OTLP_GRPC_PORT": "0"} | self.settings
        command = [*self.wrapper, sys.executable, "-m", "lynex", "serve"]
        command += ["--data-dir", str(self.data_dir), "--port", str(self.port)]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        if wait:
            self.wait_ready(wait)
        return self

    def wait_ready(self, seconds: float = 120.0) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            try:
                if httpx2.get(f"{self.url}/ready", timeout=2).status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"not ready after {seconds} s:\n{self.log()[-4000:]}")

    def client(self, **extra) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=20, **extra)

    def get(self, path: str, **params) -> httpx2.Response:
        return httpx2.get(self.url + path, params=params or None, headers=self.headers, timeout=20)

    def post(self, events: list[dict], **extra) -> httpx2.Response:
        return httpx2.post(
            f"{self.url}/api/v1/events/batch", json={"events": events}, headers=self.headers, timeout=20, **extra
        )

    def metric(self, name: str) -> float:
        text = httpx2.get(f"{self.url}/metrics", headers=self.headers, timeout=20).text
        values = [
            float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name
        ]
        assert values, f"no metric {name}"
        return sum(values)

    def drain(self, seconds: float = 120.0) -> None:
        """Wait until everything accepted is stored."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.metric("lynex_queue_depth") == 0:
                return
            time.sleep(0.05)
        raise AssertionError("the backlog did not drain")

    def server_pid(self) -> int:
        """The pid of the server itself, not of a wrapper around it."""
        return json.loads((self.data_dir / "run" / "server.json").read_text())["pid"]

    def kill(self) -> None:
        """SIGKILL, at once; a wrapper ends with its child."""
        if self.process is None:
            return
        if self.wrapper:
            try:
                os.kill(self.server_pid(), signal.SIGKILL)
            except (OSError, ValueError):
                self.process.kill()
        else:
            self.process.kill()
        self.process.wait(20)

    def stop(self, seconds: float = 20.0) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stored_ids(self) -> list[str]:
        """Every event id in the hot file, duplicates and all; only while the server is stopped."""
        with duckdb.connect(str(self.data_dir / "hot" / "lynex.duckdb"), read_only=True) as hot:
            return [row[0] for row in hot.execute("SELECT event_id FROM events").fetchall()]


def local_client(server: Running) -> httpx2.Client:
    """As a command on the server's machine: it may do everything, in every project."""
    token = json.loads((server.data_dir / "run" / "server.json").read_text())["token"]
    return httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)

"""A real server for the SDK's events, clients that end with their test, and a proxy for bad networks."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lynex_sdk import Lynex

from tests.running import KEY, Running
from tests.sdk.proxy import Proxy

SDK = Path(__file__).parent.parent.parent / "sdk" / "js"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("sdk") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def proxy(server) -> Iterator[Proxy]:
    made = Proxy(server.port)
    yield made
    made.close()


@pytest.fixture
def said() -> list[str]:
    """What clients reported through on_error."""
    return []


@pytest.fixture
def client_of(said) -> Iterator[Callable[..., Lynex]]:
    made: list[Lynex] = []

    def make(endpoint: str, **settings: Any) -> Lynex:
        usual = {"api_key": KEY, "on_error": said.append, "flush_interval": 0.05, "shutdown_timeout": 0.2}
        client = Lynex(endpoint=endpoint, **(usual | settings))
        made.append(client)
        return client

    yield make
    for client in made:
        client.shutdown(0)


@pytest.fixture
def recorded() -> Iterator[tuple[Lynex, list[dict[str, Any]]]]:
    """A client that sends nothing, and the events it would have sent, after `flush`."""
    events: list[dict[str, Any]] = []

    def keep(event: dict[str, Any]) -> None:
        events.append(event)

    client = Lynex(api_key=KEY, endpoint="http://127.0.0.1:9", before_send=keep, flush_interval=0.01)
    yield client, events
    client.shutdown(0)


@pytest.fixture(scope="module")
def module() -> str:
    """The built module; installing the compiler and building take some seconds where it is not there yet."""
    assert shutil.which("npm"), "npm is missing: apt-get install nodejs npm"
    built = SDK / "dist" / "cjs" / "package.json"
    newest = max(file.stat().st_mtime for file in (SDK / "src").iterdir())
    if not (SDK / "node_modules").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=SDK, check=True)
    if not built.exists() or built.stat().st_mtime < newest:
        subprocess.run(["npm", "run", "build"], cwd=SDK, check=True)
    return str(SDK / "dist" / "esm" / "node.js")

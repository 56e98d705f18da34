"""A real server for the SDK's events, clients that end with their test, and a proxy for bad networks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lynex_sdk import Lynex

from tests.running import KEY, Running
from tests.sdk.proxy import Proxy


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

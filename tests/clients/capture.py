"""Runs clients against the fake model and the catcher, and freezes what they send: python -m tests.clients.capture."""

import sys

from tests.clients.catcher import Catcher
from tests.clients.clients import CLIENTS, Client
from tests.clients.environments import run
from tests.clients.fake_model import FakeModel
from tests.clients.freezing import freeze
from tests.clients.serving import served
from tests.running import free_port


def main(names: list[str]) -> None:
    for client in CLIENTS:
        if not names or client.name in names:
            capture(client)


def capture(client: Client) -> None:
    model, catcher = FakeModel(), Catcher()
    grpc_port = free_port()
    grpc_server = catcher.grpc_server(grpc_port)
    grpc_server.start()
    with served(model.app) as model_url, served(catcher.app) as url:
        ended = run(client, url=url, grpc=f"http://127.0.0.1:{grpc_port}", key="sk_any", model_url=f"{model_url}/v1")
    grpc_server.stop(0).wait()
    if ended.returncode != 0:
        raise SystemExit(f"{client.name} failed:\n{ended.stdout}\n{ended.stderr}")
    folder = freeze(client.name, catcher.caught)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{client.name}: {len(catcher.caught)} requests, {size:,} bytes, calls {model.calls}")
    if ended.stderr.strip():
        print(f"  it says: {ended.stderr.strip()[-500:]}")


if __name__ == "__main__":
    main(sys.argv[1:])

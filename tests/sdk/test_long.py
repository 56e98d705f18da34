"""What takes its time: a million events into nothing, two hundred hosts that end, instrumentors of other people."""

import resource
import subprocess

import pytest
from lynex_sdk import Lynex

from tests.clients.clients import CLIENTS
from tests.clients.environments import interpreter
from tests.clients.fake_model import FakeModel
from tests.clients.serving import served
from tests.running import KEY
from tests.sdk.test_examples import EXAMPLES
from tests.sdk.test_harmless import run_host

pytestmark = pytest.mark.long


def test_a_million_events_into_a_dead_server_stay_under_the_cap():
    client = Lynex(api_key=KEY, endpoint="http://127.0.0.1:9", on_error=lambda words: None, shutdown_timeout=0)
    for _ in range(50_000):
        client.capture_llm_call("gpt-4o", "Where is my order?" * 10, "On its way." * 20, {"input": 1, "output": 2}, 5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(950_000):
        client.capture_llm_call("gpt-4o", "Where is my order?" * 10, "On its way." * 20, {"input": 1, "output": 2}, 5)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    stats = client.stats()
    client.shutdown(0)
    assert grown < 32 << 10, f"{grown} KiB more"
    assert stats["captured"] == 1_000_000 == stats["waiting"] + sum(stats["dropped"].values())


def test_two_hundred_hosts_end_and_lose_nothing(server):
    code = f"""
        import lynex_sdk
        lynex_sdk.init(endpoint="{server.url}")
        for n in range(20): lynex_sdk.custom("end", tags=["two-hundred"])
    """
    for _ in range(200):
        ended = run_host(code)
        assert ended.returncode == 0 and ended.stderr == ""
    server.drain()
    assert server.get("/api/v1/stats/overview", tag="two-hundred").json()["events"] == 4000


def test_instrument_switches_on_what_is_installed_and_names_what_is_missing(server):
    (client,) = [one for one in CLIENTS if one.recipe == "openinference_openai"][:1]
    code = """
import openai, lynex_sdk
client = lynex_sdk.init(service_name="instrumented")
found = client.instrument("openai", "anthropic")
assert found.on == {"openai": "openinference-instrumentation-openai"}, found
assert client.instrument().on == found.on
openai.OpenAI().chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello"}])
from opentelemetry import trace
trace.get_tracer_provider().force_flush()
print(found)
"""
    with served(FakeModel().app) as models:
        env = {
            "LYNEX_API_KEY": KEY, "LYNEX_ENDPOINT": server.url, "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": f"{models}/v1",
            "PYTHONPATH": str(EXAMPLES.parent),
        }  # fmt: skip
        command = [interpreter(client, client.script)[0], "-c", code]
        told = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stderr
    assert "openai: recorded by openinference-instrumentation-openai" in told.stdout
    server.drain()
    events = server.get("/api/v1/events", service="instrumented", fields="body").json()["items"]
    assert [one["body"]["usage"]["input_tokens"] for one in events] == [20]

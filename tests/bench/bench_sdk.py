"""What the Python SDK costs its host, beside Langfuse 5 and the bare OpenTelemetry SDK doing the same in the same run.

Run: `python -m tests.bench.bench_sdk [--peers]`. `--peers` needs the clients' environments (`tools/clients` makes them).
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.clients.clients import CLIENTS
from tests.clients.environments import interpreter
from tests.running import KEY, Running

CALLS = 20_000
ROUNDS = 5
PROMPT, ANSWER = "Where is my order, please? " * 20, "It left our warehouse this morning. " * 15

TIMED = """
import time, sys, json
def timed(one, count):
    taken = []
    for _ in range(count):
        began = time.perf_counter_ns(); one(); taken.append(time.perf_counter_ns() - began)
    taken.sort()
    return [taken[count // 2] / 1000, taken[count * 99 // 100] / 1000]
PROMPT, ANSWER, CALLS = sys.argv[1], sys.argv[2], int(sys.argv[3])
"""
OURS = """
import lynex_sdk
client = lynex_sdk.Lynex(api_key="k", endpoint="http://127.0.0.1:9", max_buffer_events=10**6, max_buffer_bytes=10**10,
                         flush_events=10**6, flush_interval=3600, shutdown_timeout=0, on_error=lambda words: None)
capture = timed(lambda: client.capture_llm_call("gpt-4o", PROMPT, ANSWER, {"input": 120, "output": 90}, 230), CALLS)
empty = client.trace("empty")(lambda: None)
print(json.dumps({"capture": capture, "trace": timed(empty, CALLS)}))
"""
OPENTELEMETRY = """
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
class Nowhere(SpanExporter):
    def export(self, spans): return None
provider = TracerProvider(); provider.add_span_processor(BatchSpanProcessor(Nowhere(), max_queue_size=10**6))
tracer = provider.get_tracer("t")
def call():
    with tracer.start_as_current_span("chat gpt-4o") as span:
        span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": PROMPT}]}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]}]),
            "gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 90})
def empty():
    with tracer.start_as_current_span("empty"): pass
print(json.dumps({"capture": timed(call, CALLS), "trace": timed(empty, CALLS)}))
"""
LANGFUSE = """
import logging; logging.disable()
from langfuse import Langfuse, observe
client = Langfuse(public_key="pk", secret_key="sk", base_url="http://127.0.0.1:9", timeout=1)
def call():
    with client.start_as_current_observation(name="chat", as_type="generation", model="gpt-4o", input=PROMPT) as one:
        one.update(output=ANSWER, usage_details={"input": 120, "output": 90})
@observe(name="empty")
def empty(): pass
print(json.dumps({"capture": timed(call, CALLS // 4), "trace": timed(empty, CALLS // 4)}), flush=True)
import os; os._exit(0)
"""
NODE = """
const { Lynex } = await import(process.argv[1]);
const [PROMPT, ANSWER, CALLS] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const client = new Lynex({ apiKey: "k", endpoint: "http://127.0.0.1:9", flushEvents: 1e6, flushBytes: 1e10, flushInterval: 1e6,
  maxBufferEvents: 1e6, maxBufferBytes: 1e10, onError() {} });
const timed = (one) => {
  const taken = [];
  for (let n = 0; n < CALLS; n += 1) {
    const began = process.hrtime.bigint(); one(); taken.push(Number(process.hrtime.bigint() - began) / 1000);
  }
  taken.sort((a, b) => a - b);
  return [taken[CALLS >> 1], taken[Math.floor(CALLS * 0.99)]];
};
const call = { model: "gpt-4o", prompt: PROMPT, response: ANSWER, tokens: { input: 120, output: 90 }, latencyMs: 230 };
const capture = timed(() => client.captureLLMCall(call));
const empty = client.trace("empty", () => undefined);
console.log(JSON.stringify({ capture, trace: timed(empty) }));
process.exit(0);
"""
IMPORTS = {"Lynex": "lynex_sdk", "OpenTelemetry": "opentelemetry.sdk.trace", "Langfuse": "langfuse"}


def measured(command: list[str], code: str) -> dict:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(TIMED + code)
        script.flush()
        told = subprocess.run(
            [*command[:-1], script.name, PROMPT, ANSWER, str(CALLS)], capture_output=True, text=True, check=False
        )
    if told.returncode:
        raise SystemExit(told.stderr[-2000:])
    return json.loads(told.stdout.splitlines()[-1])


def import_ms(command: list[str], module: str) -> float:
    code = f"import time; began = time.perf_counter(); import {module}; print((time.perf_counter() - began) * 1000)"
    taken = [float(subprocess.check_output([*command[:-1], "-c", code])) for _ in range(ROUNDS)]
    return statistics.median(taken)


def through(count: int = 20_000) -> float:
    """Events a second from the first capture to the last 202."""
    code = f"""
import time, lynex_sdk
client = lynex_sdk.Lynex(max_buffer_events=10**6, max_buffer_bytes=10**10)
began = time.perf_counter()
for _ in range({count}):
    client.capture_llm_call("gpt-4o", {PROMPT!r}, {ANSWER!r}, {{"input": 120, "output": 90}}, 230)
assert client.flush(120) and client.stats()["sent"] == {count}
print({count} / (time.perf_counter() - began))
"""
    with tempfile.TemporaryDirectory() as folder:
        server = Running(Path(folder) / "data").start()
        env = {"LYNEX_API_KEY": KEY, "LYNEX_ENDPOINT": server.url}
        rate = float(subprocess.check_output([sys.executable, "-c", code], env=env))
        server.stop()
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="measure Langfuse and OpenTelemetry too")
    who = {"Lynex": ([sys.executable, "script"], OURS)}
    if parser.parse_args().peers:
        known = {client.recipe: client for client in CLIENTS}
        for name, recipe, code in (
            ("OpenTelemetry", "otel_sdk", OPENTELEMETRY),
            ("Langfuse", "langfuse_sdk", LANGFUSE),
        ):
            who[name] = (interpreter(known[recipe], known[recipe].script), code)
    print("who            capture µs p50   p99   traced empty function µs p50   p99   import ms")
    for name, (command, code) in who.items():
        runs = [measured(command, code) for _ in range(ROUNDS)]
        capture, traced = (
            [statistics.median(run[what][at] for run in runs) for at in (0, 1)] for what in ("capture", "trace")
        )
        started = import_ms(command, IMPORTS[name])
        print(f"{name:14} {capture[0]:14.1f} {capture[1]:5.0f} {traced[0]:29.1f} {traced[1]:5.0f} {started:11.0f}")
    module = Path(__file__).parents[2] / "sdk" / "js" / "dist" / "esm" / "node.js"
    if module.exists():
        command = ["node", "--input-type=module", "-e", NODE, str(module), PROMPT, ANSWER, str(CALLS)]
        runs = [json.loads(subprocess.check_output(command)) for _ in range(ROUNDS)]
        node = [statistics.median(run[what][at] for run in runs) for what in ("capture", "trace") for at in (0, 1)]
        print(f"Lynex in Node  {node[0]:14.1f} {node[1]:5.0f} {node[2]:29.1f} {node[3]:5.0f}")
    began = time.perf_counter()
    print(f"captured and answered 202: {through():,.0f} events/s (in {time.perf_counter() - began:.0f} s)")


if __name__ == "__main__":
    main()

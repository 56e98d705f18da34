"""Points real clients at a real server and asks it, through the API, whether it understood them.

python -m tests.clients.live [--five] [client …]; prints a table, exits with 1 where something was wrong.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path

from tests.clients.clients import CLIENTS, FIVE, Client
from tests.clients.environments import prepare, run
from tests.clients.facts import Event, faults
from tests.clients.fake_model import FakeModel
from tests.clients.guide import snippets, try_snippet
from tests.clients.serving import served
from tests.running import KEY, Running, free_port


@dataclass(frozen=True, slots=True)
class Outcome:
    client: Client
    faults: list[str]
    http_calls: int = 0
    events: int = 0
    traces: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0


def main(arguments: Sequence[str]) -> int:
    five = "--five" in arguments
    names = {name for name in arguments if not name.startswith("-")} or (set(FIVE) if five else None)
    wanted = [client for client in CLIENTS if names is None or client.name in names]
    for client in wanted:
        prepare(client)
    with tempfile.TemporaryDirectory() as folder:
        grpc_port = free_port()
        settings = {"LYNEX_SERVER_OTLP_PORT": "0", "LYNEX_SERVER_OTLP_GRPC_PORT": str(grpc_port)}
        lynex = Running(Path(folder) / "data", settings).start()
        try:
            outcomes = [_try(client, lynex, f"http://127.0.0.1:{grpc_port}") for client in wanted]
            printed = [] if five else [_try_printed(lynex, *snippet) for snippet in snippets() if snippet[1] in wanted]
        finally:
            lynex.stop()
    _print_table(outcomes)
    print(*printed, sep="\n")
    return 1 if any(outcome.faults for outcome in outcomes) or any("WRONG" in line for line in printed) else 0


def _try(client: Client, lynex: Running, grpc: str) -> Outcome:
    model, known, began = FakeModel(), set(_event_ids(lynex)), time.monotonic()
    with served(model.app) as model_url:
        ended = run(client, url=lynex.url, grpc=grpc, key=KEY, model_url=f"{model_url}/v1")
    if ended.returncode != 0:
        return Outcome(client, [f"the recipe failed: {ended.stderr.strip()[-1500:]}"])
    lynex.drain()
    events = [lynex.get(f"/api/v1/events/{one}").json() for one in _event_ids(lynex) if one not in known]
    traces = [lynex.get(f"/api/v1/traces/{one}").json()["trace"] for one in sorted(_trace_ids(events))]
    inputs, outputs = (sum(trace[name] for trace in traces) for name in ("input_tokens", "output_tokens"))
    return Outcome(
        client,
        [*faults(client, events), *_faults_of_totals(client, traces, inputs, outputs)],
        len(model.calls),
        len(events),
        len(traces),
        inputs,
        outputs,
        time.monotonic() - began,
    )


def _try_printed(lynex: Running, page: str, client: Client, variables: str, code: str) -> str:
    """One line about the code of a page of the guide: it must run, and a model call of its session must arrive."""
    model, known = FakeModel(), set(_event_ids(lynex))
    with served(model.app) as model_url:
        fault = try_snippet(client, variables, code, url=lynex.url, key=KEY, model_url=f"{model_url}/v1")
    lynex.drain()
    events = [lynex.get(f"/api/v1/events/{one}").json() for one in _event_ids(lynex) if one not in known]
    calls = [event for event in events if event["type"] == "model_response"]
    users = {event["context"].get("user_id") for event in events}
    if fault is None and (not calls or "u-1" not in users):
        fault = f"{len(events)} events arrived, {len(calls)} model calls, users {users}"
    return f"{page:36}{client.name:26}{'ok' if fault is None else 'WRONG ' + fault}"


def _event_ids(lynex: Running) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while cursor is not None or not ids:
        page = lynex.get("/api/v1/events", limit=500, **({"cursor": cursor} if cursor else {})).json()
        ids += [event["eventId"] for event in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    return ids


def _trace_ids(events: Sequence[Event]) -> set[str]:
    """Of spans: what only log records speak of has no totals."""
    return {event["context"]["trace_id"] for event in events if "trace_id" in event["context"]}


def _faults_of_totals(client: Client, traces: Sequence[Event], inputs: int, outputs: int) -> list[str]:
    wanted = client.totals["input_tokens"], client.totals["output_tokens"]
    wrong = [] if (inputs, outputs) == wanted else [f"the traces add up to {inputs} and {outputs} tokens, not {wanted}"]
    cost = sum(trace["cost_usd"] or 0 for trace in traces)
    if not isclose(cost, client.cost, rel_tol=1e-6):
        wrong.append(f"the traces cost {cost}, not {client.cost}")
    return wrong


def _print_table(outcomes: Sequence[Outcome]) -> None:
    print(f"{'client':26}{'HTTP calls':>11}{'events':>8}{'traces':>8}{'input':>7}{'output':>8}{'seconds':>9}  result")
    for one in outcomes:
        figures = f"{one.http_calls:>11}{one.events:>8}{one.traces:>8}{one.input_tokens:>7}{one.output_tokens:>8}"
        print(f"{one.client.name:26}{figures}{one.seconds:>9.1f}  {'ok' if not one.faults else 'WRONG'}")
        for fault in one.faults:
            print(f"    {fault}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

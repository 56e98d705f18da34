"""Points real clients at a real server and asks it, through the API, whether it understood them.

python -m tests.clients.live [--five] [client …]; prints a table, exits with 1 where something was wrong. Unless only
five are wanted, the programs printed in the guide are run as well.
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
from tests.clients.guide import Snippet, snippets, try_snippet
from tests.clients.serving import served
from tests.running import KEY, Running, free_port


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    faults: list[str]
    figures: tuple[float, ...] = ()  # in the order of the table's columns


def main(arguments: Sequence[str]) -> int:
    only_five = "--five" in arguments
    names = {name for name in arguments if not name.startswith("-")} or set(FIVE if only_five else map(_name, CLIENTS))
    wanted = [client for client in CLIENTS if client.name in names]
    for client in wanted:
        prepare(client)
    with tempfile.TemporaryDirectory() as folder:
        grpc_port = free_port()
        settings = {"LYNEX_SERVER_OTLP_PORT": "0", "LYNEX_SERVER_OTLP_GRPC_PORT": str(grpc_port)}
        lynex = Running(Path(folder) / "data", settings).start()
        try:
            ran = [_try_recipe(client, lynex, f"http://127.0.0.1:{grpc_port}") for client in wanted]
            printed = [] if only_five else [_try_printed(one, lynex) for one in snippets() if one.client in wanted]
        finally:
            lynex.stop()
    _print_table(ran, printed)
    return 1 if any(outcome.faults for outcome in (*ran, *printed)) else 0


def _name(client: Client) -> str:
    return client.name


def _try_recipe(client: Client, lynex: Running, grpc: str) -> Outcome:
    model, known, began = FakeModel(), _event_ids(lynex), time.monotonic()
    with served(model.app) as model_url:
        ended = run(client, url=lynex.url, grpc=grpc, key=KEY, model_url=f"{model_url}/v1")
    if ended.returncode != 0:
        return Outcome(client.name, [f"the recipe failed: {ended.stderr.strip()[-1500:]}"])
    events = _told_since(known, lynex)
    ids = sorted({event["context"]["trace_id"] for event in events if "trace_id" in event["context"]})
    traces = [lynex.get(f"/api/v1/traces/{one}").json()["trace"] for one in ids]
    inputs, outputs = (sum(trace[name] for trace in traces) for name in ("input_tokens", "output_tokens"))
    figures = (len(model.calls), len(events), len(traces), inputs, outputs, time.monotonic() - began)
    return Outcome(client.name, [*faults(client, events), *_faults_of_traces(client, traces)], figures)


def _try_printed(snippet: Snippet, lynex: Running) -> Outcome:
    """The program must run, and a model call and its user must arrive."""
    model, known = FakeModel(), _event_ids(lynex)
    with served(model.app) as model_url:
        fault = try_snippet(snippet, url=lynex.url, key=KEY, model_url=f"{model_url}/v1")
    events = _told_since(known, lynex)
    calls = [event for event in events if event["type"] == "model_response"]
    users = {event["context"].get("user_id") for event in events}
    if fault is None and (not calls or "u-1" not in users):
        fault = f"{len(events)} events arrived, {len(calls)} of them model calls, of the users {users}"
    return Outcome(f"{snippet.page}, {snippet.client.name}", [fault] if fault is not None else [])


def _told_since(known: Sequence[str], lynex: Running) -> list[Event]:
    lynex.drain()
    return [lynex.get(f"/api/v1/events/{one}").json() for one in _event_ids(lynex) if one not in known]


def _event_ids(lynex: Running) -> list[str]:
    ids: list[str] = []
    asked: dict[str, str] = {}
    while True:
        page = lynex.get("/api/v1/events", limit=500, **asked).json()
        ids += [event["eventId"] for event in page["items"]]
        if page["next"] is None:
            return ids
        asked = {"cursor": page["next"]}


def _faults_of_traces(client: Client, traces: Sequence[Event]) -> list[str]:
    """What their facts say must be what the events add up to."""
    wrong = []
    for name in ("input_tokens", "output_tokens"):
        found = sum(trace[name] for trace in traces)
        if found != client.totals[name]:
            wrong.append(f"the traces have {found} {name}, not {client.totals[name]}")
    cost = sum(trace["cost_usd"] or 0 for trace in traces)
    if not isclose(cost, client.cost, rel_tol=1e-6):
        wrong.append(f"the traces cost {cost}, not {client.cost}")
    for name, wanted in (("session_id", client.session), ("user_id", client.user)):
        if {trace[name] for trace in traces} != {wanted}:
            wrong.append(f"the traces have the {name} {[trace[name] for trace in traces]}, not {wanted}")
    return wrong


def _print_table(ran: Sequence[Outcome], printed: Sequence[Outcome]) -> None:
    print(f"{'client':26}{'HTTP calls':>11}{'events':>8}{'traces':>8}{'input':>7}{'output':>8}{'seconds':>9}  result")
    for one in ran:
        figures = "{:>11}{:>8}{:>8}{:>7}{:>8}{:>9.1f}".format(*one.figures) if one.figures else " " * 51
        _print_result(f"{one.name:26}{figures}", one)
    for one in printed:
        _print_result(f"{one.name:77}", one)


def _print_result(line: str, outcome: Outcome) -> None:
    print(f"{line}  {'ok' if not outcome.faults else 'WRONG'}")
    for fault in outcome.faults:
        print(f"    {fault}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

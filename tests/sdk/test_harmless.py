"""Whatever the host hands over or does, it sees no exception; and nothing leaves that should not."""

import datetime
import decimal
import enum
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lynex_sdk import Lynex
from lynex_sdk.redact import RULES, redacted, rules_named
from lynex_sdk.settings import Settings
from lynex_sdk.values import Budget, plain

from lynex.effective import load_config
from tests.running import KEY


class Hostile:
    def __repr__(self):
        raise RuntimeError("repr")

    __str__ = __hash__ = __eq__ = __repr__

    def __getattr__(self, name):
        raise RuntimeError(name)


class Endless(dict):
    def items(self):
        number = 0
        while True:
            yield number, "x"
            number += 1


@dataclass
class Point:
    x: int
    y: object


class Colour(enum.Enum):
    RED = "red"


def test_odd_values_become_plain_ones():
    itself = []
    itself.append(itself)
    values = {
        "hostile": Hostile(), "endless": Endless({1: 2}), "itself": itself, "nan": float("nan"), "big": 2**80,
        "bytes": b"abc", "set": {1}, "point": Point(1, Hostile()), "colour": Colour.RED, "id": uuid.UUID(int=1),
        "when": datetime.datetime(2026, 1, 1), "money": decimal.Decimal("1.5"), "path": Path("/a"), "type": int,
        "error": ValueError("x"), "lone": "\ud800", (1, 2): 3, Colour.RED: 1, "generator": (n for n in range(3)),
    }  # fmt: skip
    made = plain(values, Budget(1 << 20, 1000))
    json.dumps(made).encode()
    assert made["hostile"].startswith("[") and made["point"]["x"] == 1 and made["colour"] == "red"
    assert made["big"] == str(2**80) and made["nan"] == "nan" and made["bytes"] == "[3 bytes]"
    assert made["money"] == "1.5" and made["path"] == "/a" and "generator" in made["generator"]


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.none() | st.floats() | st.integers() | st.text() | st.binary(max_size=20),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=50))  # fmt: skip
def test_plain_values_stay_within_their_budget(value):
    budget = Budget(2000, 100)
    text = json.dumps(plain(value, budget), ensure_ascii=False)
    assert len(text) < 60_000


def test_large_values_are_cut_and_say_so(recorded):
    client, events = recorded
    client.capture_llm_call("m", "p" * 3_000_000, "r")
    client.flush(5)
    body = events[0]["body"]
    assert len(body["prompt"]) < 300_000 and body["prompt"].endswith("[3000000 characters]") and body["truncated"]


def test_wrong_calls_and_failing_hooks_stay_away_from_the_host(said=None):
    said = []
    client = Lynex(api_key=KEY, endpoint="http://127.0.0.1:9", on_error=said.append, flush_interval=0.01,
                   before_send=lambda event: 1 / 0)  # fmt: skip
    assert client.capture_llm_call() is None and client.log() is None and client.tool_call(1, 2, 3, 4, 5) is None
    assert client.capture_event("log", 5) is None
    client.log("x", tags=5)
    client.log("seen by the hook")
    client.span(Hostile())
    with client.span("s") as s:
        s.set(**{"a": Hostile()})
    assert client.flush(5)
    assert client.stats()["dropped"]["before_send_failed"] >= 2 and len(said) >= 4
    broken = Lynex(api_key=KEY, endpoint="http://127.0.0.1:9", on_error=lambda words: 1 / 0, sample_rate="lots")
    broken.log(Hostile())
    broken.shutdown(0)
    client.shutdown(0)


def test_wrong_settings_warn_and_are_not_used(monkeypatch):
    monkeypatch.setenv("LYNEX_FLUSH_EVENTS", "many")
    monkeypatch.setenv("LYNEX_CAPTURE_CONTENT", "no")
    monkeypatch.setenv("LYNEX_ENDPOINT", "http://example.test:1/")
    read = Settings.read({"sample_rate": 7, "timeout": -1, "endpoint": "ftp://x", "flush_bites": 3, "api_key": "k"})
    assert read.sample_rate == 1 and read.timeout == 10 and read.flush_events == 100 and read.api_key == "k"
    assert read.capture_content is False
    named = " ".join(read.problems)
    assert all(word in named for word in ("sample_rate", "timeout", "endpoint", "flush_bites", "LYNEX_FLUSH_EVENTS"))


def test_the_server_knows_that_our_variables_are_not_its_settings():
    names = {f"LYNEX_{one.name.upper()}" for one in fields(Settings)}
    names -= {"LYNEX_PROBLEMS", "LYNEX_BEFORE_SEND", "LYNEX_ON_ERROR"}  # those are functions
    assert not load_config(None, dict.fromkeys(names, "1"), {}).warnings


SECRETS = [
    ("emails", "write to jane.doe+x@mail.example.co.uk now", "jane.doe"),
    ("phones", "call +49 (30) 1234-5678 today", "1234"),
    ("cards", "card 4111 1111 1111 1111 ok", "4111"),
    ("cards", "card 5500005555555559 ok", "5500"),
    ("keys", "sk-proj-abcdefghijklmnopqrstuvwxyz012345", "abcdef"),
    ("keys", "use sk_live_" + "T" * 32, "TTTT"),
    ("keys", "AKIAIOSFODNN7EXAMPLE", "AKIA"),
    ("keys", "Authorization: Bearer abcdefghijklmnop123456", "abcdef"),
    ("keys", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "abcdef"),
    ("ips", "from 192.168.10.254 on", "192.168"),
    ("ibans", "DE89 3704 0044 0532 0130 00", "3704"),
]


@pytest.mark.parametrize(("rule", "text", "secret"), SECRETS)
def test_rules_take_out_what_they_are_named_after(rule, text, secret):
    rules, unknown = rules_named([rule])
    assert not unknown and secret in text
    assert secret not in redacted({"deep": [text]}, rules)["deep"][0]


@pytest.mark.parametrize(
    "text",
    [
        "order 1234567890123",
        "version 1.2.3",
        "2026-11-20T12:00:00Z",
        "π = 3.14159265",
        "id 550e8400-e29b-41d4-a716-446655440000",
    ],
)
def test_rules_leave_ordinary_texts_alone(text):
    assert redacted(text, list(RULES.values())) == text


@pytest.mark.parametrize(
    "evil",
    [
        "a" * 200_000,
        "@" * 200_000,
        "1 " * 100_000,
        "a@" * 100_000,
        "-----BEGIN " * 20_000,
        "Bearer " * 30_000,
        "+(1" * 60_000,
        "sk-" * 60_000,
        "ey-" * 60_000,
    ],
)
def test_rules_take_no_longer_on_evil_texts(evil):
    began = time.process_time()
    redacted(evil, list(RULES.values()))
    assert time.process_time() - began < 20  # quadratic ones take minutes


def test_content_stays_at_home_when_told_so(recorded):
    _, events = recorded
    client = Lynex(api_key=KEY, endpoint="http://127.0.0.1:9", capture_content=False, drop_fields=["metadata.customer"],
                   before_send=lambda event: events.append(event), flush_interval=0.01)  # fmt: skip
    client.capture_llm_call(
        "m", "secret prompt", "secret answer", {"input": 1}, metadata={"customer": "x", "plan": "y"}
    )
    client.tool_call("t", {"secret": 1}, "secret")
    client.flush(5)
    client.shutdown(0)
    assert "secret" not in json.dumps(events)
    assert events[0]["body"]["model"] == "m" and events[0]["context"]["metadata"] == {"plan": "y"}


def run_host(code: str, *, seconds: float = 20, send_signal: int | None = None) -> subprocess.CompletedProcess[str]:
    """A host program of its own."""
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={**os.environ, "LYNEX_API_KEY": KEY})  # fmt: skip
    if send_signal is not None:
        time.sleep(1.0)
        process.send_signal(send_signal)
    out, err = process.communicate(timeout=seconds)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_what_was_captured_is_sent_when_the_host_ends(server):
    for number in range(10):
        code = f"""
            import lynex_sdk
            lynex_sdk.init(endpoint="{server.url}")
            for n in range(50): lynex_sdk.custom(f"exit-{number}-{{n}}", tags=["exit"])
        """
        ended = run_host(code)
        assert ended.returncode == 0 and ended.stderr == "", ended.stderr
    server.drain()
    assert server.get("/api/v1/stats/overview", tag="exit").json()["events"] == 500


def test_a_dead_server_never_holds_up_the_end_of_the_host():
    code = """
        import lynex_sdk, time, sys
        lynex_sdk.init(endpoint="http://127.0.0.1:9", shutdown_timeout=0.5, on_error=lambda words: None)
        for n in range(5000): lynex_sdk.log("x")
        print(time.time())
    """
    ended = run_host(code)
    assert ended.returncode == 0 and time.time() - float(ended.stdout) < 4 and ended.stderr == ""


def test_ctrl_c_ends_the_host_as_it_would_without_us():
    code = """
        import lynex_sdk, time
        lynex_sdk.init(endpoint="http://127.0.0.1:9", shutdown_timeout=0.3, on_error=lambda words: None)
        with lynex_sdk.span("long"):
            time.sleep(30)
    """
    ended = run_host(code, send_signal=signal.SIGINT)
    assert "KeyboardInterrupt" in ended.stderr and "lynex_sdk" not in ended.stderr.replace("import lynex_sdk", "")


def test_forked_children_send_their_own_events_and_only_those(server):
    code = f"""
        import os, lynex_sdk
        client = lynex_sdk.init(endpoint="{server.url}", flush_interval=5)
        lynex_sdk.custom("parent", tags=["fork"])
        children = []
        for number in range(4):
            child = os.fork()
            if child == 0:
                for n in range(25): lynex_sdk.custom(f"child-{{number}}-{{n}}", tags=["fork"])
                assert lynex_sdk.flush(10)
                os._exit(0 if client.stats()["sent"] == 25 else 1)
            children.append(child)
        assert all(os.waitpid(child, 0)[1] == 0 for child in children)
    """
    ended = run_host(code)
    assert ended.returncode == 0, ended.stderr
    server.drain()
    assert server.get("/api/v1/stats/overview", tag="fork").json()["events"] == 101


@pytest.mark.parametrize(
    ("method", "begin"), [("fork", "early"), ("forkserver", "early"), ("forkserver", "late"), ("spawn", "early")]
)
def test_what_a_child_of_multiprocessing_captured_last_is_sent(server, method, begin, tmp_path):
    script = tmp_path / "pool.py"
    script.write_text(
        textwrap.dedent(f"""
            import multiprocessing
            import lynex_sdk
            begin = lambda: lynex_sdk.init(endpoint="{server.url}", flush_interval=60)
            if "{begin}" == "early": begin()

            def work(number):
                if "{begin}" == "late": begin()
                lynex_sdk.custom(f"child-{{number}}", tags=["{method}-{begin}"])

            if __name__ == "__main__":
                context = multiprocessing.get_context("{method}")
                children = [context.Process(target=work, args=(number,)) for number in range(3)]
                for child in children: child.start()
                for child in children: child.join()
                assert not any(child.exitcode for child in children)
        """)
    )
    env = {**os.environ, "LYNEX_API_KEY": KEY}
    ended = subprocess.run([sys.executable, script], env=env, text=True, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0 and ended.stderr == "", ended.stderr
    server.drain()
    assert server.get("/api/v1/stats/overview", tag=f"{method}-{begin}").json()["events"] == 3

"""Every verb against a real server."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from lynex.cli.exit_codes import ExitCode
from tests.running import KEY


@pytest.fixture(scope="module")
def demo_day(server):
    """The demo, sent once for the tests that look at it."""
    command = [sys.executable, "-m", "lynex", "demo", "--json", "--data-dir", str(server.data_dir)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)


def events_of(here, *words):
    return here("events", "--json", *words).json["items"]


def test_the_demo_is_accepted_whole_and_visible(demo_day):
    assert demo_day["sent"] > 2_000 and demo_day["duplicates"] == 0 and demo_day["visible"]


def test_sending_the_demo_again_changes_nothing(here, demo_day):
    before = here("stats", "--json").json["overview"]["events"]
    again = here("demo", "--json").json
    assert again["duplicates"] == again["sent"]
    here("demo")
    assert here("stats", "--json").json["overview"]["events"] == before


def test_the_demo_shows_its_story(here, demo_day):
    failed = events_of(here, "--type", "tool_call", "--status", "error", "--name", "refund_create", "-n", "500")
    assert failed and {event["context"]["release"] for event in failed} == {"2.8.1"}
    models = {row["key"]: row for row in here("stats", "--json").json["breakdown"]["items"]}
    assert models["kettle-coder-7b"]["cost_usd"] is None and models["claude-opus-4-1"]["cost_usd"] > 20
    unknown = here("prices", "unknown", "--json").json["items"]
    assert [one["model"] for one in unknown] == ["kettle-coder-7b"]


def test_events_are_listed_as_a_table_newest_first(here, demo_day):
    said = here("events", "-n", "5")
    lines = said.out.splitlines()
    assert said.code == 0 and len(lines) == 6
    assert lines[0].split() == ["Time", "Type", "What", "happened", "Model", "Latency", "Tokens", "Cost"]
    told = events_of(here, "-n", "5")
    times = [event["timestamp"] for event in told]
    assert times == sorted(times, reverse=True) and all(
        line.split()[1] == event["type"] for line, event in zip(lines[1:], told, strict=True)
    )


def test_filters_and_pages_reach_further_than_one_answer(here, demo_day):
    many = events_of(here, "-n", "1500")
    assert len(many) == 1500 and len({event["eventId"] for event in many}) == 1500
    assert {event["type"] for event in events_of(here, "--type", "log", "--type", "error", "-n", "80")} == {
        "log",
        "error",
    }
    assert "No event matches" in here("events", "--user", "nobody").err


def test_one_event_is_shown_whole(here, demo_day):
    (event,) = events_of(here, "--name", "decide", "--model", "claude-sonnet-4-5", "-n", "1")
    said = here("events", event["eventId"])
    assert "You are the support agent" in said.out and "Out · assistant" in said.out
    assert here("events", event["eventId"], "--json").json["body"]["input"]["messages"]


def test_stats_show_figures_and_a_breakdown(here, demo_day):
    said = here("stats", "--by", "release", "--range", "7d")
    assert said.code == 0 and "Error rate" in said.out and "2.8.1" in said.out and "█" in said.out
    assert "No requests in this range" in here("stats", "--from", "2020-01-01", "--to", "2020-01-02").err


def test_projects_and_keys_are_made_listed_and_revoked(here, lynex, server):
    project = here("projects", "create", "Second shop", "--id", "proj_second")
    assert project.out == "proj_second\n"
    assert "Second shop" in here("projects", "list").out
    made = here("keys", "create", "laptop", "--scope", "read", "--project", "proj_second", "--json").json
    assert made["secret"].startswith("sk_live_") and made["scopes"] == ["read"]
    elsewhere = ("--endpoint", server.url, "--api-key", made["secret"])
    assert lynex("events", *elsewhere).code == 0
    refused = lynex("demo", *elsewhere)
    assert refused.code == ExitCode.REFUSED and "scope ingest" in refused.err
    assert here("keys", "revoke", made["id"], "--project", "proj_second").code == 0
    assert made["id"] not in here("keys", "list", "--project", "proj_second").out
    assert made["id"] in here("keys", "list", "--project", "proj_second", "--all").out


def test_with_two_projects_one_must_be_named(here):
    here("projects", "create", "Third", "--id", "proj_third")
    said = here("stats", "--project", "proj_none")
    assert said.code == ExitCode.REFUSED
    said = here("events")
    assert said.code == ExitCode.USAGE and "proj_default" in said.err and "--project" in said.err


def test_prices_say_where_they_come_from(lynex, tmp_path):
    assert "$2.50" in lynex("prices", "show", "gpt-4o").out
    tiers = lynex("prices", "show", "claude-sonnet-4-5", "--json").json["usd_per_million_tokens"]
    assert [tier["above_input_tokens"] for tier in tiers] == [0, 200_000]
    (tmp_path / "lynex.toml").write_text('[[prices]]\nmodel = "gpt-4o"\ninput = 1.234\noutput = 2\n')
    said = lynex("prices", "show", "gpt-4o")
    assert "$1.234" in said.out and "own gpt-4o" in said.err
    unknown = lynex("prices", "show", "gpt-4p")
    assert unknown.code == ExitCode.REFUSED and "gpt-4o (openai)" in unknown.err
    assert lynex("prices", "show", "gpt-4o", "--at", "soon").code == ExitCode.USAGE


def test_settings_are_shown_with_their_origin_and_secrets_masked(lynex, tmp_path, monkeypatch):
    monkeypatch.setenv("LYNEX_INIT_API_KEY", KEY)
    (tmp_path / "lynex.toml").write_text("[server]\nport = 8111\n")
    said = lynex("config", "show", "--changed")
    assert "8111" in said.out and "lynex.toml" in said.out and KEY not in said.out and "LYNEX_INIT_API_KEY" in said.out
    shown = lynex("config", "show", "--json").json
    assert shown["settings"]["server.port"] == {"value": 8111, "source": "lynex.toml"}
    assert shown["settings"]["server.host"]["source"] == "default" and KEY not in str(shown)


def test_the_doctor_walks_the_whole_way(here, server):
    said = here("doctor", "--json")
    by_name = {check["name"]: check for check in said.json["checks"]}
    wanted = {"Versions", "Settings", "Data", "Disk", "Port", "OTLP", "Clock", "Server", "Round trip", "Prices"}
    assert set(by_name) == wanted and said.code == 0 and said.json["healthy"]
    assert "a key made for it: on disk after" in by_name["Round trip"]["sentence"]
    assert here("events", "--text", "lynex doctor was here", "--project", "proj_default", "--json").json == {
        "items": []
    }


def test_the_doctor_sends_a_key_around_and_leaves_nothing_behind(lynex, server):
    said = lynex("doctor", "--endpoint", server.url, "--api-key", KEY)
    assert said.code == 0 and "visible after" in said.out and "✕" not in said.out


def test_the_doctor_names_what_must_be_mended(lynex, tmp_path):
    (tmp_path / "lynex.toml").write_text("[server]\nprot = 1\n")
    said = lynex("doctor")
    assert said.code == ExitCode.UNHEALTHY and "nearest valid key: server.port" in said.out


def test_dead_letters_are_empty_on_a_healthy_server(here):
    assert "No dead letters" in here("dead-letters", "list", "--project", "proj_default").err
    assert here("dead-letters", "show", "1", "--project", "proj_default").code == ExitCode.REFUSED
    assert here("dead-letters", "replay", "--project", "proj_default").code == ExitCode.USAGE


def test_without_a_server_there_is_one_clear_sentence(lynex, tmp_path):
    said = lynex("events", "--data-dir", str(tmp_path / "nothing"))
    assert said.code == ExitCode.NOT_RUNNING and "No Lynex server is running on" in said.err
    assert "lynex serve" in said.err and "Traceback" not in said.err
    run = tmp_path / "data" / "run"
    run.mkdir(parents=True)
    (run / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "t", "pid": 2**22 + 1}))
    assert "is gone" in lynex("events", "--data-dir", str(tmp_path / "data")).err
    (run / "server.json").write_text("{")
    assert lynex("events", "--data-dir", str(tmp_path / "data")).code == ExitCode.NOT_RUNNING
    assert lynex("events", "--endpoint", "http://127.0.0.1:9").code == ExitCode.NOT_RUNNING
    assert lynex("events", "--endpoint", "nonsense").code == ExitCode.USAGE


def test_a_wrong_key_is_refused_in_words(lynex, server):
    said = lynex("events", "--endpoint", server.url, "--api-key", "sk_live_wrong")
    assert said.code == ExitCode.REFUSED and "403 invalid_key" in said.err


def test_a_key_of_an_application_does_not_hide_the_local_server(here, monkeypatch):
    monkeypatch.setenv("LYNEX_API_KEY", "sk_live_of_something_else")
    assert here("projects", "list").code == 0


def test_tail_follows_until_interrupted(server):
    command = [sys.executable, "-m", "lynex", "tail", "--json", "-n", "0", "--name", "tail_me"]
    command += ["--endpoint", server.url, "--api-key", KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ, text=True) as tail:
        assert tail.stdout is not None
        first = None
        for number in range(100):  # the stream may open a moment after the process
            server.post([{"type": "log", "body": {"name": "tail_me", "message": str(number)}}])
            time.sleep(0.05)
            if number == 0:
                os.set_blocking(tail.stdout.fileno(), False)
            first = tail.stdout.readline()
            if first:
                break
        tail.send_signal(signal.SIGINT)
        assert tail.wait(10) == ExitCode.INTERRUPTED
        assert tail.stderr is not None and tail.stderr.read() == ""
    assert json.loads(first)["body"]["name"] == "tail_me"


def test_the_demo_goes_as_it_came(here, lynex, server):
    elsewhere = ("--project", "proj_default")
    server.post([{"type": "log", "eventId": "mine", "body": {"message": "stays"}}])
    removed = here("demo", "--remove", "--json", *elsewhere).json["removed"]
    assert removed > 2_000
    assert here("demo", "--remove", "--json", *elsewhere).json["removed"] == 0
    server.drain()
    assert here("events", "mine", *elsewhere).code == 0

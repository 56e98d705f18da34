"""The first minute with Lynex: what `serve` prints, and that every line of it works."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time

import httpx2
import pytest

from tests.running import KEY, free_port


@pytest.fixture
def serve(tmp_path):
    """Start `lynex serve` and wait for its welcome; gives the process and what it printed."""
    started = []

    def start(*options: str, env: dict[str, str] | None = None, until: str = "Ctrl-C"):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("LYNEX_", "SSH_"))}
        command = [sys.executable, "-m", "lynex", "serve", "--data-dir", str(tmp_path / "data"), *options]
        out = (tmp_path / f"out{len(started)}").open("w+")
        process = subprocess.Popen(command, env=clean | (env or {}), stdout=out, stderr=subprocess.STDOUT, cwd=tmp_path)
        started.append((process, out))
        deadline = time.monotonic() + 30
        text = ""
        while until not in text and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
            text = (tmp_path / out.name).read_text()
        return process, (tmp_path / out.name).read_text()

    yield start
    for process, out in started:
        process.terminate()
        process.wait(20)
        out.close()


def stop(process) -> int:
    process.terminate()
    return process.wait(20)


def curl_of(text: str) -> tuple[str, dict[str, str], bytes]:
    """The printed command as a shell would read it: URL, headers, body."""
    printed = text[text.index("curl ") :].split("\n\n", maxsplit=1)[0].replace("\\\n", "")
    words = shlex.split(printed)
    headers = dict(words[at + 1].split(":", 1) for at, word in enumerate(words) if word == "-H")
    return words[1], headers, words[words.index("-d") + 1].encode()


def test_the_first_start_prints_what_is_needed_and_every_line_works(serve, lynex, tmp_path):
    port = free_port()
    process, text = serve("--port", str(port))
    url = f"http://127.0.0.1:{port}"
    assert f"is running at {url}\n" in text
    (key,) = set(re.findall(r"sk_live_[0-9A-Za-z]{32}\b", text))
    assert f"\n  {key}\n" in text and "shown only now · project proj_default · scopes ingest, read" in text
    assert str(tmp_path / "data") in text

    sent_to, headers, body = curl_of(text)
    lines = text[text.index("curl ") :].split("\n\n")[0].split("\n")
    assert len(lines) == 3 and sent_to == f"{url}/api/v1/events" and headers["X-API-Key"] == key
    answer = httpx2.post(sent_to, headers=headers, content=body)
    assert answer.status_code == 202 and answer.json()["status"] == "queued"
    shown = None
    until = time.monotonic() + 10
    while not shown and time.monotonic() < until:
        shown = lynex("events", "--json", "--data-dir", str(tmp_path / "data")).json["items"]
    assert shown[0]["eventId"] == answer.json()["eventId"]
    assert shown[0]["body"]["cost"]["total"] == pytest.approx(812 * 2.5e-6 + 164 * 10e-6)

    (link,) = re.findall(rf"{re.escape(url)}/signin\?token=\S+", text)
    assert httpx2.get(link).status_code == 303
    assert httpx2.get(link).status_code == 403
    assert stop(process) == 0


def test_the_secret_of_the_key_is_printed_only_once(serve):
    port = str(free_port())
    process, first = serve("--port", port)
    assert "sk_live_" in first
    assert stop(process) == 0
    _, second = serve("--port", port)
    assert "is running at" in second and "sk_live_" not in second and "curl" not in second


def test_a_key_of_the_operator_is_set_up_silently(serve, tmp_path):
    env = {"LYNEX_INIT_API_KEY": KEY, "LYNEX_INIT_PROJECT": "proj_shop", "LYNEX_SERVER_PORT": str(free_port())}
    _, text = serve(env=env)
    assert "is running at" in text and "sk_live_" not in text and "signin" not in text
    url = f"http://127.0.0.1:{env['LYNEX_SERVER_PORT']}"
    projects = httpx2.get(f"{url}/api/v1/projects", headers={"X-API-Key": KEY}).json()["items"]
    assert [project["id"] for project in projects] == ["proj_shop"]


def test_other_commands_find_the_server_through_a_file_only_we_may_read(serve, tmp_path):
    port = free_port()
    process, _ = serve("--port", str(port))
    file = tmp_path / "data" / "run" / "server.json"
    assert file.stat().st_mode & 0o777 == 0o600
    found = json.loads(file.read_text())
    assert found["url"] == f"http://127.0.0.1:{port}" and found["pid"] == process.pid
    assert stop(process) == 0
    assert not file.exists()


def test_a_busy_port_is_named_before_anything_is_made(serve, tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        process, text = serve("--port", str(port))
        assert process.wait(20) == 6
    assert f"Cannot listen on 127.0.0.1 port {port}: it is in use by pid {os.getpid()}" in text
    assert "Traceback" not in text and not (tmp_path / "data").exists()


def test_a_second_server_is_told_which_pid_holds_the_data(serve):
    process, _ = serve("--port", str(free_port()))
    second, text = serve("--port", str(free_port()))
    assert second.wait(20) == 6
    assert f"already in use by pid {process.pid}" in text and "Traceback" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "0"), '--port: "0" is not allowed; allowed: a whole number from 1 to 65535'),
        (("--port", "70000"), '--port: "70000" is not allowed; allowed: a whole number from 1 to 65535'),
        (("--port", "http"), '--port: "http" is not allowed; allowed: a whole number from 1 to 65535'),
        (("--data-dir", "/etc/passwd"), '--data-dir: "/etc/passwd" is not allowed; allowed: a directory '
         "(made if it is missing)"),
        (("--no-auth", "--host", "0.0.0.0"), "--no-auth: false is not allowed; allowed: true, "
         "unless server.host is loopback"),
        (("--config", "missing.toml"), "missing.toml: cannot be read: no such file or directory"),
    ],
)  # fmt: skip
def test_wrong_settings_stop_the_start_with_one_line(lynex, words, said):
    answer = lynex("serve", *words)
    assert answer.code == 2 and answer.out == ""
    assert answer.err == f"lynex: {said}\n"


def test_an_unknown_key_in_the_file_stops_the_start(lynex, tmp_path):
    (tmp_path / "lynex.toml").write_text("[server]\nprot = 1\n[retention]\ndays = -1\n")
    answer = lynex("serve")
    assert answer.code == 2
    assert answer.err.splitlines() == [
        "lynex: lynex.toml: server.prot: unknown key; nearest valid key: server.port",
        "lynex: lynex.toml: retention.days: -1 is not allowed; allowed: a whole number from 0 to 36500",
    ]

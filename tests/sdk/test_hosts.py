"""The hosts that start, fork, freeze and end programs in their own ways: what was captured in them arrives."""

import json
import os
import platform
import queue
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.clients.environments import node_packages, python_with
from tests.running import KEY, Running, free_port
from tests.sdk.test_delivery import stored

pytestmark = pytest.mark.long

HOSTS = Path(__file__).parent / "hosts"
SDK = Path(__file__).parents[2] / "sdk" / "python"


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with("hosts", HOSTS / "requirements.txt")


@pytest.fixture
def start(server, python, tmp_path):
    """Starts a program of the hosts' environment; afterwards it has ended."""
    started = []

    def start_(*command: str, marker: str, **variables: str) -> subprocess.Popen[bytes]:
        env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env |= {"HOME": str(tmp_path), "PYTHONPATH": f"{SDK}{os.pathsep}{HOSTS}", "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {"LYNEX_API_KEY": KEY, "LYNEX_ENDPOINT": server.url, "MARKER": marker} | variables
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen([python, *command], env=env, cwd=tmp_path, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start_
    for process in started:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[bytes], tmp_path: Path, code: int = 0) -> str:
    log = tmp_path / "log"
    assert process.wait(120) == code, log.read_text()
    return log.read_text()


def answered(server: Running, marker: str) -> list[dict]:
    server.drain()
    items = server.get("/api/v1/events", tag=marker, type="custom", limit=1000, fields="body").json()["items"]
    assert len({item["eventId"] for item in items}) == len(items)
    return [item["body"] for item in items]


@pytest.mark.parametrize(
    ("workers", "marker"),
    [
        (["--preload"], "sync"),
        (["-k", "gthread", "--threads", "4", "--preload"], "gthread"),
        (["-k", "gevent"], "gevent"),
    ],
)
def test_gunicorn_workers_come_and_go_and_lose_nothing(server, start, tmp_path, workers, marker):
    port = free_port()
    process = start(
        "-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}", "--max-requests", "40", *workers, "gunicorn_app:app",
        marker=marker,
    )  # fmt: skip
    paths = [f"/{number}" for number in range(200)]
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx2.HTTPTransport(retries=5)) as client:
        until = time.monotonic() + 30
        while True:
            try:
                client.get("/first")
                break
            except httpx2.HTTPError:
                assert time.monotonic() < until, (tmp_path / "log").read_text()
                time.sleep(0.1)
        for path in paths:
            assert client.get(path, headers={"Connection": "close"}).text == "ok"
    process.send_signal(signal.SIGTERM)
    assert "lynex" not in ended(process, tmp_path)
    assert sorted(body["path"] for body in answered(server, marker)) == sorted(["/first", *paths])


def test_celery_tasks_arrive_when_the_pool_is_shut_down(server, start, tmp_path):
    folder = tmp_path / "broker"
    (folder / "control").mkdir(parents=True)
    command = (
        "-m",
        "celery",
        "-A",
        "celery_tasks",
        "worker",
        "-c",
        "2",
        "-P",
        "prefork",
        "--max-tasks-per-child",
        "15",
    )
    worker = start(*command, marker="celery", BROKER_FOLDER=str(folder))
    send = "import celery_tasks\nfor number in range(60): celery_tasks.answer.delay(number)"
    assert start("-c", send, marker="celery", BROKER_FOLDER=str(folder)).wait(60) == 0
    until = time.monotonic() + 90
    while (tmp_path / "log").read_text().count("succeeded in") < 60 and any(folder.glob("*.msg")):
        assert time.monotonic() < until, (tmp_path / "log").read_text()
        time.sleep(0.2)
    worker.send_signal(signal.SIGTERM)
    ended(worker, tmp_path)
    assert sorted(body["number"] for body in answered(server, "celery")) == list(range(60))


def test_a_notebook_runs_as_a_program_does_and_its_kernel_ends_well(server, start, tmp_path):
    ended(start(str(HOSTS / "notebook.py"), "notebook", marker="notebook"), tmp_path)
    assert sorted(body["n"] for body in answered(server, "notebook")) == list(range(21))


class _RuntimeApi(BaseHTTPRequestHandler):
    """What AWS Lambda's runtime asks for its next event and tells its answer."""

    protocol_version = "HTTP/1.1"
    events: queue.Queue[dict] = queue.Queue()
    answers: queue.Queue[tuple[str, dict]] = queue.Queue()

    def do_GET(self) -> None:
        body = json.dumps(self.events.get()).encode()
        self.send_response(200)
        for name, value in (
            ("Lambda-Runtime-Aws-Request-Id", f"request-{time.monotonic_ns()}"),
            ("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 30_000)),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:local:0:function:f"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answers.put((self.path, told))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_frozen_and_killed_lambda_has_sent_what_its_answers_tell_of(server, start, tmp_path):
    api = ThreadingHTTPServer(("127.0.0.1", 0), _RuntimeApi)
    api.daemon_threads = True
    threading.Thread(target=api.serve_forever, daemon=True).start()
    variables = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_address[1]}", "AWS_LAMBDA_FUNCTION_NAME": "f"}
    process = start("-m", "awslambdaric", "lambda_function.handler", marker="lambda", **variables)
    for number in range(5):
        _RuntimeApi.events.put({"number": number})
        path, told = _RuntimeApi.answers.get(timeout=60)
        assert path.endswith("/response") and told == {"number": number}, (path, told, (tmp_path / "log").read_text())
        process.send_signal(signal.SIGSTOP)  # as Lambda freezes what has answered
        assert sorted(body["number"] for body in answered(server, "lambda")) == list(range(number + 1))
        process.send_signal(signal.SIGCONT)
    process.kill()
    api.shutdown()
    api.server_close()


def test_tables_of_pandas_and_polars_have_every_event(server, start, tmp_path):
    events = [
        {"type": "custom", "context": {"tags": ["frames"]}, "body": {"name": "row", "data": {"number": number}}}
        for number in range(250)
    ]
    assert server.post(events).status_code == 202
    server.drain()
    ended(start(str(HOSTS / "frames.py"), "frames", marker="frames"), tmp_path)


@pytest.fixture(scope="module")
def runtimes() -> dict[str, list[str]]:
    """How Deno and Bun run a script."""
    if platform.machine() != "x86_64":
        pytest.skip("their packages carry one program for each processor; this names those for x86-64")
    modules = node_packages("runtimes", HOSTS.parent / "runtimes")
    deno = [str(modules / "@deno" / "linux-x64-glibc" / "deno"), "run", "--allow-net", "--allow-env", "--allow-read"]
    return {"deno": [*deno, "--allow-sys"], "bun": [str(modules / "@oven" / "bun-linux-x64" / "bin" / "bun"), "run"]}


@pytest.mark.parametrize("name", ["deno", "bun"])
def test_deno_and_bun_nest_send_and_end_as_node_does(server, runtimes, module, name):
    def run(script: str, *arguments: str) -> list[str]:
        command = [*runtimes[name], str(HOSTS.parent / "js" / script), module, server.url, KEY, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return done.stdout.splitlines()

    story = json.loads(run("story.mjs")[-1])
    assert story["said"] == "HELLO" and story["threw"] == "no" and story["sent"] == 212 and story["dropped"] == {}
    server.drain()
    call = server.get(f"/api/v1/events/{story['call']}").json()
    assert call["context"]["session_id"] == "s-js" and call["context"]["parent_event_id"]
    delivery = json.loads(run("delivery.mjs", f"{name}-sent", "250")[-1])
    assert delivery["sent"] == 250 and len(stored(server, f"{name}-sent")) == 250
    run("ending.mjs", f"{name}-end")
    assert len(stored(server, f"{name}-end")) == 30

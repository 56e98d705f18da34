"""The JavaScript SDK in a real page of another origin: events arrive while it is open, and those of its last moment."""

import http.server
import json
import subprocess
import sys
import threading
from functools import partial

import pytest

from tests.running import Running, free_port
from tests.sdk.conftest import SDK, module  # noqa: F401  (builds the SDK)

PAGE = """<!doctype html><title>shop</title><script type="module">
import { Lynex, session } from "/dist/esm/index.js";
const said = [];
const client = new Lynex({ apiKey: KEY, endpoint: SERVER, flushInterval: INTERVAL, onError: (text) => said.push(text) });
window.client = client;
window.said = said;
session("s-page", () => client.span("click", (span) => {
  client.captureLLMCall({ model: "gpt-4o-mini", prompt: "Hi", response: "Hello", tokens: { input: 5, output: 2 } });
  span.set({ output: location.pathname });
}));
window.ready = true;
</script>"""


class Shop(http.server.SimpleHTTPRequestHandler):
    page = ""

    def do_GET(self) -> None:
        if self.path.startswith(("/dist/", "/examples/")):
            super().do_GET()
            return
        data = (self.page if self.path == "/" else "<title>elsewhere</title>").encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def shop(module):  # noqa: F811
    served = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), partial(Shop, directory=str(SDK)))
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def server(tmp_path, shop):
    running = Running(tmp_path / "data", settings={"LYNEX_INGEST_CORS_ORIGINS": shop}).start()
    yield running
    running.stop()


@pytest.fixture
def key(server) -> str:
    command = [sys.executable, "-m", "lynex", "keys", "create", "page", "--scope", "ingest", "--json"]
    return json.loads(subprocess.check_output([*command, "--data-dir", str(server.data_dir)]))["secret"]


@pytest.fixture
def open_shop(server, shop, page, key):
    def open_(interval: int) -> None:
        text = PAGE.replace("KEY", json.dumps(key)).replace("SERVER", json.dumps(server.url))
        Shop.page = text.replace("INTERVAL", str(interval))
        page.goto(shop)
        page.wait_for_function("window.ready")

    return open_


def test_events_of_a_page_arrive_while_it_is_open(server, page, open_shop):
    open_shop(50)
    page.wait_for_function("window.client.stats().sent === 2")
    assert page.evaluate("window.said") == []
    server.drain()
    items = {one["type"]: one for one in server.get("/api/v1/events").json()["items"]}
    assert items["model_response"]["context"]["parent_event_id"] == items["span"]["eventId"]
    assert items["model_response"]["context"]["session_id"] == "s-page"


@pytest.mark.parametrize("leave", ["goto", "close"])
def test_events_of_the_last_moment_arrive(server, shop, page, open_shop, leave):
    open_shop(1_000_000)
    page.evaluate("for (let n = 0; n < 150; n += 1) window.client.custom(`late-${n}`, { text: 'x'.repeat(500) })")
    if leave == "goto":
        page.goto(f"{shop}/elsewhere")
    else:
        page.close(run_before_unload=True)
        page.context.new_page().goto(f"{shop}/elsewhere")
    for _ in range(100):
        server.drain()
        if server.get("/api/v1/stats/overview").json()["events"] >= 152:
            break
        threading.Event().wait(0.1)
    assert server.get("/api/v1/stats/overview").json()["events"] == 152


def test_a_page_of_another_origin_is_told_and_its_host_sees_no_exception(server, page, open_shop, shop):
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    open_shop(50)
    page.goto(shop.replace("127.0.0.1", "localhost"))
    page.wait_for_function("window.said.length > 0")
    assert faults == [] and "cannot reach" in page.evaluate("window.said")[0]


def test_the_example_page_sends_what_is_pressed(server, shop, page, key):
    page.goto(f"{shop}/examples/page.html?key={key}&server={server.url}")
    page.click("#press")
    page.goto(f"{shop}/elsewhere")
    for _ in range(100):
        server.drain()
        if server.get("/api/v1/stats/overview").json()["events"] == 1:
            break
        threading.Event().wait(0.1)
    (event,) = server.get("/api/v1/events").json()["items"]
    assert event["body"]["name"] == "press" and event["context"]["session_id"] == "visit-1"

"""The doors of a running server: who is let in, what is answered, what is sent along, live and at the end."""

import asyncio
import json
import socket
import threading
from datetime import UTC, datetime

import httpx2
import pytest

from lynex.api.route import Route, tables
from lynex.api.routes import ROUTES
from lynex.auth.roles import PERMISSIONS
from lynex.errors import StartRefused
from tests.running import PROJECT, Running, free_port

EVENTS = "/api/v1/events"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("doors") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path):
    """Starts a server of its own with these settings; whatever happens, none is left behind."""
    started = []

    def start_one(wait=30, **settings):
        named = {f"LYNEX_{name.upper()}": value for name, value in settings.items()}
        started.append(Running(tmp_path / "data", settings=named))
        return started[-1].start(wait=wait)

    yield start_one
    for server in started:
        server.kill()


def token(server):
    return json.loads((server.data_dir / "run" / "server.json").read_text())["token"]


def local(server):
    return {"Authorization": f"Bearer {token(server)}"}


def a_log(name="a log", **more):
    return {"type": "log", "timestamp": datetime.now(UTC).isoformat(), "body": {"message": "x", "name": name}, **more}


def test_every_route_has_a_permission_and_one_without_stops_the_start():
    assert {route.permission for route in ROUTES} <= PERMISSIONS.keys()
    stranger = Route("GET", "/api/v1/secret", ROUTES[0].handler, "", "Nobody said who may")
    with pytest.raises(StartRefused, match="/api/v1/secret"):
        tables((*ROUTES, stranger))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_without_credentials_only_public_routes_answer(server, route):
    path = route.path.replace("{path:path}", "x").replace("{", "").replace("}", "")
    answer = httpx2.request(route.method, server.url + path, follow_redirects=False)
    if route.permission == "public" or route.free_on_loopback:
        assert answer.status_code not in (401, 500)
    else:
        code = "missing_credentials" if route.refusal is None else 16  # as gRPC counts
        assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_a_foreign_project_answers_like_an_unknown_one(server):
    other = httpx2.post(f"{server.url}/api/v1/projects", json={"name": "Other"}, headers=local(server)).json()["id"]
    for path in (f"{EVENTS}?project_id=%s", "/api/v1/stats/overview?project_id=%s", f"{EVENTS}/x?project_id=%s"):
        answers = [httpx2.get(server.url + path % name, headers=server.headers) for name in (other, "proj_never")]
        assert [answer.status_code for answer in answers] == [404, 404]
        texts = [answer.json()["detail"].replace(other, "*").replace("proj_never", "*") for answer in answers]
        assert texts[0] == texts[1]


def test_the_local_token_must_name_a_project_that_exists(server):
    missing = httpx2.get(server.url + EVENTS, headers=local(server))
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "project_id")
    assert httpx2.get(f"{server.url}{EVENTS}?project_id=proj_never", headers=local(server)).status_code == 404
    assert httpx2.get(f"{server.url}{EVENTS}?project_id={PROJECT}", headers=local(server)).status_code == 200


def test_a_key_is_no_wider_than_its_maker_and_unknown_fields_are_refused(server):
    keys = f"{server.url}/api/v1/projects/{PROJECT}/keys"
    assert httpx2.post(keys, json={"name": "x"}, headers=server.headers).json()["code"] == "missing_scope"
    fields = httpx2.post(keys, json={"name": "x", "project_id": "proj_other"}, headers=local(server))
    assert (fields.status_code, fields.json()["errors"][0]["field"]) == (422, "project_id")
    star = httpx2.post(keys, json={"name": "x", "scopes": ["*"]}, headers=local(server))
    assert star.status_code == 422
    made = httpx2.post(keys, json={"name": "made"}, headers=local(server)).json()
    listed = httpx2.get(keys, headers=local(server)).json()["items"]
    assert made["secret"] not in json.dumps(listed) and made["prefix"] in json.dumps(listed)


def test_a_sign_in_link_works_once_and_its_session_only_for_our_own_pages(start):
    first = start(init_api_key="")
    link = next(word for word in first.log().split() if "/signin?token=" in word)
    opened = httpx2.get(link)
    cookie = opened.headers["set-cookie"]
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert httpx2.get(link).json()["code"] == "invalid_sign_in_link"
    session = {"Cookie": cookie.partition(";")[0]}
    assert httpx2.get(f"{first.url}/api/v1/projects", headers=session).json()["items"][0]["id"] == PROJECT
    for origin in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        forged = httpx2.post(f"{first.url}/api/v1/projects", json={"name": "x"}, headers=session | origin)
        assert (forged.status_code, forged.json()["code"]) == (403, "cross_site_request")
    ours = session | {"Origin": first.url}
    assert httpx2.post(f"{first.url}/api/v1/projects", json={"name": "x"}, headers=ours).status_code == 201
    ended = httpx2.post(f"{first.url}/api/v1/signout", headers=ours)
    assert ended.json() == {"signed_out": True} and "Max-Age=0" in ended.headers["set-cookie"]
    assert httpx2.get(f"{first.url}/api/v1/projects", headers=session).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.1", "[::2]"])
def test_names_that_are_not_ours_are_misdirected(server, host):
    answer = httpx2.get(f"{server.url}/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host_not_allowed")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1:80", "[::1]:8000", "localhost."])
def test_loopback_names_are_ours(server, host):
    assert httpx2.get(f"{server.url}/health", headers={"Host": host}).text == "ok"


@pytest.mark.parametrize("host", ["", "a b", "evil@localhost", "localhost:port", "localhost/x"])
def test_hosts_that_are_none_are_refused(server, host):
    assert httpx2.get(f"{server.url}/health", headers={"Host": host}).status_code == 400


def test_metrics_are_free_on_this_machine_but_not_through_a_proxy(server):
    assert httpx2.get(f"{server.url}/metrics").text.startswith("# HELP")
    proxied = {"X-Forwarded-For": "203.0.113.7"}
    assert httpx2.get(f"{server.url}/metrics", headers=proxied).status_code == 401
    assert httpx2.get(f"{server.url}/metrics", headers=proxied | server.headers).status_code == 200


def test_pages_allow_only_themselves_and_answers_say_who_they_are(server):
    for path in ("/", "/docs", "/guide/", "/static/docs/docs.js"):
        page = httpx2.get(server.url + path)
        policy = page.headers["content-security-policy"]
        assert page.status_code == 200 and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "<script>" not in page.text and "style=" not in page.text
    answer = httpx2.get(f"{server.url}/nothing", headers={"X-Request-Id": "mine-1", "Origin": "https://evil.example"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "mine-1"
    assert "access-control-allow-origin" not in answer.headers and "server" not in answer.headers
    forged = httpx2.get(f"{server.url}/nothing", headers={"X-Request-Id": "a b" * 50})
    assert len(forged.headers["x-request-id"]) == 16


@pytest.mark.parametrize("path", ["/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/static/..%2fpyproject.toml",
                                  "/static//etc/passwd", "/static/", "/guide/../../pyproject.toml", "/static/x%00y"])  # fmt: skip
def test_files_outside_the_page_are_not_served(server, path):
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(65536).startswith(b"HTTP/1.1 404")


def test_the_document_names_every_route_and_its_types_resolve(server):
    document = httpx2.get(f"{server.url}/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    api = [route for route in ROUTES if route.path.startswith("/api/v1/")]
    assert {(route.path.replace(":path}", "}"), route.method.lower()) for route in api} <= {
        (path, verb) for path, verbs in document["paths"].items() for verb in verbs
    }
    names = [operation["operationId"] for verbs in document["paths"].values() for operation in verbs.values()]
    assert len(names) == len(set(names))
    for reference in set(json.dumps(document).split('"$ref": "')[1:]):
        assert reference.split('"')[0].removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_what_one_sdk_sent_can_be_removed_and_sent_again(server):
    remove = f"{server.url}/api/v1/projects/{PROJECT}/remove"
    assert httpx2.post(remove, json={"sdk": "nobody"}, headers=local(server)).json() == {"removed": 0}
    assert httpx2.post(remove, json={"sdk": "nobody"}, headers=server.headers).status_code == 403
    ours = [a_log(eventId=f"sdk-{number}", sdk={"name": "doors", "version": "1"}) for number in range(3)]
    for _ in range(2):
        assert server.post(ours).status_code == 202
        server.drain()
        assert httpx2.get(f"{server.url}{EVENTS}/sdk-1", headers=server.headers).status_code == 200
        assert httpx2.post(remove, json={"sdk": "doors"}, headers=local(server)).json() == {"removed": 3}
        assert httpx2.get(f"{server.url}{EVENTS}/sdk-1", headers=server.headers).status_code == 404


def test_what_is_saved_is_answered_as_it_was_given_and_a_key_that_reads_cannot_change_it(server):
    saved, own = f"{server.url}/api/v1/saved", {"project_id": PROJECT}
    tiles = {"tiles": [{"metric": "requests", "filter": {"model": ["ü 🙂"]}, "big": 2**70, "none": None}]}
    wanted = {"kind": "dashboard", "name": "Night watch", "content": tiles}
    made = httpx2.post(saved, params=own, json=wanted, headers=local(server))
    assert made.status_code == 201 and made.json()["content"] == tiles
    assert httpx2.get(saved, params={"kind": "dashboard"}, headers=server.headers).json()["items"] == [made.json()]
    assert httpx2.get(saved, params={"kind": "view"}, headers=server.headers).json()["items"] == []
    assert httpx2.get(saved, params={"kind": "x"}, headers=server.headers).json()["code"] == "invalid_kind"
    one = f"{saved}/{made.json()['id']}"
    changed = httpx2.put(one, params=own, json={"name": "Day", "content": {}}, headers=local(server)).json()
    assert (changed["name"], changed["content"]) == ("Day", {})
    assert httpx2.post(saved, json=wanted, headers=server.headers).json()["code"] == "missing_scope"
    listed = httpx2.post(saved, params=own, json=wanted | {"content": []}, headers=local(server))
    assert (listed.status_code, listed.json()["errors"][0]["field"]) == (422, "content")
    large = httpx2.post(saved, params=own, json=wanted | {"content": {"x": "y" * (64 << 10)}}, headers=local(server))
    assert (large.status_code, large.json()["errors"][0]["field"]) == (422, "content")
    assert httpx2.delete(one, params=own, headers=local(server)).json() == changed
    assert httpx2.delete(one, params=own, headers=local(server)).status_code == 404


def test_a_question_about_the_live_streams_head_leaves_no_listener(server):
    for _ in range(3):
        head = httpx2.head(f"{server.url}/api/v1/live", headers=server.headers)
        assert head.status_code == 200 and head.headers["content-type"].startswith("text/event-stream")


def listen(server, last_id=None, **params):
    """An open live stream, read line by line in a thread; (messages, stop)."""
    messages, ready, client = [], threading.Event(), server.client()

    def read():
        headers = {"Last-Event-ID": str(last_id)} if last_id is not None else {}
        try:
            with client.stream("GET", "/api/v1/live", params=params, headers=headers) as stream:
                kind = number = None
                for line in stream.iter_lines():
                    name, _, value = line.partition(": ")
                    ready.set()
                    if name == "event":
                        kind = value
                    elif name == "id":
                        number = int(value)
                    elif name == "data":
                        messages.append((kind, number, json.loads(value)))
        except (httpx2.HTTPError, RuntimeError):
            return

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert ready.wait(10)
    return messages, client, thread


def wait_for(condition, seconds=10):
    waiting = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not happen")


def test_the_live_stream_shows_what_is_stored_and_catches_up_after_a_break(server):
    messages, client, _ = listen(server, name="seen")
    server.post([a_log("other"), a_log("seen", eventId="live-1")])
    wait_for(lambda: messages)
    client.close()
    kind, number, item = messages[0]
    assert (kind, item["eventId"]) == ("event", "live-1")
    server.post([a_log("seen", eventId="live-2"), a_log("other"), a_log("seen", eventId="live-3")])
    server.drain()
    caught_up, client, _ = listen(server, last_id=number, name="seen")
    wait_for(lambda: len(caught_up) == 2)
    client.close()
    assert [item["eventId"] for _, _, item in caught_up] == ["live-2", "live-3"]
    assert httpx2.get(f"{server.url}/api/v1/live?nam=x", headers=server.headers).json()["code"] == "unknown_parameter"


def test_a_revoked_key_loses_its_live_stream(server):
    keys = f"{server.url}/api/v1/projects/{PROJECT}/keys"
    made = httpx2.post(keys, json={"name": "listener", "scopes": ["read"]}, headers=local(server)).json()
    live, use = f"{server.url}/api/v1/live", {"X-API-Key": made["secret"]}
    with httpx2.stream("GET", live, headers=use, timeout=30) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 2000"
        assert httpx2.delete(f"{keys}/{made['id']}", headers=local(server)).status_code == 200
        assert [line for line in lines if line and not line.startswith(":")] == []  # the stream ends


def test_sigterm_answers_what_is_in_flight_and_turns_new_requests_away(start):
    """F06: nothing that was answered 202 is lost, and nobody sees a broken connection on a request in flight."""
    server = start()
    statuses: list[int] = []
    answered: list[str] = []

    async def send(client, number):
        while True:
            event_id = f"term-{number}-{len(statuses)}"
            answer = await client.post(EVENTS, json=a_log(eventId=event_id))
            statuses.append(answer.status_code)
            if answer.status_code != 202:
                assert answer.headers["connection"] == "close" and int(answer.headers["retry-after"]) >= 1
                return
            answered.append(event_id)

    async def load():
        async with httpx2.AsyncClient(base_url=server.url, headers=server.headers, timeout=20) as client:
            senders = [asyncio.create_task(send(client, number)) for number in range(16)]
            while len(answered) < 100 and not any(sender.done() for sender in senders):
                await asyncio.sleep(0.01)
            server.process.terminate()
            await asyncio.gather(*senders)

    asyncio.run(load())
    assert server.process.wait(20) == 0
    assert set(statuses) == {202, 503} and statuses.count(503) == 16
    server.start()
    server.drain()
    server.stop()
    stored = server.stored_ids()
    assert set(answered) <= set(stored) and len(stored) == len(set(stored))


def test_a_stuck_event_loop_is_reported_with_its_stack_while_health_still_answers(start):
    """F43."""
    port = free_port()
    server = start(wait=0, failpoints="loop.block=sleep:6@2", server_health_port=str(port))
    wait_for(lambda: "Serving" in server.log())
    httpx2.get(f"{server.url}/health")
    stuck = threading.Thread(target=lambda: httpx2.get(f"{server.url}/health", timeout=20))
    stuck.start()
    wait_for(lambda: "has been stuck for" in server.log())
    assert httpx2.get(f"http://127.0.0.1:{port}/health", timeout=20).text == "ok"
    assert httpx2.get(f"http://127.0.0.1:{port}/else", timeout=20).status_code == 404
    assert stuck.is_alive()
    stuck.join()
    assert "failpoints.py" in server.log()
    assert server.metric("lynex_event_loop_stalls_total") == 1


def test_a_stop_with_a_stuck_store_ends_in_time_and_loses_nothing(start):
    """F07: the backlog stays in the journal, and the log says how much."""
    server = start(failpoints="store.mid_insert=sleep:60", server_stop_timeout_s="3")
    ids = [f"stuck-{number}" for number in range(50)]
    assert server.post([a_log(eventId=event_id) for event_id in ids]).status_code == 202
    wait_for(lambda: server.metric("lynex_queue_depth") == 50)
    assert server.stop(10) == 0
    assert "50 accepted events wait in the journal" in server.log()
    server.settings.clear()
    server.start()
    server.drain()
    server.stop()
    assert sorted(server.stored_ids()) == sorted(ids)


def test_a_second_signal_ends_the_process_at_once(start):
    """F08: with a request that would keep the stop waiting."""
    server = start()
    with socket.create_connection(("127.0.0.1", server.port)) as held:
        held.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
        held.sendall(f"X-API-Key: {server.headers['X-API-Key']}\r\nContent-Length: 10\r\n\r\n".encode())
        answer = server.post([a_log(eventId="kept")])
        assert answer.status_code == 202
        server.process.terminate()
        wait_for(lambda: "Stopping" in server.log())
        server.process.terminate()
        assert server.process.wait(2) == 128 + 15
    server.start()
    server.drain()
    server.stop()
    assert server.stored_ids() == ["kept"]

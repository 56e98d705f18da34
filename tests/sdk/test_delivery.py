"""Nothing captured is lost while there is room, nothing is doubled, and the host never notices."""

import time

import pytest

from tests.running import Running


def stored(server: Running, marker: str) -> list[str]:
    """Names of the stored events of one test, through every page."""
    server.drain()
    names, cursor = [], None
    while True:
        params = {"tag": marker, "limit": 1000, "type": "custom"} | ({"cursor": cursor} if cursor else {})
        page = server.get("/api/v1/events", **params).json()
        names += [item["body"]["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return sorted(names)


def send(client, marker: str, count: int, start: int = 0) -> list[str]:
    names = [f"{marker}-{number:05d}" for number in range(start, start + count)]
    for name in names:
        assert client.custom(name, {"n": 1}, tags=[marker]) is not None
    return names


def balance(client) -> None:
    stats = client.stats()
    waiting = stats["waiting"] + stats["spooled"]
    assert stats["captured"] == stats["sent"] + sum(stats["dropped"].values()) + waiting, stats


def test_events_arrive_once_with_what_was_said(server, client_of):
    client = client_of(server.url, environment="test", release="1.2")
    event_id = client.capture_llm_call(
        "gpt-4o-mini", "Hello", "Hi there!", {"input": 1000, "cached": 200, "output": 100}, 230, user_id="u-1",
        session_id="s-1", tags=["greeting"], metadata={"tenant": "acme"},
    )  # fmt: skip
    assert client.flush(10) and client.stats()["sent"] == 1
    server.drain()
    event = server.get(f"/api/v1/events/{event_id}").json()
    assert event["context"]["user_id"] == "u-1" and event["context"]["session_id"] == "s-1"
    assert event["context"]["environment"] == "test" and event["context"]["release"] == "1.2"
    assert event["context"]["metadata"] == {"tenant": "acme"} and event["context"]["tags"] == ["greeting"]
    assert event["body"]["output"]["messages"][0]["parts"][0]["content"] == "Hi there!"
    assert event["body"]["cost"]["total"] == pytest.approx(0.000135 + 0.00006)
    assert event["body"]["duration_ms"] == 230


def test_debug_tells_of_each_attempt(server, client_of, proxy, said):
    client = client_of(proxy.url, debug=True)
    proxy.answering(503, "Retry-After: 0\r\n")
    client.log("heard")
    assert not client.flush(0.5)
    proxy.mode = "pass"
    assert client.flush(20) and any("1 events, " in words and "retry after" in words for words in said), said
    assert any(": sent after " in words for words in said), said


@pytest.mark.parametrize("fault", ["refuse", "hang", "slow", "cut", "500", "429", "503"])
def test_a_bad_network_delays_events_and_loses_and_doubles_none(server, client_of, proxy, fault):
    marker = f"net-{fault}"
    if fault.isdigit():
        proxy.answering(int(fault), "Retry-After: 0\r\n" if fault != "500" else "")
    else:
        proxy.mode = fault
    client = client_of(proxy.url, timeout=0.5, max_retry_wait=0.3)
    names = send(client, marker, 250)
    began = time.monotonic()
    assert not client.flush(1.2) and time.monotonic() - began < 3
    proxy.mode = "pass"
    assert client.flush(20)
    assert stored(server, marker) == names
    assert client.stats()["sent"] == 250 and client.stats()["retried"] > 0
    balance(client)


def test_a_server_killed_in_the_middle_has_everything_once_it_is_back(tmp_path, client_of):
    server = Running(tmp_path / "data").start()
    client = client_of(server.url, max_retry_wait=0.3)
    names = []
    for round_ in range(3):
        names += send(client, "killed", 400, start=round_ * 400)
        time.sleep(0.05)
        server.kill()
        names += send(client, "killed", 100, start=5000 + round_ * 100)
        server.start()
    assert client.flush(20)
    assert stored(server, "killed") == sorted(names)
    balance(client)
    server.stop()


def test_only_the_events_a_server_refuses_are_dropped(server, client_of, said):
    def spoil(event):
        if event["body"]["name"].endswith("3"):
            event["context"]["user_id"] = "a\x00b"
        return event

    client = client_of(server.url, before_send=spoil)
    names = send(client, "spoilt", 20)
    assert client.flush(10)
    assert client.stats()["dropped"] == {"refused": 2} and client.stats()["sent"] == 18
    assert stored(server, "spoilt") == [name for name in names if not name.endswith("3")]
    assert any("user_id" in words for words in said)
    balance(client)


def test_a_wrong_key_is_said_once_and_the_host_goes_on(server, client_of, said):
    client = client_of(server.url, api_key="sk_live_" + "W" * 32)
    send(client, "denied", 300)
    assert client.flush(10)
    assert client.stats()["dropped"] == {"denied": 300}
    assert len(said) == 1 and "403" in said[0]
    balance(client)


def test_memory_is_bounded_with_a_dead_server_and_what_does_not_fit_is_counted(client_of):
    client = client_of("http://127.0.0.1:9", max_buffer_events=1000, max_buffer_bytes=300_000)
    kept = sum(client.log("x" * 200) is not None for _ in range(20_000))
    stats = client.stats()
    assert stats["dropped"]["buffer_full"] == 20_000 - kept and 300 < kept <= 1100
    balance(client)


def test_the_spool_keeps_events_over_a_restart_of_the_host(server, client_of, tmp_path):
    settings = {"spool_dir": str(tmp_path / "spool"), "max_retry_wait": 0.2}
    first = client_of("http://127.0.0.1:9", **settings)
    names = send(first, "spooled", 300)
    first.shutdown(3)
    assert first.stats()["spooled"] == 300 and not first.stats()["dropped"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "spool").iterdir())
    second = client_of(server.url, **settings)
    names += send(second, "spooled", 1, start=9000)
    until = time.monotonic() + 10
    while second.stats()["sent"] < 301 and time.monotonic() < until:
        time.sleep(0.05)
    assert stored(server, "spooled") == names


def test_a_full_spool_drops_and_counts(client_of, tmp_path):
    client = client_of("http://127.0.0.1:9", spool_dir=str(tmp_path), max_spool_bytes=2000, max_retry_wait=0.1)
    for _ in range(200):
        client.log("y" * 100)
    client.shutdown(0.2)
    stats = client.stats()
    assert stats["dropped"]["shutdown"] > 0 and sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2000
    balance(client)


def test_shutdown_keeps_its_time_whatever_the_network_does(client_of, proxy):
    proxy.mode = "hang"
    client = client_of(proxy.url, timeout=10)
    client.log("late")
    began = time.monotonic()
    client.shutdown(0.5)
    assert time.monotonic() - began < 2
    assert client.log("after") is None


def test_batches_are_small_enough_for_the_server(server, client_of):
    client = client_of(server.url, flush_bytes=64 << 20, flush_events=900, max_event_bytes=4 << 20, max_text=1 << 20)
    for number in range(40):
        client.custom(f"large-{number:05d}", {"text": "z" * 800_000}, tags=["large"])
    assert client.flush(30)
    assert client.stats()["sent"] == 40 and len(stored(server, "large")) == 40
    balance(client)

"""What `lynex tail` does with each kind of message, and when the server goes away."""

from contextlib import contextmanager

import httpx2
import msgspec
import pytest

from lynex.cli import tail
from lynex.cli.exit_codes import ExitCode
from lynex.cli.stop import Stop

GONE = Stop(ExitCode.NOT_RUNNING, "gone")


def message(kind: str, facts: dict, number: str = "") -> httpx2.ServerSentEvent:
    return httpx2.ServerSentEvent(kind, msgspec.json.encode(facts).decode(), number, None)


class Streams:
    """A server that gives these streams one after the other; an exception stands for a failed attempt."""

    def __init__(self, *streams) -> None:
        self.streams = list(streams)
        self.asked_after: list[str | None] = []

    @contextmanager
    def live(self, filters, last_id):
        self.asked_after.append(last_id)
        stream = self.streams.pop(0)
        if isinstance(stream, Exception):
            raise stream
        yield iter(stream)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(tail.time, "sleep", lambda seconds: None)


def test_after_a_lost_server_it_goes_on_where_it_was():
    first, second = [message("event", {"n": 1}, "7")], [message("event", {"n": 2}, "9")]
    refused = Stop(ExitCode.REFUSED, "revoked")
    server = Streams(first, GONE, second, refused)
    seen = []
    with pytest.raises(Stop) as end:
        seen.extend(found for found in tail._messages(server, {}) if seen.append(found))
    assert end.value is refused
    assert [facts for _, facts in seen] == [{"n": 1}, {"n": 2}]
    assert server.asked_after == [None, "7", "7", "9"]


def test_a_server_that_was_never_there_is_not_waited_for():
    with pytest.raises(Stop) as end:
        list(tail._messages(Streams(GONE), {}))
    assert end.value is GONE


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("lagged", {"missed": 1200}, "1,200 events came faster"),
        ("missed", {"after": 1, "through": 9}, "stored meanwhile"),
    ],
)
def test_what_was_missed_is_said(capsys, kind, facts, said):
    tail._say_missed(kind, facts)
    assert said in capsys.readouterr().err

"""Exports over HTTP: a file, how far it is, and giving it up."""

import httpx2
import msgspec
import pytest

from lynex.api.export_shapes import ExportShown
from tests.running import Running

ROWS = 800


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("exports") / "data").start()
    body = {"message": "x" * 20_000}
    for first in range(0, ROWS, 400):
        events = [{"type": "log", "eventId": f"e{number}", "body": body} for number in range(first, first + 400)]
        assert running.post(events).status_code == 202
    running.drain()
    yield running
    assert running.stop() == 0
    assert "Traceback" not in running.log(), running.log()[-3000:]


def test_a_file_comes_with_its_name_its_count_and_how_far_it_is(server):
    with server.client() as client:
        assert client.head("/api/v1/events/export").headers["x-total-rows"] == str(ROWS)
        answer = client.get("/api/v1/events/export", params={"format": "csv", "export_id": "export-one", "type": "log"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].endswith('.csv"')
        assert answer.text.count("\n") == ROWS + 1
        shown = msgspec.json.decode(client.get("/api/v1/exports/export-one").content, type=ExportShown)
        assert (shown.state, shown.rows, shown.total) == ("done", ROWS, ROWS)
        assert shown.bytes == len(answer.content)
        assert client.get("/api/v1/exports/another-one").status_code == 404
        nothing = client.get("/api/v1/events/export", params={"model": "none", "export_id": "export-none"})
        assert nothing.content == b"" and client.get("/api/v1/exports/export-none").json()["state"] == "done"


def test_an_export_given_up_breaks_off(server):
    with server.client() as client, server.client() as other:
        params = {"export_id": "export-two"}
        with client.stream("GET", "/api/v1/events/export", params=params) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert other.delete("/api/v1/exports/export-two").json()["state"] == "cancelled"
            with pytest.raises(httpx2.RemoteProtocolError):
                assert len(list(lines)) < ROWS
        shown = other.get("/api/v1/exports/export-two").json()
        assert shown["state"] == "cancelled" and shown["rows"] < ROWS

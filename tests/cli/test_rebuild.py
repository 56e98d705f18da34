"""`lynex rebuild`: the same events afterwards, and the old database kept."""

from lynex.cli.exit_codes import ExitCode
from tests.running import PROJECT, Running


def test_a_rebuilt_database_holds_the_same_events(lynex, tmp_path):
    server = Running(tmp_path / "data").start()
    server.post([{"type": "log", "eventId": f"kept-{number}", "body": {"message": "x"}} for number in range(300)])
    server.drain()
    refused = lynex("rebuild", "--data-dir", str(server.data_dir))
    assert refused.code == ExitCode.START_REFUSED and "already in use by pid" in refused.err
    assert server.stop() == 0
    before = server.stored_ids()

    said = lynex("rebuild", "--data-dir", str(server.data_dir), "--json")
    assert said.code == 0 and said.json["events"] == 300
    (old,) = server.data_dir.glob("hot-before-*")
    assert str(old) == said.json["old"] and (old / "lynex.duckdb").exists()
    assert sorted(server.stored_ids()) == sorted(before)

    server.start()
    with server.client() as client:
        assert client.get(f"/api/v1/events/kept-299?project_id={PROJECT}").status_code == 200
    assert server.stop() == 0


def test_a_directory_without_a_database_has_nothing_to_set_aside(lynex, tmp_path):
    said = lynex("rebuild", "--data-dir", str(tmp_path / "new"), "--json")
    assert said.code == 0 and said.json["events"] == 0 and said.json["old"] is None

"""API keys (trials A59, A05): shown once, hashed at rest, counted, revoked for good."""

import sqlite3

import pytest

from lynex.control.key_usage import KeyUsage
from lynex.control.keys import KeyUse
from lynex.errors import Conflict, InvalidInput, NotFound, Unavailable
from tests.control_room import open_records


@pytest.fixture
def project(records):
    return records.projects.create("A project").id


def test_the_secret_is_shown_once_and_nowhere_on_the_disk(records, project, tmp_path):
    new = records.keys.create(project, "First")
    assert new.secret.startswith("sk_live_") and len(new.secret) == 40
    assert new.key.prefix == new.secret[:12]
    assert records.keys.list(project) == [new.key]
    assert records.keys.find(new.secret) == new.key
    assert records.keys.find(new.secret + "x") is None
    records.database.close()
    for path in (tmp_path / "data").rglob("*"):
        assert path.is_dir() or new.secret[12:].encode() not in path.read_bytes()


def test_scopes_are_sorted_and_checked(records, project):
    assert records.keys.create(project, "a", ["read", "ingest", "read"]).key.scopes == ("ingest", "read")
    for bad, code in ((["*"], "unknown_scope"), ([], "empty"), (["read", "Admin"], "unknown_scope")):
        with pytest.raises(InvalidInput) as fault:
            records.keys.create(project, "a", bad)
        assert [(one.field, one.code) for one in fault.value.faults] == [("scopes", code)]


def test_a_key_needs_a_project_that_exists(records):
    with pytest.raises(NotFound):
        records.keys.create("proj_none", "a")


def test_an_own_secret_may_be_given_once(records, project):
    secret = "sk_live_" + "a" * 32
    assert records.keys.create(project, "a", secret=secret).secret == secret
    with pytest.raises(Conflict):
        records.keys.create(project, "b", secret=secret)


@pytest.mark.parametrize(
    "secret", ["", "sk_live_", "sk_live_short", "sk_test_" + "a" * 32, "sk_live_" + "a" * 31 + "\n"]
)
def test_an_own_secret_must_look_like_a_key(records, project, secret):
    with pytest.raises(InvalidInput) as fault:
        records.keys.create(project, "a", secret=secret)
    assert fault.value.faults[0].field == "api_key"


def test_a_revoked_key_stays_revoked_after_a_restart(records, project, tmp_path, clock):
    key = records.keys.create(project, "a").key
    revoked = records.keys.revoke(project, key.id)
    assert revoked.revoked_at == clock.now()
    clock.forward(hours=1)
    assert records.keys.revoke(project, key.id) == revoked
    records.database.close()
    again = open_records(tmp_path / "data", clock)
    assert again.keys.live() == {}
    assert again.keys.list(project) == [revoked]
    again.database.close()


def test_a_key_of_another_project_cannot_be_revoked(records, project):
    other = records.projects.create("Other").id
    key = records.keys.create(project, "a").key
    for project_id, key_id in ((other, key.id), (project, "key_none")):
        with pytest.raises(NotFound) as fault:
            records.keys.revoke(project_id, key_id)
        assert fault.value.code == "key_not_found"
    assert list(records.keys.live().values()) == [key]


def test_the_version_moves_with_every_key_made_or_revoked(records, project):
    seen = [records.keys.version()]
    key = records.keys.create(project, "a").key
    seen.append(records.keys.version())
    records.keys.create(project, "b")
    seen.append(records.keys.version())
    records.keys.revoke(project, key.id)
    seen.append(records.keys.version())
    assert len(set(seen)) == 4


def test_usage_adds_up_and_the_last_use_never_goes_back(records, project, clock):
    a = records.keys.create(project, "a").key
    clock.forward(seconds=1)
    b = records.keys.create(project, "b").key
    usage = KeyUsage(records.keys)
    usage.note(a.id, 10, 2000)
    usage.note(a.id, 1, 1000)
    usage.note(b.id, 3, 500)
    usage.flush()
    usage.flush()
    records.keys.add_usage({a.id: KeyUse(1, 1500), "key_none": KeyUse(1, 1)})
    assert [(key.events, key.last_used_at) for key in records.keys.list(project)] == [(12, 2000), (3, 500)]


def test_usage_that_cannot_be_written_is_kept_for_the_next_time(records, project, tmp_path, monkeypatch):
    key = records.keys.create(project, "a").key
    usage = KeyUsage(records.keys)
    usage.note(key.id, 5, 100)
    monkeypatch.setattr(records.database, "_wait_s", 0.01)
    other = sqlite3.connect(tmp_path / "data/control/lynex.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        usage.flush()
    other.execute("ROLLBACK")
    other.close()
    usage.note(key.id, 1, 50)
    usage.flush()
    assert [(one.events, one.last_used_at) for one in records.keys.list(project)] == [(6, 100)]

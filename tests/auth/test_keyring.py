"""Whose key is it: from memory, revoked in time, trusted when the database is away (B65, B68, A50, F26, F27)."""

import asyncio
import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from lynex.auth import keyring as keyring_module
from lynex.auth.keyring import KeyRing
from lynex.control.keys import Keys
from lynex.errors import Forbidden, ShuttingDown, StorageFailed, Unavailable


@pytest.fixture
def project(records):
    return records.projects.create("A project").id


@pytest.fixture
def ring(records, clock):
    made = KeyRing(records.keys, clock)
    yield made
    made.close()


@pytest.fixture
def elsewhere(records, clock):
    """The same keys as another process would change them: nobody here is told."""
    return Keys(records.database, clock, records.secret)


def test_a_key_names_its_project_and_what_it_may(ring, records, project):
    new = records.keys.create(project, "a", ["ingest"])
    principal = ring.check(new.secret)
    assert (principal.kind, principal.project_id, principal.key_id) == ("key", project, new.key.id)
    assert principal.scopes == {"ingest"}
    assert ring.known(new.secret) is principal


WRONG = [
    "",
    "sk_",
    "sk_live_",
    "sk_live_" + "a" * 32,
    "sk_test_" + "a" * 32,
    "sk_live_" + "a" * 31 + "'",
    "sk_live_" + "é" * 32,
    "x" * 10_000,
    "\x00",
]


def test_every_wrong_key_gets_the_same_answer(ring, records, project):
    revoked = records.keys.create(project, "a")
    records.keys.revoke(project, revoked.key.id)
    answers = set()
    for secret in [*WRONG, revoked.secret, revoked.secret[:-1], revoked.secret + "x"]:
        with pytest.raises(Forbidden) as fault:
            ring.check(secret)
        answers.add((fault.value.status, fault.value.code, fault.value.detail, fault.value.hint))
    assert len(answers) == 1
    assert answers.pop()[:2] == (403, "invalid_key")


def test_a_long_key_is_refused_before_hashing_and_others_are_all_hashed(ring, records, monkeypatch):
    hashed = []
    digest = records.keys.digest
    monkeypatch.setattr(records.keys, "digest", lambda secret: hashed.append(secret) or digest(secret))
    for secret in WRONG:
        with pytest.raises(Forbidden):
            ring.check(secret)
    assert hashed == [secret for secret in WRONG if len(secret) <= 256]


def test_wrong_keys_leave_no_trace_in_memory(ring):
    for number in range(1000):
        with pytest.raises(Forbidden):
            ring.check(f"sk_live_{number:032}")
    assert ring._picture.seen == {}


def test_a_key_revoked_here_is_refused_at_once(ring, records, project):
    new = records.keys.create(project, "a")
    principal = ring.check(new.secret)
    assert ring.is_live(new.key.id)
    records.keys.revoke(project, new.key.id)
    assert not ring.is_live(new.key.id)
    with pytest.raises(Forbidden):
        ring.known(new.secret)
    assert principal.key_id == new.key.id


def test_a_key_revoked_elsewhere_is_refused_within_five_seconds(ring, records, project, elsewhere, clock):
    new = elsewhere.create(project, "a")
    clock.forward(seconds=4)
    assert ring.check(new.secret).key_id == new.key.id
    elsewhere.revoke(project, new.key.id)
    assert ring.check(new.secret)
    clock.forward(seconds=4)
    assert ring.known(new.secret) is None
    with pytest.raises(Forbidden):
        ring.check(new.secret)


async def test_waiting_requests_share_one_look(ring, records, project, clock, monkeypatch):
    new = records.keys.create(project, "a")
    looks = []
    version = records.keys.version
    monkeypatch.setattr(records.keys, "version", lambda: looks.append(1) or version())
    clock.forward(seconds=5)
    principals = await asyncio.gather(*(ring.identify(new.secret) for _ in range(64)))
    assert {principal.key_id for principal in principals} == {new.key.id}
    assert len(looks) == 1


async def test_a_request_given_up_does_not_end_the_look_of_the_others(ring, records, project, elsewhere, clock):
    new = elsewhere.create(project, "a")
    clock.forward(seconds=5)
    given_up, waiting = (asyncio.ensure_future(ring.identify(new.secret)) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    assert (await waiting).key_id == new.key.id


def test_the_look_in_the_background_comes_before_anybody_must_wait(ring, records, project, elsewhere, clock):
    new = records.keys.create(project, "a")
    ring.check(new.secret)
    elsewhere.revoke(project, new.key.id)
    clock.forward(seconds=2)
    with contextlib.suppress(Forbidden):  # the look may be that fast
        ring.known(new.secret)
    ring._renewal.result(timeout=10)
    with pytest.raises(Forbidden):
        ring.known(new.secret)


def test_keys_go_on_for_a_quarter_hour_while_the_database_is_broken(ring, records, project, clock, monkeypatch):
    new = records.keys.create(project, "a")
    asked = []

    def broken():
        asked.append(1)
        raise StorageFailed("The control database is damaged.")

    monkeypatch.setattr(records.keys, "version", broken)
    clock.forward(minutes=14)
    for _ in range(10):
        assert ring.check(new.secret).key_id == new.key.id
    assert len(asked) == 1
    with pytest.raises(Forbidden):
        ring.check("sk_live_wrong")
    clock.forward(minutes=2)
    with pytest.raises(Unavailable):
        ring.check(new.secret)


def test_a_revocation_counts_even_if_the_database_breaks_right_after(ring, records, project, monkeypatch):
    new = records.keys.create(project, "a")

    def broken():
        raise StorageFailed("The control database is damaged.")

    monkeypatch.setattr(records.keys, "version", broken)
    records.keys.revoke(project, new.key.id)
    with pytest.raises(Unavailable):
        ring.check(new.secret)


def test_another_program_that_holds_the_write_lock_does_not_matter(ring, records, project, tmp_path, clock):
    new = records.keys.create(project, "a")
    other = sqlite3.connect(tmp_path / "data/control/lynex.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    clock.forward(seconds=5)
    assert ring.check(new.secret).key_id == new.key.id
    assert ring.known(new.secret) is not None
    other.execute("ROLLBACK")
    other.close()


def test_threads_see_every_key_made_and_revoked(ring, records, project):
    def live_a_life(number):
        new = records.keys.create(project, f"key {number}")
        assert ring.check(new.secret).key_id == new.key.id
        records.keys.revoke(project, new.key.id)
        with pytest.raises(Forbidden):
            ring.check(new.secret)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(live_a_life, range(40)))
    assert ring._picture.by_digest == {}


def test_a_ring_that_was_closed_says_that_the_server_stops(ring, records, project, clock):
    new = records.keys.create(project, "a")
    ring.close()
    clock.forward(seconds=keyring_module._RENEW_AFTER_S)
    with pytest.raises(ShuttingDown):
        ring.known(new.secret)

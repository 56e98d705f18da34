"""Browser sessions and one-time links (trials A45, A52, A53)."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from lynex.errors import Forbidden, NotFound


@pytest.fixture
def sessions(records):
    return records.sessions


def test_a_link_opens_one_session(sessions):
    link = sessions.new_sign_in_token()
    new = sessions.sign_in(link)
    assert sessions.check(new.token) == new.session
    with pytest.raises(Forbidden) as fault:
        sessions.sign_in(link)
    assert fault.value.code == "invalid_sign_in_link"
    assert sessions.list() == [new.session]


def test_of_fifty_that_use_a_link_at_once_exactly_one_wins(sessions):
    link = sessions.new_sign_in_token()

    def attempt(_):
        try:
            return sessions.sign_in(link)
        except Forbidden:
            return None

    with ThreadPoolExecutor(16) as threads:
        won = [session for session in threads.map(attempt, range(50)) if session is not None]
    assert len(won) == 1
    assert len(sessions.list()) == 1


@pytest.mark.parametrize("link", ["", "x", "x" * 10_000, "'; --", "\x00"])
def test_a_made_up_link_opens_nothing(sessions, link):
    with pytest.raises(Forbidden):
        sessions.sign_in(link)


def test_a_link_lives_an_hour(sessions, clock):
    link, late = sessions.new_sign_in_token(), sessions.new_sign_in_token()
    clock.forward(minutes=59)
    sessions.sign_in(link)
    clock.forward(minutes=1)
    with pytest.raises(Forbidden):
        sessions.sign_in(late)


def test_no_token_is_on_the_disk(sessions, records, tmp_path):
    link = sessions.new_sign_in_token()
    token = sessions.sign_in(link).token
    records.database.close()
    for path in (tmp_path / "data" / "control").iterdir():
        content = path.read_bytes()
        assert token.encode() not in content and link.encode() not in content


def test_a_session_ends_after_twelve_idle_hours(sessions, clock):
    token = sessions.sign_in(sessions.new_sign_in_token()).token
    clock.forward(hours=11, minutes=59)
    assert sessions.check(token) is not None
    clock.forward(hours=11, minutes=59)
    assert sessions.check(token) is not None
    clock.forward(hours=12)
    assert sessions.check(token) is None


def test_a_session_in_use_ends_after_seven_days(sessions, clock):
    token = sessions.sign_in(sessions.new_sign_in_token()).token
    for _ in range(13):
        clock.forward(hours=11)
        assert sessions.check(token) is not None
    clock.forward(hours=30 - 5)
    assert sessions.check(token) is None
    assert sessions.list() == []


def test_a_session_from_a_clock_that_was_wrong_does_not_live_for_ever(sessions, clock):
    clock.forward(days=3650)
    token = sessions.sign_in(sessions.new_sign_in_token()).token
    clock.forward(days=-3650)
    assert sessions.check(token) is None


def test_a_revoked_session_is_gone_at_once(sessions):
    told = []
    sessions.watch(lambda: told.append(1))
    first, second, third = (sessions.sign_in(sessions.new_sign_in_token()) for _ in range(3))
    sessions.revoke(first.session.id)
    assert sessions.check(first.token) is None
    assert not sessions.is_live(first.session.id)
    assert sessions.is_live(second.session.id)
    assert sessions.revoke_all() == 2
    assert sessions.check(third.token) is None
    assert len(told) == 2
    with pytest.raises(NotFound):
        sessions.revoke("sess_none")


def test_old_sessions_and_links_are_cleared_away(sessions, records, clock):
    sessions.sign_in(sessions.new_sign_in_token())
    clock.forward(days=15)
    sessions.sign_in(sessions.new_sign_in_token())
    with records.database.reading() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("sessions", "sign_in_tokens")
        ]
    assert counts == [1, 1]


def test_a_session_works_while_another_program_holds_the_write_lock(sessions, tmp_path, clock):
    token = sessions.sign_in(sessions.new_sign_in_token()).token
    clock.forward(minutes=10)
    other = sqlite3.connect(tmp_path / "data/control/lynex.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert sessions.check(token) is not None
    other.execute("ROLLBACK")
    other.close()

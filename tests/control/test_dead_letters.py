"""Dead letters: kept whole, once, listed newest first, replayed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lynex.control.dead_letters import Dead
from lynex.errors import NotFound


def dead(seq, project="proj_a", **changes):
    facts = {"event_id": f"e{seq}", "reason": "poison", "error": "It broke.", "attempts": 3, "payload": b'{"a":1}'}
    return Dead(seq=seq, project_id=project, **{**facts, **changes})


def test_a_letter_is_kept_whole_and_once(records, clock):
    payload = bytes(range(256)) * 100
    assert records.dead_letters.record([dead(7, payload=payload), dead(9)]) == 2
    clock.forward(seconds=1)
    assert records.dead_letters.record([dead(7, error="again"), dead(8), dead(8)]) == 1
    assert records.dead_letters.record([]) == 0
    letter = records.dead_letters.get(7)
    assert (letter.error, letter.bytes, letter.attempts, letter.replayed_at) == ("It broke.", len(payload), 3, None)
    assert records.dead_letters.payload(7) == payload
    assert records.dead_letters.count() == 3


def test_letters_are_paged_newest_first_by_project(records):
    records.dead_letters.record([dead(seq, project="proj_a" if seq % 2 else "proj_b") for seq in range(1, 11)])
    page = records.dead_letters.list("proj_a", limit=3)
    assert [letter.seq for letter in page] == [9, 7, 5]
    assert [letter.seq for letter in records.dead_letters.list("proj_a", before=5, limit=3)] == [3, 1]
    assert [letter.seq for letter in records.dead_letters.list(limit=2)] == [10, 9]
    assert records.dead_letters.count("proj_b") == 5


def test_a_letter_of_another_project_is_not_found(records):
    records.dead_letters.record([dead(1)])
    for ask in (lambda: records.dead_letters.get(1, "proj_b"), lambda: records.dead_letters.get(2)):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(NotFound):
        records.dead_letters.payload(2)


def test_a_replayed_letter_is_marked_once(records, clock):
    records.dead_letters.record([dead(1), dead(2)])
    assert records.dead_letters.mark_replayed([1, 3]) == 1
    assert records.dead_letters.mark_replayed([1, 2]) == 1
    assert records.dead_letters.get(1).replayed_at == clock.now()
    assert records.dead_letters.count(replayed=False) == 0
    assert [letter.seq for letter in records.dead_letters.list(replayed=True)] == [2, 1]


def test_thousands_are_recorded_in_one_go(records):
    records.dead_letters.record([dead(seq) for seq in range(1, 3001)])
    assert records.dead_letters.record([dead(seq) for seq in range(2900, 40_000, 10)]) > 0
    assert records.dead_letters.mark_replayed(range(1, 40_000)) == records.dead_letters.count()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(st.characters(), max_size=50), seq=st.integers(1, 2**63 - 1))
def test_no_words_make_the_recording_fail(records, words, seq):
    hostile = words + "\ud800\x00'"
    records.dead_letters.record([dead(seq, event_id=hostile, error=hostile * 100, reason=hostile, project=hostile)])
    letter = records.dead_letters.get(seq)
    assert "\x00" not in letter.error and len(letter.error) <= 4000

"""Which releases began when: what was there before, and what the project had from the start, is no news."""

from typing import Any

from lynex.clock import DAY, HOUR
from lynex.query.releases import ReleasesQuestion
from tests.query.conftest import NOW, PROJECT, Shelf, params


def begun(shelf: Shelf, **named: Any) -> list[tuple[str, str, int]]:
    question = ReleasesQuestion.from_params(params(**named), PROJECT, NOW)
    return [(one["release"], one["first_seen"], one["events"]) for one in shelf.stats.releases(question)["items"]]


def test_a_release_begins_where_it_is_first_seen(shelf: Shelf) -> None:
    assert begun(shelf) == []
    shelf.put(
        {"release": "1.0", "at": NOW - 30 * DAY},
        {"release": "1.1", "at": NOW - 20 * HOUR},
        {"release": "1.2", "at": NOW - 2 * HOUR},
        {"release": "1.1", "at": NOW - HOUR},
        {"release": "1.0", "at": NOW - HOUR},
        {"release": None, "at": NOW - HOUR},
        {"release": "9.9", "at": NOW - HOUR, "project_id": "proj_other"},
    )
    assert begun(shelf) == [("1.1", "2025-11-19T16:00:00.000Z", 2), ("1.2", "2025-11-20T10:00:00.000Z", 1)]
    assert [name for name, _, _ in begun(shelf, range_="1h")] == []
    assert [name for name, _, _ in begun(shelf, from_="-3h")] == ["1.2"]
    assert [name for name, _, _ in begun(shelf, range_="90d")] == ["1.1", "1.2"]


def test_a_release_that_was_away_for_months_begins_anew_and_the_first_of_all_is_none(shelf: Shelf) -> None:
    shelf.put({"release": "1.0", "at": NOW - 100 * DAY})
    shelf.put({"release": "2.0", "at": NOW - 50 * DAY}, {"release": "1.0", "at": NOW - HOUR})
    assert [name for name, _, _ in begun(shelf)] == ["1.0"]
    assert [name for name, _, _ in begun(shelf, range_="90d")] == ["2.0"]

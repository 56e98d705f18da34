"""What people save with a project: kept as it was given, changed, removed, bounded, each project for itself."""

import pytest

from lynex.control import saved_items
from lynex.control.saved_items import LARGEST
from lynex.errors import Conflict, InvalidInput, NotFound


@pytest.fixture
def project(records):
    return records.projects.create("Shop", project_id="proj_a").id


def test_an_item_is_saved_listed_by_kind_changed_and_removed(records, project, clock):
    view = records.saved_items.add(project, "view", " Slow calls ", '{"latency":">2s"}')
    clock.forward(seconds=1)
    board = records.saved_items.add(project, "dashboard", "Slow calls", "{}")
    assert records.saved_items.list(project) == [view, board]
    assert records.saved_items.list(project, "dashboard") == [board]
    clock.forward(seconds=1)
    changed = records.saved_items.change(project, view.id, "Slower calls", '{"latency":">9s"}')
    assert (changed.id, changed.kind, changed.created_at) == (view.id, "view", view.created_at)
    assert (changed.name, changed.updated_at) == ("Slower calls", clock.now())
    assert records.saved_items.list(project, "view") == [changed]
    assert records.saved_items.remove(project, view.id) == changed
    assert records.saved_items.list(project) == [board]


def test_items_of_another_project_are_not_there(records, project):
    other = records.projects.create("Other").id
    mine = records.saved_items.add(project, "view", "Mine", "{}")
    assert records.saved_items.list(other) == []
    for touch in (
        lambda: records.saved_items.change(other, mine.id, "Stolen", "{}"),
        lambda: records.saved_items.remove(other, mine.id),
        lambda: records.saved_items.remove(project, "saved_x' OR 1=1"),
    ):
        with pytest.raises(NotFound):
            touch()
    assert records.saved_items.list(project) == [mine]


def test_what_is_too_large_or_too_many_is_refused_and_changes_nothing(records, project, monkeypatch):
    fits = '"' + "é" * ((LARGEST - 2) // 2) + '"'
    kept = records.saved_items.add(project, "view", "Fits", fits)
    for save in (
        lambda: records.saved_items.add(project, "view", "Large", fits + " "),
        lambda: records.saved_items.change(project, kept.id, "Large", fits + " "),
    ):
        with pytest.raises(InvalidInput) as refusal:
            save()
        assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("content", "too_long")]
    monkeypatch.setattr(saved_items, "MOST", 1)
    with pytest.raises(Conflict) as full:
        records.saved_items.add(project, "view", "One more", "{}")
    assert full.value.code == "too_many_saved_items"
    assert records.saved_items.list(project) == [kept]

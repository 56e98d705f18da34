"""What people decide about groups of errors: the last decision stands, each project for itself."""

import itertools
import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError

from lynex.control.database import Database
from lynex.control.error_states import LONGEST_NOTE, Decision
from lynex.control.schema import REVISION
from lynex.errors import InvalidInput
from tests.control_room import open_records

GROUP = "00112233aabbccdd"
STATES = ("open", "resolved", "ignored")


@pytest.fixture
def project(records):
    return records.projects.create("Shop", project_id="proj_a").id


def test_a_group_nobody_decided_about_has_no_state(records, project):
    assert records.error_states.of_project(project) == []


@pytest.mark.parametrize("states", list(itertools.product(STATES, repeat=3)), ids=" ".join)
def test_after_any_decisions_the_last_one_stands_with_its_time_author_and_note(records, project, clock, states):
    for number, state in enumerate(states):
        clock.forward(seconds=1)
        note = None if number % 2 else f"note {number}"
        made = records.error_states.decide(project, GROUP, state, by=f"key_{number}", note=note)
        assert made == Decision(GROUP, state, clock.now(), f"key_{number}", note)
        assert records.error_states.of_project(project) == [made]


def test_projects_and_groups_have_their_own(records, project, clock):
    other = records.projects.create("Other").id
    records.error_states.decide(project, GROUP, "resolved", by="local")
    records.error_states.decide(project, "f" * 16, "ignored", by="local")
    records.error_states.decide(other, GROUP, "open", by="local")
    assert [one.state for one in records.error_states.of_project(project)] == ["resolved", "ignored"]
    assert [one.state for one in records.error_states.of_project(other)] == ["open"]
    with pytest.raises(IntegrityError):
        records.error_states.decide("proj_never", GROUP, "open", by="local")


@pytest.mark.parametrize(
    ("note", "kept"), [("  fixed in 1.2 \n", "fixed in 1.2"), (" \n", None), ("a\nb\tü 🙂", "a\nb\tü 🙂")]
)
def test_notes_are_kept_as_people_mean_them(records, project, note, kept):
    assert records.error_states.decide(project, GROUP, "open", by="local", note=note).note == kept


@pytest.mark.parametrize(("note", "code"), [("x" * (LONGEST_NOTE + 1), "too_long"), ("a\x00b", "invalid_character")])
def test_notes_nobody_could_read_are_refused_and_change_nothing(records, project, note, code):
    with pytest.raises(InvalidInput) as refusal:
        records.error_states.decide(project, GROUP, "resolved", by="local", note=note)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("note", code)]
    assert records.error_states.of_project(project) == []


def test_a_control_database_of_the_first_version_gains_the_table_and_keeps_the_rest(records, project, tmp_path, clock):
    path = tmp_path / "data" / "control" / "lynex.sqlite"
    records.database.close()
    with sqlite3.connect(path) as old:
        old.execute("DROP TABLE error_states")
        old.execute("DROP TABLE saved_items")
        old.execute("DROP TABLE receipts")
        old.execute("UPDATE alembic_version SET version_num = '0001'")
    old.close()
    again = open_records(tmp_path / "data", clock)
    assert again.database.revision() == REVISION
    assert [one.id for one in again.projects.list()] == [project]
    assert again.error_states.decide(project, GROUP, "ignored", by="local").state == "ignored"
    again.database.close()
    Database.open(path).close()

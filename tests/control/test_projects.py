"""Projects and the names people give (trials B89)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynex.control.names import checked_name
from lynex.errors import Conflict, InvalidInput, NotFound


def test_a_project_is_made_listed_found_and_renamed(records, clock):
    first = records.projects.create("First")
    clock.forward(seconds=1)
    second = records.projects.create("Second", project_id="proj_default")
    assert first.id.startswith("proj_") and len(first.id) == 31
    assert records.projects.list() == [first, second]
    assert records.projects.find("proj_default") == second
    renamed = records.projects.rename(second.id, " Renamed ")
    assert (renamed.name, renamed.created_at) == ("Renamed", second.created_at)
    assert records.projects.get(second.id) == renamed


def test_an_unknown_project_is_not_found(records):
    assert records.projects.find("proj_x") is None
    for ask in (records.projects.get, lambda project_id: records.projects.rename(project_id, "a")):
        with pytest.raises(NotFound) as fault:
            ask("proj_x'; DROP TABLE projects; --")
        assert fault.value.code == "project_not_found"


@pytest.mark.parametrize("taken", ["proj_one", "proj_ONE"])
def test_an_id_is_taken_once_whatever_its_case(records, taken):
    records.projects.create("One", project_id="proj_one")
    with pytest.raises(Conflict) as fault:
        records.projects.create("Two", project_id=taken)
    assert fault.value.code == "project_exists"
    assert [project.name for project in records.projects.list()] == ["One"]


@pytest.mark.parametrize("bad", ["", "proj_", "x", "proj_a/b", "proj_..", "proj_a\n", "proj_" + "a" * 65, "proj_é"])
def test_an_id_is_safe_as_a_directory(records, bad):
    with pytest.raises(InvalidInput) as fault:
        records.projects.create("A", project_id=bad)
    assert fault.value.faults[0].code == "invalid_identifier"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 101, "too_long"),
        ("x" * 1000, "too_long"),
        ("abc\u202etxt.exe", "invalid_character"),
        ("a\u2066b", "invalid_character"),
        ("a\x00b", "invalid_character"),
        ("a\nb", "invalid_character"),
        ("a\ud800", "invalid_character"),
        ("\u200b\u200d\ufeff", "invisible"),
        ("\u3164", "invisible"),
        ("\u0301", "invisible"),
    ],
)
def test_a_name_that_deceives_is_refused(name, code):
    with pytest.raises(InvalidInput) as fault:
        checked_name(name)
    assert [(one.field, one.code) for one in fault.value.faults] == [("name", code)]
    fault.value.detail.encode()


@pytest.mark.parametrize("name", ["Café", "客服机器人", "دعم العملاء", "👩‍💻 agents", "x" * 100, "a'; DROP TABLE x"])
def test_a_name_in_any_language_is_kept(records, name):
    assert records.projects.get(records.projects.create(name).id).name == name


def test_a_name_is_normalised(records):
    assert records.projects.create("Cafe\u0301").name == "Café"


@given(st.text())
def test_a_name_is_accepted_once_for_all_or_refused(name):
    try:
        clean = checked_name(name)
    except InvalidInput:
        return
    assert checked_name(clean) == clean
    assert 1 <= len(clean) <= 100

"""The first start makes a project and a key, once."""

import pytest

from lynex.config import InitConfig
from lynex.control.first_run import set_up
from lynex.errors import ConfigError

CHOSEN = "sk_live_" + "T" * 32


def test_an_empty_directory_gets_a_project_and_a_key(records):
    made = set_up(records.projects, records.keys, InitConfig())
    assert made.project_id == "proj_default"
    assert records.keys.find(made.secret).scopes == ("ingest", "read")
    assert set_up(records.projects, records.keys, InitConfig()) is None
    assert [project.name for project in records.projects.list()] == ["Default"]


def test_the_operator_may_choose_both_silently(records):
    made = set_up(records.projects, records.keys, InitConfig(project="proj_acme", api_key=CHOSEN))
    assert (made.project_id, made.secret) == ("proj_acme", None)
    assert records.keys.find(CHOSEN).project_id == "proj_acme"


def test_a_start_killed_half_way_is_completed_by_the_next(records):
    records.projects.create("Default", project_id="proj_default")
    made = set_up(records.projects, records.keys, InitConfig(api_key=CHOSEN))
    assert made.project_id == "proj_default"
    assert records.keys.find(CHOSEN) is not None


def test_a_revoked_first_key_does_not_come_back(records):
    set_up(records.projects, records.keys, InitConfig(api_key=CHOSEN))
    records.keys.revoke("proj_default", records.keys.find(CHOSEN).id)
    assert set_up(records.projects, records.keys, InitConfig(api_key=CHOSEN)) is None
    assert records.keys.live() == {}


@pytest.mark.parametrize(
    ("init", "named"),
    [
        (InitConfig(project="../etc"), "init.project: must be proj_"),
        (InitConfig(api_key="secret"), "init.api_key: must"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(records, init, named):
    with pytest.raises(ConfigError, match=named) as fault:
        set_up(records.projects, records.keys, init)
    assert "secret" not in fault.value.detail and "etc" not in fault.value.detail

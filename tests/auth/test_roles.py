"""What a principal may do, and with which project (trials A01, A02, A05)."""

import pytest

from lynex.auth.principal import ANYBODY, OWNER_AT_THE_MACHINE, Principal, with_implied
from lynex.auth.roles import PERMISSIONS, PUBLIC, may, require, require_grantable
from lynex.control.keys import SCOPES
from lynex.errors import Forbidden, InvalidInput, NotFound


def key_with(*scopes):
    return Principal("key", with_implied(scopes), project_id="proj_a", key_id="key_a")


def test_every_permission_is_granted_by_a_scope_that_exists():
    assert {scope for scope in PERMISSIONS.values() if scope is not None} == set(SCOPES)
    assert [permission for permission, scope in PERMISSIONS.items() if scope is None] == [PUBLIC]


@pytest.mark.parametrize("permission", [name for name in PERMISSIONS if name != PUBLIC])
def test_a_permission_needs_its_scope_or_admin(permission):
    scope = PERMISSIONS[permission]
    for other in SCOPES:
        assert may(key_with(other), permission) == (other in (scope, "admin"))
    assert may(OWNER_AT_THE_MACHINE, permission) and may(ANYBODY, permission)
    with pytest.raises(Forbidden) as fault:
        require(Principal("key", frozenset()), permission)
    assert fault.value.code == "missing_scope" and scope in fault.value.detail


def test_an_unknown_permission_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        may(OWNER_AT_THE_MACHINE, "made.up")


@pytest.mark.parametrize(
    ("maker", "wanted", "allowed"),
    [
        (key_with("admin"), ["ingest", "read", "admin"], True),
        (key_with("ingest", "read"), ["ingest"], True),
        (key_with("ingest"), ["read"], False),
        (key_with("ingest", "read"), ["admin"], False),
        (key_with("admin"), ["*"], False),
        (OWNER_AT_THE_MACHINE, ["backfill"], True),
    ],
)
def test_nobody_makes_a_key_wider_than_themselves(maker, wanted, allowed):
    if allowed:
        require_grantable(maker, wanted)
        return
    with pytest.raises(Forbidden) as fault:
        require_grantable(maker, wanted)
    assert fault.value.code == "scope_too_wide"


def test_a_key_reaches_its_project_only():
    key = key_with("read")
    assert key.project(None) == key.project("proj_a") == "proj_a"
    with pytest.raises(NotFound) as fault:
        key.project("proj_b")
    assert fault.value.code == "project_not_found"


def test_everybody_else_names_a_project():
    assert OWNER_AT_THE_MACHINE.project("proj_b") == "proj_b"
    for asked in (None, ""):
        with pytest.raises(InvalidInput) as fault:
            OWNER_AT_THE_MACHINE.project(asked)
        assert [(one.field, one.code) for one in fault.value.faults] == [("project_id", "missing")]

"""The table of permissions: what a route asks for, and which scope of a principal grants it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from lynex.auth.principal import Principal, with_implied
from lynex.errors import Forbidden

PUBLIC: Final = "public"

# permission -> the one scope that grants it; None: no credentials are asked for
PERMISSIONS: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        PUBLIC: None,
        "events.write": "ingest",
        "events.write_old": "backfill",
        "events.read": "read",
        "events.remove": "admin",
        "errors.write": "admin",
        "projects.read": "read",
        "projects.write": "admin",
        "keys.read": "admin",
        "keys.write": "admin",
        "saved.read": "read",
        "saved.write": "admin",
        "dead_letters.read": "admin",
        "dead_letters.replay": "admin",
        "receipts.read": "admin",
        "appliance.read": "admin",
        "metrics.read": "read",
        "remap.read": "admin",
        "remap.write": "admin",
        "sessions.write": "read",
        "sessions.create": "admin",
    }
)


def may(principal: Principal, permission: str) -> bool:
    """Raises `KeyError` for a permission that is not in the table."""
    scope = PERMISSIONS[permission]
    return scope is None or scope in principal.scopes


def require(principal: Principal, permission: str) -> None:
    """Raises `Forbidden` naming the scope that is missing."""
    if not may(principal, permission):
        raise Forbidden(
            f"This needs the scope {PERMISSIONS[permission]}, which the key does not have.",
            code="missing_scope",
            hint="Use a key with this scope; `lynex keys create` makes one.",
        )


def require_grantable(principal: Principal, scopes: Iterable[str]) -> None:
    """Nobody makes a key wider than themselves. Raises `Forbidden`."""
    wider = sorted(with_implied(scopes) - principal.scopes)
    if wider:
        raise Forbidden(
            f"A key cannot be given scopes its maker does not have: {', '.join(scope[:64] for scope in wider)}.",
            code="scope_too_wide",
        )

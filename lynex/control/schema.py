"""The tables of the control database, in types that SQLite and PostgreSQL share.

Instants are microseconds since 1970 UTC. A change here needs a migration and a new `REVISION`.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

REVISION: Final = "0004"

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)

PROJECTS: Final = Table(
    "projects",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("name", String(400), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("project_id", String(80), ForeignKey("projects.id"), nullable=False, index=True),
    Column("name", String(400), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("scopes", String(100), nullable=False),  # sorted, one space between, as in OAuth
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("events", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

SIGN_IN_TOKENS: Final = Table(
    "sign_in_tokens",
    METADATA,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# No foreign key to projects: what could not be stored is kept whatever became of its project.
DEAD_LETTERS: Final = Table(
    "dead_letters",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("project_id", String(80), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("reason", String(100), nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("replayed_at", BigInteger),
    Index(None, "project_id", "seq"),
)

ERROR_STATES: Final = Table(
    "error_states",
    METADATA,
    Column("project_id", String(80), ForeignKey("projects.id"), primary_key=True),
    Column("error_group", String(16), primary_key=True),
    Column("state", String(16), nullable=False),  # open | resolved | ignored
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Column("note", Text),
)

SAVED_ITEMS: Final = Table(
    "saved_items",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("project_id", String(80), ForeignKey("projects.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # view | dashboard | breakpoints
    Column("name", String(400), nullable=False),
    Column("content", Text, nullable=False),  # a JSON object
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "project_id", "kind"),
)

# No foreign keys: requests whose key is not known are counted too, without a project.
RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    Column("project_id", String(80), primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("key_id", String(80), primary_key=True),
    Column("outcome", String(110), primary_key=True),  # accepted | duplicates | refused:<code of the problem>
    Column("amount", BigInteger, nullable=False),
)

SETTINGS: Final = Table(
    "appliance_settings",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)

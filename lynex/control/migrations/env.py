"""How alembic runs the migrations: on the connection it is given, inside that connection's transaction."""

from alembic import context

from lynex.control.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # SQLite's is, once BEGIN is sent by us: a killed upgrade leaves nothing behind
    render_as_batch=True,
)
context.run_migrations()

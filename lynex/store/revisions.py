"""How often each day was written anew in Parquet, as far as the hot database has taken it over."""

from collections.abc import Mapping
from typing import Final

import duckdb

REVISION_TABLE: Final = "CREATE TABLE IF NOT EXISTS revisions (project_id VARCHAR, day VARCHAR, revision BIGINT)"

Day = tuple[str, str]  # project, UTC day


def note_revisions(connection: duckdb.DuckDBPyConnection, revisions: Mapping[Day, int]) -> None:
    for (project, day), revision in revisions.items():
        connection.execute(
            "INSERT INTO revisions (project_id, day, revision) VALUES ($1, $2, $3)", (project, day, revision)
        )


def read_revisions(connection: duckdb.DuckDBPyConnection) -> dict[Day, int]:
    found = connection.execute(
        "SELECT project_id, day, max(revision) FROM revisions GROUP BY project_id, day"
    ).fetchall()
    return {(project, day): revision for project, day, revision in found}

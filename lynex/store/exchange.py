"""Days that were written anew in Parquet: their rows in the hot database are exchanged too.

Parquet and its manifest change first. What a crash left behind in the hot database is brought up when it is opened, so
that a day is answered either as it was or as it is now, never a part of each.
"""

from collections.abc import Sequence
from typing import Final

import duckdb

from lynex.failpoints import reach
from lynex.store.cold import Cold
from lynex.store.hot_file import HotFile
from lynex.store.manifest import SealedFile
from lynex.store.revisions import note_revisions, read_revisions
from lynex.store.tombstones import still_wanted

_ROWS: Final = """
project_id = $project AND "at" >= CAST($day AS TIMESTAMP) AND "at" < CAST($day AS TIMESTAMP) + INTERVAL 1 DAY
AND seq BETWEEN $first AND $last
"""


def bring_up(file: HotFile, cold: Cold) -> None:
    """Take over the days that were exchanged in the manifest and not yet here."""
    known = read_revisions(file.connection)
    for (project, day), revision in cold.revisions().items():
        behind = known.get((project, day), 0)
        if behind < revision:
            files = [one for one in cold.files(project, day) if one.revision > behind]
            take_over(file, cold, files)


def take_over(file: HotFile, cold: Cold, files: Sequence[SealedFile]) -> None:
    """In one transaction: the rows of these files of one day as the files have them now."""
    with file.transaction() as connection:
        for sealed in files:
            _exchange_rows(file, cold, sealed)
        reach("rewrite.mid_exchange")
        latest = max(files, key=lambda sealed: sealed.revision)
        note_revisions(connection, {(latest.project_id, latest.day): latest.revision})


def _exchange_rows(file: HotFile, cold: Cold, sealed: SealedFile) -> None:
    path = cold.verified(sealed)
    if path is None:
        return  # its rows here are all there is of them
    values: dict[str, str | int] = {
        "project": sealed.project_id,
        "day": sealed.day,
        "first": sealed.first_seq,
        "last": sealed.last_seq,
    }
    ((gone,),) = file.connection.execute(f"DELETE FROM events WHERE {_ROWS}", values).fetchall()
    condition, more = still_wanted(0, cold.tombstones)
    loaded = file.load_parquet([path], condition, more)
    if loaded != gone:
        raise duckdb.DataError(f"corrupt: {gone} rows of the sealed file {sealed.path} were there, it has {loaded}")

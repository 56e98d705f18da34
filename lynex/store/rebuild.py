"""Fills the hot database from sealed Parquet, seal by seal: each is one transaction, so a kill costs one seal at most.

The rest, past what was sealed, comes from the journal through the processor as always.
"""

import logging
from typing import Final

from lynex.clock import Clock
from lynex.failpoints import reach
from lynex.store.cold import Cold
from lynex.store.contract import Progress, Totals
from lynex.store.hot_file import HotFile
from lynex.store.ledger import Entry, read_totals, write_entry
from lynex.store.manifest import Seal
from lynex.store.revisions import note_revisions
from lynex.store.tombstones import still_wanted

_LOG: Final = logging.getLogger("lynex.store")


def top_up(file: HotFile, cold: Cold, clock: Clock, progress: Progress | None = None) -> None:
    """Bring the hot database up to what has been sealed."""
    expected = Totals()
    if not read_totals(file.connection).position:  # nothing is here that could be behind
        with file.transaction() as connection:
            note_revisions(connection, cold.revisions())
    with file.leaving_short_row_groups():
        for seal in cold.manifest.seals:
            expected = _after(expected, seal)
            now = read_totals(file.connection)
            if seal.last_seq > now.position:
                _load(file, cold, seal, _remainder(seal, expected, now), clock.now())
                reach("rebuild.seal_loaded")
                file.checkpoint()
            if progress is not None:
                progress(seal.last_seq, cold.sealed_through)


def _after(totals: Totals, seal: Seal) -> Totals:
    return Totals(
        position=seal.last_seq,
        stored=totals.stored + seal.stored,
        deduplicated=totals.deduplicated + seal.deduplicated,
        dead_lettered=totals.dead_lettered + seal.dead_lettered,
        damaged=totals.damaged + seal.damaged,
    )


def _load(file: HotFile, cold: Cold, seal: Seal, rest: Totals, at: int) -> None:
    """Rows of the seal past the position, and one ledger entry for them.

    Rows of damaged files count as damaged; rows that a later tombstone covers count as stored and deleted.
    """
    position = read_totals(file.connection).position
    wanted = [sealed for sealed in seal.files if sealed.last_seq > position]
    found = {sealed.path: cold.verified(sealed) for sealed in wanted}
    paths = [path for path in found.values() if path is not None]
    lost = sum(sealed.rows for sealed in wanted if found[sealed.path] is None)
    condition, values = still_wanted(position, cold.tombstones)
    with file.transaction() as connection:
        loaded = file.load_parquet(paths, condition, values) if paths else 0
        lost = max(0, min(lost, rest.stored - loaded))
        stored = max(rest.stored - lost, loaded)
        others = rest.dead_lettered + rest.damaged + lost
        entry = Entry(
            first_seq=position + 1,
            last_seq=seal.last_seq,
            stored=stored,
            deduplicated=seal.last_seq - position - stored - others,
            dead_lettered=rest.dead_lettered,
            damaged=rest.damaged + lost,
            deleted=stored - loaded,
            committed_at=at,
        )
        write_entry(connection, entry)
    _LOG.info("%d events of the sequences %d to %d are back from Parquet", loaded, position + 1, seal.last_seq)


def _remainder(seal: Seal, expected: Totals, now: Totals) -> Totals:
    """What the seal says of its sequences past the position of the hot database."""
    if seal.first_seq > now.position:
        return Totals(seal.last_seq, seal.stored, seal.deduplicated, seal.dead_lettered, seal.damaged)
    deduplicated = max(0, expected.deduplicated - now.deduplicated)
    dead_lettered = max(0, expected.dead_lettered - now.dead_lettered)
    damaged = max(0, expected.damaged - now.damaged)
    stored = seal.last_seq - now.position - deduplicated - dead_lettered - damaged
    return Totals(seal.last_seq, stored, deduplicated, dead_lettered, damaged)

"""Sealing goes piece by piece, lets storing go first within reason, and frees the journal as it goes."""

from dataclasses import dataclass, field

import pytest

from lynex.config import JournalConfig
from lynex.jobs import sealing as sealing_module
from lynex.jobs.sealing import Sealing
from tests.store.rows import a_batch, is_lawful, open_store

CONFIG = JournalConfig()


@dataclass
class Ledger:
    """What sealing asks of the journal."""

    bytes: int = 0
    freed: list[int] = field(default_factory=list)

    def free(self, through: int) -> int:
        self.freed.append(through)
        return 0


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(sealing_module, "PIECE", 40)
    made = open_store(tmp_path)
    for first, count in ((1, 30), (31, 10), (41, 100), (141, 5)):
        made.append(a_batch(first, count))
    yield made
    assert is_lawful(made)
    made.close()


def test_each_piece_is_sealed_and_leaves_the_journal(store, clock):
    journal = Ledger()
    assert Sealing(journal, store, CONFIG, clock, waiting=lambda: 0).run() == 145
    assert journal.freed == [40, 145]  # 41–140 is one batch, larger than a piece
    assert [(seal.first_seq, seal.last_seq) for seal in store.cold.manifest.seals] == [(1, 40), (41, 145)]


def test_storing_goes_first_but_not_for_ever(store, clock):
    asked = []

    def waiting() -> int:
        asked.append(store.sealed_through)
        clock.forward(seconds=4)
        return 50_000

    assert Sealing(Ledger(), store, CONFIG, clock, waiting).run() == 145
    assert asked == [0, 0, 0, 40, 40, 40]


def test_a_journal_that_fills_up_is_sealed_at_once(store, clock):
    asked = []
    full = Ledger(bytes=CONFIG.max_bytes // 2)
    assert Sealing(full, store, CONFIG, clock, lambda: asked.append(1) or 50_000).run() == 145
    assert len(asked) == 2


def test_stopping_ends_with_the_piece_in_hand(store, clock):
    sealing = Sealing(Ledger(), store, CONFIG, clock, lambda: sealing.stop() or 50_000)
    assert sealing.run() == 40
    assert sealing.run() == 40

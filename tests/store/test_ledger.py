"""Old entries are folded, never across the place where the next seal begins."""

import pytest

from lynex.store import ledger
from tests.store.rows import a_batch, is_lawful, open_store


@pytest.fixture
def few_entries(monkeypatch):
    monkeypatch.setattr(ledger, "_MOST_ENTRIES", 10)
    monkeypatch.setattr(ledger, "_ENTRIES_KEPT_APART", 3)


def entries(store):
    return store.select("SELECT first_seq, last_seq FROM ledger ORDER BY first_seq", {}).to_pylist()


@pytest.mark.usefixtures("few_entries")
def test_entries_are_folded_up_to_the_seal_and_after_it(tmp_path):
    store = open_store(tmp_path)
    for number in range(20):
        store.append(a_batch(1 + 5 * number, 5))
    store.seal(42)
    assert store.sealed_through == 40
    before = store.totals()
    store.checkpoint(force=True)
    spans = [(entry["first_seq"], entry["last_seq"]) for entry in entries(store)]
    assert spans == [(1, 40), (41, 90), (91, 95), (96, 100)]
    assert store.seal(100) == 100
    store.close()
    again = open_store(tmp_path)
    assert again.totals() == before
    assert is_lawful(again)
    again.close()


@pytest.mark.usefixtures("few_entries")
def test_the_ledger_stays_small(tmp_path):
    store = open_store(tmp_path)
    for number in range(60):
        store.append(a_batch(1 + number, 1))
        store.checkpoint(force=True)
    assert len(entries(store)) <= 11
    assert is_lawful(store)
    store.close()

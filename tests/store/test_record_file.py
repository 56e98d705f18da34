"""Small files that must not lose a line, nor believe a wrong one."""

import msgspec
import pytest

from lynex.store.record_file import RecordFile


class Note(msgspec.Struct, frozen=True):
    number: int
    text: str


NOTES = [Note(1, "one"), Note(2, "zwei\nü"), Note(3, "three")]


@pytest.fixture
def path(tmp_path):
    file = RecordFile(tmp_path / "notes.jsonl", Note)
    assert file.missing
    for note in NOTES:
        file.append(note)
    return tmp_path / "notes.jsonl"


def test_records_come_back(path):
    found = RecordFile(path, Note)
    assert found.records == NOTES
    assert not found.damaged
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_torn_last_line_is_cut_at_any_byte(path):
    data = path.read_bytes()
    start = data.rstrip(b"\n").rindex(b"\n") + 1
    for length in range(start, len(data)):
        path.write_bytes(data[:length])
        found = RecordFile(path, Note)
        assert (found.records, found.damaged) == (NOTES[:2], False)
        assert path.stat().st_size == start
    found.append(NOTES[2])
    assert path.read_bytes() == data


def test_no_changed_byte_is_believed(path):
    data = path.read_bytes()
    for place in range(len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        path.write_bytes(changed)
        found = RecordFile(path, Note)
        assert found.damaged, place
        assert all(record in NOTES for record in found.records)


def test_a_refused_append_leaves_the_file_as_it_was(path, monkeypatch):
    file = RecordFile(path, Note)
    before = path.read_bytes()

    def refuse(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("lynex.store.record_file.os.fsync", refuse)
    with pytest.raises(OSError, match="Input/output"):
        file.append(Note(4, "four"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert file.records == NOTES
    file.append(Note(5, "five"))
    assert RecordFile(path, Note).records == [*NOTES, Note(5, "five")]


def test_a_rewrite_replaces_everything(path):
    file = RecordFile(path, Note)
    file.rewrite(NOTES[1:])
    assert RecordFile(path, Note).records == NOTES[1:]
    assert [found.name for found in path.parent.iterdir()] == ["notes.jsonl"]

"""What the journal makes of a directory after a crash, a bad disk or a clumsy hand."""

import random
import shutil

import pytest

from lynex.errors import StartRefused
from lynex.ingest.disk import RealDisk
from lynex.ingest.frames import PREFIX_BYTES, Origin, encode_origin
from tests.journals import open_journal, segments

DISK = RealDisk()


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def open_it(directory, clock):
    def opened(**settings):
        return open_journal(DISK, directory, clock, **settings)

    return opened


def events_in(damage):
    return {seq for each in damage for seq in range(each.first_seq, each.last_seq + 1)}


def abandoned(open_it, *flushes, **settings):
    """A journal whose process died right after the flushes; each is a list of payloads."""
    journal = open_it(**settings)
    return [frame for payloads in flushes for frame in journal.flush(*payloads, count=2)]


def test_an_empty_directory_begins_with_sequence_one(open_it):
    journal = open_it()
    assert (journal.shelf.head, journal.shelf.first, journal.frames()) == (0, 1, [])
    assert journal.flush(b"x")[0].first_seq == 1


def test_frames_survive_a_kill_a_clean_close_and_rotation(open_it):
    frames = abandoned(open_it, [b"a" * 500, b"b"], [b"c" * 900], segment_bytes=1000)
    journal = open_it()
    assert journal.frames() == frames
    frames += journal.flush(b"d", b"", count=3)
    journal.writer.close()
    journal = open_it()
    assert journal.frames() == frames
    assert journal.damage == []
    assert journal.recovered.torn_tails == 0


@pytest.mark.parametrize("cut", range(1, 65))
def test_a_torn_tail_is_cut_and_counted(open_it, directory, cut):
    frames = abandoned(open_it, [b"a" * 40], [b"b" * 40], [b"c" * 40])
    path = segments(directory)[-1]
    path.write_bytes(path.read_bytes()[:-cut])
    journal = open_it()
    assert journal.frames() == frames[:2]
    assert (journal.recovered.torn_tails, journal.damage, journal.shelf.head) == (1, [], 4)
    again = journal.flush(b"d" * 40)
    assert again[0].first_seq == 5
    assert open_it().frames() == [*frames[:2], *again]


@pytest.mark.parametrize("tail", [bytes(4096), random.Random(1).randbytes(4096), b"\xf7LJ\xff" * 1000])
def test_zeros_or_garbage_after_the_last_frame_lose_nothing(open_it, directory, tail):
    frames = abandoned(open_it, [b"a" * 40], [b"b" * 40])
    with segments(directory)[-1].open("ab") as file:
        file.write(tail)
    journal = open_it()
    assert (journal.frames(), journal.recovered.torn_tails, journal.damage) == (frames, 1, [])
    assert open_it().recovered.torn_tails == 0


def test_every_bit_of_a_closed_journal_is_watched_over(open_it, directory):
    """A flip anywhere costs at most the frame it hits, and the very sequences of that frame are named."""
    frames = abandoned(open_it, *([random.Random(n).randbytes(n * 7)] for n in range(1, 25)), segment_bytes=900)
    open_it().writer.close()
    paths = segments(directory)
    chance = random.Random(42)
    for _ in range(500):
        path = chance.choice([path for path in paths if path.stat().st_size])
        whole = path.read_bytes()
        hit = chance.randrange(len(whole) * 8)
        flipped = bytearray(whole)
        flipped[hit // 8] ^= 1 << hit % 8
        kept = {other: other.read_bytes() for other in paths}
        path.write_bytes(flipped)
        journal = open_it()
        lost = [frame for frame in frames if frame not in journal.frames()]
        assert len(lost) <= 1
        assert events_in(journal.damage) == {
            seq for frame in lost for seq in range(frame.first_seq, frame.last_seq + 1)
        }
        assert journal.damage or journal.recovered.torn_tails  # the latter: the empty segment that ends the journal
        assert all(damage.certain and damage.segment == path.name for damage in journal.damage)
        for name in segments(directory):
            name.unlink()
        for other, content in kept.items():
            other.write_bytes(content)


def test_a_bit_flipped_after_a_kill_is_never_silent(open_it, directory):
    """The last flush cannot be told from a torn one; everything before it is named exactly."""
    frames = abandoned(open_it, *([bytes([n]) * 50] for n in range(20)))
    path = segments(directory)[-1]
    whole = path.read_bytes()
    start = whole.index(b"\xf7LJ\xff", 1)
    chance = random.Random(7)
    for _ in range(300):
        hit = chance.randrange(start * 8, len(whole) * 8)
        flipped = bytearray(whole)
        flipped[hit // 8] ^= 1 << hit % 8
        path.write_bytes(flipped)
        journal = open_it()
        lost = [frame for frame in frames if frame not in journal.frames()]
        assert len(lost) == 1
        if lost == frames[-1:]:
            assert (journal.recovered.torn_tails, journal.damage) == (1, [])
        else:
            assert events_in(journal.damage) == {lost[0].first_seq, lost[0].last_seq}
        for other in segments(directory):
            other.unlink()


def test_a_flush_torn_in_its_middle_keeps_its_readable_frames_and_says_it_is_not_sure(open_it, directory):
    frames = abandoned(open_it, [b"a" * 40], [b"b" * 40, b"c" * 40])
    path = segments(directory)[-1]
    path.write_bytes(path.read_bytes().replace(b"b" * 40, bytes(40)))
    journal = open_it()
    assert journal.frames() == [frames[0], frames[2]]
    assert [(d.first_seq, d.last_seq, d.certain) for d in journal.damage] == [(3, 4, False)]


@pytest.mark.parametrize("size", [82, 512, 1000])
def test_a_block_missing_twice_there_or_in_another_place_is_never_silent(open_it, directory, size):
    frames = abandoned(open_it, *([bytes([n]) * 100] for n in range(1, 40)))
    open_it().writer.close()
    path = segments(directory)[0]
    whole = path.read_bytes()
    a, b = whole[1000 : 1000 + size], whole[3000 : 3000 + size]
    for content in (
        whole[:1000] + whole[1000 + size :],
        whole[:1000] + a + a + whole[1000 + size :],
        whole[:1000] + b + whole[1000 + size : 3000] + a + whole[3000 + size :],
        whole[:3000] + a + whole[3000 + size :],
    ):
        path.write_bytes(content)
        journal = open_it()
        found = journal.frames()
        assert found == sorted((frame for frame in frames if frame in found), key=lambda frame: frame.first_seq)
        lost = [frame for frame in frames if frame not in found]
        assert events_in(journal.damage) == {seq for frame in lost for seq in (frame.first_seq, frame.last_seq)}
        assert len(lost) <= 2 + 2 * -(-size // (PREFIX_BYTES + 100))


def test_a_missing_segment_is_named_and_the_rest_is_read(open_it, directory):
    frames = abandoned(open_it, *([b"x" * 200] for _ in range(12)), segment_bytes=600)
    open_it().writer.close()
    gone = segments(directory)[1]
    gone.unlink()
    journal = open_it()
    lost = [frame for frame in frames if frame not in journal.frames()]
    assert events_in(journal.damage) == {seq for frame in lost for seq in (frame.first_seq, frame.last_seq)}
    assert lost[0].first_seq == int(gone.stem)


def test_a_damaged_segment_is_set_aside_when_it_is_freed(open_it, directory):
    abandoned(open_it, [b"a" * 40], [b"b" * 40], [b"c" * 40])
    path = segments(directory)[0]
    path.write_bytes(path.read_bytes().replace(b"a" * 40, b"A" * 40))
    journal = open_it()
    journal.flush(b"d")
    journal.shelf.free(6)
    assert path.with_suffix(".damaged").exists()
    assert not path.exists()
    assert (journal.shelf.first, journal.damage) == (7, [])


def test_a_newer_format_stops_the_start_and_is_not_touched(open_it, directory):
    abandoned(open_it, [b"a"])
    origin = Origin(3, 0, 2)
    path = directory / f"{3:020d}.journal"
    path.write_bytes(encode_origin(origin, version=2, readable_since="0.4.0") + b"something new")
    before = {each: each.read_bytes() for each in directory.iterdir()}
    with pytest.raises(StartRefused, match=r"needs Lynex ≥ 0\.4\.0"):
        open_it()
    assert {each: each.read_bytes() for each in directory.iterdir()} == before


def test_a_renamed_segment_stops_the_start(open_it, directory):
    abandoned(open_it, [b"a"])
    path = segments(directory)[0]
    shutil.move(path, path.with_name(f"{7:020d}.journal"))
    with pytest.raises(StartRefused, match="begins with sequence 1, not 7"):
        open_it()


def test_a_directory_that_cannot_be_made_stops_the_start_with_its_name(open_it, directory):
    directory.write_text("a file where the directory should be")
    with pytest.raises(StartRefused, match="journal"):
        open_it()


def test_other_files_are_left_alone_and_unfinished_ones_removed(open_it, directory):
    open_it()
    (directory / "notes.txt").write_text("mine")
    (directory / f"{9:020d}.journal.new").write_bytes(b"half a header")
    open_it()
    assert {path.name for path in directory.iterdir()} == {"notes.txt", f"{1:020d}.journal"}


def test_the_next_sequence_is_past_the_position_of_the_store(open_it):
    frames = abandoned(open_it, [b"a"])
    journal = open_it(next_after=100)
    assert journal.shelf.head == 100
    frames += journal.flush(b"b")
    assert frames[-1].first_seq == 101
    journal = open_it(next_after=100)
    assert (journal.frames(), journal.damage, journal.shelf.head) == (frames, [], 101)


def test_a_position_past_the_journal_leaves_no_damage_even_when_nothing_follows(open_it):
    frames = abandoned(open_it, [b"a"])
    for _ in range(3):
        journal = open_it(next_after=100)
        assert (journal.frames(), journal.damage, journal.shelf.head) == (frames, [], 100)
    assert open_it().damage == []


def test_segments_that_are_stored_already_are_not_walked_at_start(open_it, directory):
    frames = abandoned(open_it, *([b"x" * 200] for _ in range(12)), segment_bytes=600)
    first = segments(directory)[0]
    first.write_bytes(first.read_bytes()[:-10])
    journal = open_it(next_after=frames[-1].last_seq)
    assert journal.damage == []
    found = journal.frames()
    lost = [frame for frame in frames if frame not in found]
    assert len(lost) == 1
    assert events_in(journal.damage) == {lost[0].first_seq, lost[0].last_seq}


def test_reading_finds_its_place_in_a_long_segment(open_it):
    journal = open_it(segment_bytes=1 << 30)
    frames = [frame for n in range(40) for frame in journal.flush(*[bytes([n]) * 5000] * 10, count=3)]
    assert len(journal.shelf.newest.marks) > 4
    for frame in (frames[0], frames[123], frames[-1]):
        for after in range(frame.first_seq - 1, frame.last_seq):
            assert journal.frames(after)[0] == frame
    assert journal.frames(frames[-1].last_seq) == []

"""What has been sealed: one record for each seal, with the files it made. The seals follow each other without a hole.

Each Parquet file carries the same facts in its metadata, so a lost manifest is made again by listing the files.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from lynex.store.durable import make_directory, sync_directory
from lynex.store.record_file import RecordFile

_LOG: Final = logging.getLogger("lynex.store")
FACTS_KEY: Final = "lynex"
_HASH_DIGITS: Final = 32
_BLOCK: Final = 1 << 20


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file: the rows of one project and one UTC day out of one seal. Instants in microseconds."""

    path: str  # relative to the cold directory
    project_id: str
    day: str
    rows: int
    first_seq: int
    last_seq: int
    min_at: int
    max_at: int
    size: int
    sha256: str
    revision: int = 0  # counts how often its day was written anew


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """What became of `first_seq … last_seq`; the files hold `stored - deleted` rows."""

    first_seq: int
    last_seq: int
    stored: int
    deduplicated: int
    dead_lettered: int
    damaged: int
    deleted: int
    sealed_at: int
    file_count: int
    files: tuple[SealedFile, ...] = ()


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a Parquet file says of itself: its seal (without files), and what is not to be seen from outside."""

    seal: Seal
    project_id: str
    day: str
    rows: int
    first_seq: int
    last_seq: int
    min_at: int
    max_at: int
    revision: int = 0


class Manifest:
    """Opened with what the file says; rebuilt from the Parquet files where it says nothing any more."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._changing = threading.Lock()
        self._file = RecordFile(directory / "manifest.jsonl", Seal)
        if self._file.missing and not any(parquet_files(directory)):
            self._file.rewrite([])  # from now on a missing manifest is a lost one
        elif self._file.missing or self._file.damaged:
            self._rebuild()

    @property
    def seals(self) -> list[Seal]:
        return self._file.records

    @property
    def sealed_through(self) -> int:
        return self._file.records[-1].last_seq if self._file.records else 0

    def add(self, seal: Seal) -> None:
        """Durable when it returns. Raises OSError."""
        with self._changing:
            if seal.first_seq != self.sealed_through + 1:
                raise ValueError(f"a seal from {seal.first_seq} does not follow {self.sealed_through}")
            self._file.append(seal)

    def exchange(self, files: Mapping[str, SealedFile]) -> None:
        """List other files in place of those with these paths, all at once. Durable when it returns. Raises OSError."""
        with self._changing:
            self._file.rewrite(
                [
                    msgspec.structs.replace(seal, files=tuple(files.get(file.path, file) for file in seal.files))
                    for seal in self._file.records
                ]
            )

    def _rebuild(self) -> None:
        _LOG.warning("the manifest in %s is lost or damaged; it is made again from the Parquet files", self._directory)
        if not self._file.missing:
            put_aside(self._file.path, self._directory)
        seals = _chain([*self._file.records, *_listed(self._directory)])
        listed = {file.path for seal in seals for file in seal.files}
        for path in list(parquet_files(self._directory)):
            if str(path.relative_to(self._directory)) not in listed:
                put_aside(path, self._directory)
        self._file.rewrite(seals)


def put_aside(path: Path, directory: Path) -> None:
    """Move a damaged or doubtful file out of the way, into `damaged/`; nothing is deleted."""
    folder = directory / "damaged"
    make_directory(folder)
    name, number = f"{path.parent.name}-{path.name}", 1
    while (folder / name).exists():
        number += 1
        name = f"{path.parent.name}-{number}-{path.name}"
    os.rename(path, folder / name)
    sync_directory(folder)


def parquet_files(directory: Path) -> Iterable[Path]:
    return directory.glob("project=*/dt=*/*.parquet")


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def name_for(sha256: str) -> str:
    return f"{sha256[:_HASH_DIGITS]}.parquet"


def described(path: Path, directory: Path, facts: FileFacts, size: int, sha256: str) -> SealedFile:
    return SealedFile(
        path=str(path.relative_to(directory)),
        project_id=facts.project_id,
        day=facts.day,
        rows=facts.rows,
        first_seq=facts.first_seq,
        last_seq=facts.last_seq,
        min_at=facts.min_at,
        max_at=facts.max_at,
        size=size,
        sha256=sha256,
        revision=facts.revision,
    )


def facts_of(file: SealedFile, seal: Seal, revision: int) -> FileFacts:
    """What a file that takes the place of this one says of itself."""
    return FileFacts(
        seal=msgspec.structs.replace(seal, files=()),
        project_id=file.project_id,
        day=file.day,
        rows=file.rows,
        first_seq=file.first_seq,
        last_seq=file.last_seq,
        min_at=file.min_at,
        max_at=file.max_at,
        revision=revision,
    )


def _chain(seals: Iterable[Seal]) -> list[Seal]:
    """Those that follow each other from sequence 1; of two that begin together the longer one. Holes are damage."""
    chain: list[Seal] = []
    position = 0
    for seal in sorted(seals, key=lambda seal: (seal.first_seq, -seal.last_seq, -len(seal.files))):
        if seal.first_seq <= position:
            continue
        if seal.first_seq > position + 1:
            _LOG.error("no Parquet file is left of the sequences %d to %d", position + 1, seal.first_seq - 1)
            chain.append(_hole(position + 1, seal.first_seq - 1, seal.sealed_at))
        chain.append(seal)
        position = seal.last_seq
    return chain


def _hole(first: int, last: int, at: int) -> Seal:
    return Seal(
        first_seq=first,
        last_seq=last,
        stored=0,
        deduplicated=0,
        dead_lettered=0,
        damaged=last - first + 1,
        deleted=0,
        sealed_at=at,
        file_count=0,
    )


def _listed(directory: Path) -> list[Seal]:
    """The seals the Parquet files speak of. One whose files are not all there counts only if a later one follows."""
    found: dict[Seal, list[SealedFile]] = {}
    for path in sorted(parquet_files(directory)):
        sha256 = hash_of(path)
        facts = _facts_of(path, sha256)
        if facts is not None:
            found.setdefault(facts.seal, []).append(described(path, directory, facts, path.stat().st_size, sha256))
    newest = max((seal.last_seq for seal in found), default=0)
    listed = {seal: _latest(files) for seal, files in found.items()}
    return [
        msgspec.structs.replace(seal, files=files)
        for seal, files in listed.items()
        if len(files) == seal.file_count or seal.last_seq < newest
    ]


def _latest(files: Iterable[SealedFile]) -> tuple[SealedFile, ...]:
    """Of files that hold the same rows, as while a day was being exchanged, the one written last."""
    latest: dict[tuple[str, str, int], SealedFile] = {}
    for file in sorted(files, key=lambda file: file.revision):
        latest[file.project_id, file.day, file.first_seq] = file
    return tuple(latest.values())


def _facts_of(path: Path, sha256: str) -> FileFacts | None:
    if name_for(sha256) != path.name:
        _LOG.error("%s is damaged: its content does not match its name", path)
        return None
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            "SELECT decode(value) FROM parquet_kv_metadata($1) WHERE decode(key) = $2", (str(path), FACTS_KEY)
        ).fetchall()
    return msgspec.json.decode(found[0][0], type=FileFacts) if found else None

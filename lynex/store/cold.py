"""The sealed store: immutable Parquet files by project and day, the manifest that lists them, and the tombstones."""

import logging
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lynex.failpoints import reach
from lynex.store.durable import make_directory, sync_directory, sync_file
from lynex.store.manifest import FileFacts, Manifest, SealedFile, described, hash_of, name_for, parquet_files, put_aside
from lynex.store.revisions import Day
from lynex.store.tombstones import Tombstones

_LOG: Final = logging.getLogger("lynex.store")


@dataclass(frozen=True, slots=True)
class Written:
    """A new file, flushed, that waits to take the place of an old one."""

    old: SealedFile
    facts: FileFacts
    temporary: Path
    sha256: str


class Cold:
    """`damaged` names the files that were set aside, or are gone, since the start."""

    def __init__(self, directory: Path) -> None:
        make_directory(directory)
        self.directory = directory
        self.manifest = Manifest(directory)
        self.tombstones = Tombstones(directory / "tombstones.jsonl")
        self.damaged: list[str] = []
        self._clearing = threading.Lock()  # a file in its place and not yet on the list must not be cleared away

    @property
    def sealed_through(self) -> int:
        """Everything up to this sequence is in listed, flushed Parquet (or was no row): the journal may forget it."""
        return self.manifest.sealed_through

    def files(self, project_id: str | None = None, day: str | None = None) -> Iterator[SealedFile]:
        """What is listed, in order of sequence; of one project or one day where it is named."""
        for seal in self.manifest.seals:
            for file in seal.files:
                if project_id in (None, file.project_id) and day in (None, file.day):
                    yield file

    def revisions(self) -> dict[Day, int]:
        """The latest revision of each day that was ever written anew."""
        latest: dict[Day, int] = {}
        for file in self.files():
            day = (file.project_id, file.day)
            if file.revision > latest.get(day, 0):
                latest[day] = file.revision
        return latest

    def temporary(self, number: int) -> Path:
        return self.directory / "tmp" / f"{number:06d}.parquet"

    def clear_unlisted(self) -> None:
        """What an unfinished seal left behind: files half written, and files that never got onto the list."""
        make_directory(self.directory / "tmp")
        for path in (self.directory / "tmp").iterdir():
            path.unlink()
        with self._clearing:
            listed = {file.path for seal in self.manifest.seals for file in seal.files}
            for path in list(parquet_files(self.directory)):
                if str(path.relative_to(self.directory)) not in listed:
                    path.unlink()

    def take_in(self, temporary: Path, facts: FileFacts) -> SealedFile:
        """Flush a finished file and give it its place, named after its content."""
        sync_file(temporary)
        return self._place(temporary, facts, hash_of(temporary))

    def _place(self, temporary: Path, facts: FileFacts, sha256: str) -> SealedFile:
        size = temporary.stat().st_size
        folder = self.directory / f"project={quote(facts.project_id, safe='')}" / f"dt={facts.day}"
        make_directory(folder)
        place = folder / name_for(sha256)
        reach("seal.before_rename")
        os.replace(temporary, place)
        sync_directory(folder)
        return described(place, self.directory, facts, size, sha256)

    def exchange(self, written: Sequence[Written]) -> list[SealedFile]:
        """Let flushed files take the place of listed ones, all or none. What was replaced may be removed after it."""
        with self._clearing:
            taken_in = {one.old.path: self._place(one.temporary, one.facts, one.sha256) for one in written}
            reach("rewrite.before_manifest")
            self.manifest.exchange(taken_in)
        reach("rewrite.after_manifest")
        return list(taken_in.values())

    def remove(self, files: Iterable[SealedFile]) -> None:
        """Files that are not listed any more; one that stays because of a crash goes with the next seal."""
        for file in files:
            (self.directory / file.path).unlink(missing_ok=True)

    def verified(self, file: SealedFile) -> Path | None:
        """Where the file is, if it is what was sealed; otherwise it is set aside (never deleted) and None answered."""
        path = self.directory / file.path
        if path.exists() and hash_of(path) == file.sha256:
            return path
        if path.exists():
            put_aside(path, self.directory)
        if file.path not in self.damaged:
            self.damaged.append(file.path)
        _LOG.error("sealed file %s is damaged or missing: %d events of %s", file.path, file.rows, file.day)
        return None

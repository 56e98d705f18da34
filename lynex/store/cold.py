"""The sealed store: immutable Parquet files by project and day, the manifest that lists them, and the tombstones."""

import logging
import os
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lynex.failpoints import reach
from lynex.store.durable import make_directory, sync_directory, sync_file
from lynex.store.manifest import FileFacts, Manifest, SealedFile, described, hash_of, name_for, parquet_files, put_aside
from lynex.store.tombstones import Tombstones

_LOG: Final = logging.getLogger("lynex.store")


class Cold:
    """`damaged` names the files that were set aside, or are gone, since the start."""

    def __init__(self, directory: Path) -> None:
        make_directory(directory)
        self.directory = directory
        self.manifest = Manifest(directory)
        self.tombstones = Tombstones(directory / "tombstones.jsonl")
        self.damaged: list[str] = []

    @property
    def sealed_through(self) -> int:
        """Everything up to this sequence is in listed, flushed Parquet (or was no row): the journal may forget it."""
        return self.manifest.sealed_through

    def temporary(self, number: int) -> Path:
        return self.directory / "tmp" / f"{number:06d}.parquet"

    def clear_unlisted(self) -> None:
        """What an unfinished seal left behind: files half written, and files that never got onto the list."""
        make_directory(self.directory / "tmp")
        for path in (self.directory / "tmp").iterdir():
            path.unlink()
        listed = {file.path for seal in self.manifest.seals for file in seal.files}
        for path in list(parquet_files(self.directory)):
            if str(path.relative_to(self.directory)) not in listed:
                path.unlink()

    def take_in(self, temporary: Path, facts: FileFacts) -> SealedFile:
        """Flush a finished file and give it its place, named after its content."""
        sync_file(temporary)
        sha256, size = hash_of(temporary), temporary.stat().st_size
        folder = self.directory / f"project={quote(facts.project_id, safe='')}" / f"dt={facts.day}"
        make_directory(folder)
        place = folder / name_for(sha256)
        reach("seal.before_rename")
        os.replace(temporary, place)
        sync_directory(folder)
        return described(place, self.directory, facts, size, sha256)

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

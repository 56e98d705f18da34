"""Opens the hot database in a process of its own, so that a native abort in there is an answer and not our end.

`python -m lynex.store.probe PATH MEMORY_LIMIT`: replays and folds its log; exit code 0, or 3 with the error on stdout.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from lynex.config import StorageConfig
from lynex.store.hot_file import HotFile

_SECONDS: Final = 300
_UNUSABLE: Final = 3


@dataclass(frozen=True, slots=True)
class Probed:
    """`died` is True when the process ended otherwise than by an error DuckDB reports."""

    usable: bool
    died: bool = False
    fault: str = ""


def probe(path: Path, memory_limit: str) -> Probed:
    command = [sys.executable, "-m", "lynex.store.probe", str(path), memory_limit]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Probed(usable=False, died=True, fault=f"it did not open within {_SECONDS} s")
    if done.returncode == 0:
        return Probed(usable=True)
    if done.returncode == _UNUSABLE:
        return Probed(usable=False, fault=done.stdout.strip())
    return Probed(usable=False, died=True, fault=f"opening it ended with code {done.returncode}: {done.stderr[-300:]}")


def _main() -> int:
    try:
        file = HotFile.open(Path(sys.argv[1]), StorageConfig(memory_limit=sys.argv[2]))
        file.connection.execute("SELECT count(*), max(seq) FROM events").fetchall()
        file.checkpoint()
        file.close()
    except duckdb.Error as error:
        sys.stdout.write(str(error))
        return _UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(_main())

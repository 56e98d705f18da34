"""Opens the hot database in a process of its own, so that a native abort in there is an answer and not our end.

`python -m lynex.store.probe PATH MEMORY_LIMIT` replays and folds its log. Errors that DuckDB reports are no abort.
"""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import duckdb

import lynex
from lynex.config import StorageConfig
from lynex.store.hot_file import HotFile

_LOG: Final = logging.getLogger("lynex.store")
_SECONDS: Final = 300
_ABORTS: Final = frozenset({signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})


def abort_of(path: Path, memory_limit: str) -> str | None:
    """How a process that opened this database died, or None if it lives through it."""
    command = [sys.executable, "-m", "lynex.store.probe", str(path), memory_limit]
    home = str(Path(lynex.__file__).parent.parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        _LOG.warning("the hot database could not be probed: %s", error)
        return None
    if -done.returncode in _ABORTS:
        return f"a process that opened it died of {signal.Signals(-done.returncode).name}"
    if done.returncode:
        _LOG.warning("probing the hot database ended with %d: %s", done.returncode, done.stderr[-300:].strip())
    return None


def _main() -> int:
    try:
        file = HotFile.open(Path(sys.argv[1]), StorageConfig(memory_limit=sys.argv[2]))
        file.connection.execute("SELECT count(*), max(seq) FROM events").fetchall()
        file.checkpoint()
        file.close()
    except duckdb.Error as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())

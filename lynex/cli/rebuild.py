"""`lynex rebuild`: makes the hot database anew from sealed Parquet and the journal. The old one is kept beside it."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from lynex.cli.options import AsJson, ConfigFile, DataDir
from lynex.clock import SystemClock, to_datetime
from lynex.config import Config
from lynex.data_directory import DataDirectory
from lynex.effective import load_config

if TYPE_CHECKING:
    from lynex.appliance import Appliance

_LOOK_EVERY: Final = 0.1  # seconds
_WORTH_A_RATE: Final = 10_000  # events; below that the time is that of starting


class Rebuilt(msgspec.Struct, frozen=True):
    events: int
    seconds: float
    old: str | None  # where the database of before is


def rebuild(*, data_dir: DataDir = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Make the hot database anew; the server must not be running."""
    from lynex import logs

    settings = load_config(config, os.environ, {"storage.data_dir": data_dir}).config
    logs.set_up("warning", settings.server.log_format)
    clock = SystemClock()
    old = _set_aside(settings.data_dir)
    began = clock.monotonic()
    events = asyncio.run(_fill(settings))
    rebuilt = Rebuilt(events, round(clock.monotonic() - began, 3), str(old) if old else None)
    _tell(rebuilt, as_json)


def _set_aside(root: Path) -> Path | None:
    """Rename the hot directory; None where there is none. Raises StartRefused while a server holds the data."""
    directory = DataDirectory.claim(root)
    try:
        if not any(directory.hot.iterdir()):
            return None
        moment = to_datetime(SystemClock().now())
        old = directory.root / f"hot-before-{moment:%Y%m%dT%H%M%S.%f}"
        directory.hot.rename(old)
        return old
    finally:
        directory.release()


async def _fill(settings: Config) -> int:
    """Let the appliance do what it does at every start, and wait for the end of it."""
    from lynex.appliance import open_appliance
    from lynex.cli.terminal import progress

    appliance = open_appliance(settings)
    try:
        appliance.start(asyncio.get_running_loop())
        with progress("Rebuilding", appliance.journal.head or None) as advance:
            shown = 0
            while not _is_done(appliance):
                done = max(appliance.processor.rebuild_progress[0], appliance.store.totals().position)
                advance(max(0, done - shown))
                shown = max(shown, done)
                await asyncio.sleep(_LOOK_EVERY)
        return appliance.store.totals().rows
    finally:
        await appliance.close(settings.server.stop_timeout_s)


def _is_done(appliance: "Appliance") -> bool:
    return appliance.store.state == "ready" and appliance.processor.queue_depth == 0


def _tell(rebuilt: Rebuilt, as_json: bool) -> None:
    from lynex.cli.figures import count, duration
    from lynex.cli.terminal import print_json, say

    if as_json:
        print_json(rebuilt)
        return
    rate = f", {count(rebuilt.events / rebuilt.seconds)} a second" if rebuilt.events >= _WORTH_A_RATE else ""
    say(f"{rebuilt.events:,} events in {duration(rebuilt.seconds * 1000)}{rate}.")
    if rebuilt.old:
        say(f"The database of before is in {rebuilt.old}; delete it when you have looked at the new one.", "quiet")

"""Everything that happens by the clock, on one page. Jobs live in memory and are registered again at each start."""

import logging
from collections.abc import Callable
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

logger = logging.getLogger(__name__)

SEAL_SECONDS: Final = 5.0
KEY_USAGE_SECONDS: Final = 5.0
RECEIPTS_SECONDS: Final = 5.0


class Timetable:
    """Each job runs alone: a run that is due while the one before still works is skipped."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, job: Callable[[], object]) -> None:
        self._scheduler.add_job(_logged, "interval", [name, job], seconds=seconds, id=name)

    def start(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for the job in hand."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _logged(name: str, job: Callable[[], object]) -> None:
    try:
        job()
    except Exception:  # the outer edge: the next run tries again
        logger.exception("The job %s failed and runs again when it is due.", name)

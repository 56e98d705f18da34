"""What runs here, how it is, how much it keeps: for the one who operates it."""

import os
import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

import lynex
from lynex.accounting import Accounting
from lynex.api.about_shapes import About, Kept, Law, Trouble
from lynex.api.front import front, json_answer
from lynex.api.guard import not_bound_to_a_project
from lynex.clock import rfc3339
from lynex.errors import LynexError
from lynex.metrics import Figure

if TYPE_CHECKING:
    from lynex.appliance import Appliance


async def about(request: Request) -> Response:
    """GET /api/v1/about"""
    not_bound_to_a_project(request)
    desk = front(request)
    appliance = desk.appliance
    fault = await desk.health.fault()
    kept, law = await appliance.ask(_kept, appliance), await appliance.ask(_law, appliance)
    config = appliance.config
    return json_answer(
        About(
            version=lynex.__version__,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.machine()}",
            url=config.url,
            started_at=rfc3339(desk.started_at),
            data_dir=str(appliance.directory.root),
            ready=appliance.ready and fault is None,
            troubles=_troubles(appliance, fault),
            kept=kept,
            law=law,
            waiting=appliance.processor.queue_depth,
            lag_seconds=round(appliance.processor.visible_lag(), 3),
            sealed_through=appliance.store.sealed_through,
            durability=config.ingest.durability,
            rate_limit=config.ingest.rate_limit,
            retention_days=config.retention.days,
            asks_for_keys=config.server.auth,
        )
    )


def _troubles(appliance: "Appliance", fault: LynexError | None) -> list[Trouble]:
    """What keeps events out or questions from being answered, now; and what was found damaged since the start."""
    found = [error for error in (fault, appliance.journal.refusing) if error is not None]
    troubles = [Trouble(error.code, error.detail, error.hint) for error in found]
    for path in (*appliance.store.set_aside, *appliance.store.cold.damaged):
        troubles.append(
            Trouble("set_aside", f"{path} was damaged and is set aside.", "The log of the start says more.")
        )
    return troubles


def _kept(appliance: "Appliance") -> Kept:
    directory = appliance.directory
    disk = shutil.disk_usage(directory.root)
    return Kept(
        journal_bytes=appliance.journal.bytes,
        hot_bytes=_size(directory.hot),
        cold_bytes=_size(directory.cold),
        control_bytes=_size(directory.control),
        disk_free_bytes=disk.free,
        disk_bytes=disk.total,
        refuses_below_bytes=min(appliance.config.storage.min_free_bytes, disk.total // 20),
    )


def _size(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except FileNotFoundError:  # sealed, exchanged or removed meanwhile
                continue
    return total


def _law(appliance: "Appliance") -> Law | None:
    """None while the store does not answer."""
    figures = list(Accounting(appliance.journal, appliance.store, appliance.processor).figures())
    accepted = _value(figures, "lynex_accounting_accepted")
    difference = _value(figures, "lynex_accounting_difference")
    if accepted is None or difference is None:
        return None
    states = {figure.labels["state"]: int(figure.value) for figure in figures if figure.labels}
    return Law(accepted=accepted, states=states, difference=difference)


def _value(figures: list[Figure], name: str) -> int | None:
    return next((int(figure.value) for figure in figures if figure.name == name), None)

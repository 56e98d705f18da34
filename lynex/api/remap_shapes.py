"""The bodies about mapping history again."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lynex.clock import rfc3339
from lynex.jobs.remap_changes import Changes
from lynex.jobs.remapping import Run

_Moment = Annotated[str, Meta(min_length=1, max_length=64)]


class RemapWanted(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Whole days in UTC: that of `from` to that of `to` (now by default), each ISO 8601 or relative (-7d). Of all
    projects unless one is named. A dry run changes nothing and tells what would change."""

    from_: _Moment
    to: _Moment = "now"
    project_id: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    dry_run: bool = False


class RemapShown(msgspec.Struct):
    """A run: how far it is and what it changed so far. `stopped` and `failed` ones can be started again."""

    state: Literal["running", "done", "stopped", "failed"]
    first_day: str
    last_day: str
    project_id: str | None
    dry_run: bool
    started_at: str
    ended_at: str | None
    error: str | None
    days_done: int
    days: int
    rows_done: int
    rows: int
    changes: Changes


def shown(run: Run) -> RemapShown:
    wanted = run.wanted
    return RemapShown(
        state=run.state,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        project_id=wanted.project_id,
        dry_run=wanted.dry_run,
        started_at=rfc3339(run.started_at),
        ended_at=rfc3339(run.ended_at) if run.ended_at is not None else None,
        error=run.error,
        days_done=len(run.done),
        days=len(run.days),
        rows_done=run.rows,
        rows=run.rows_in_all,
        changes=run.changes,
    )

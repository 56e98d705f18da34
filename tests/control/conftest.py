"""A control room in a temporary directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lynex.clock import Clock
from tests.control_room import Records, open_records


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> Iterator[Records]:
    opened = open_records(tmp_path / "data", clock)
    yield opened
    opened.database.close()

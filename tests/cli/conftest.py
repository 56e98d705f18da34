"""The command line as it is typed, in this process, and a real server for it to speak with."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from lynex.cli.main import run
from tests.running import Running


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def lynex(monkeypatch, capsys, tmp_path):
    """Type a command; `LYNEX_*` of the machine and its lynex.toml do not reach it."""
    monkeypatch.chdir(tmp_path)
    for name in ("LYNEX_ENDPOINT", "LYNEX_API_KEY", "LYNEX_PROJECT_ID", "LYNEX_CONFIG", "LYNEX_STORAGE_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)

    def typed(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["lynex", *words])
        capsys.readouterr()
        try:
            run()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return typed


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all tests of a file: what they send, they look for by name."""
    running = Running(tmp_path_factory.mktemp("server") / "data").start()
    yield running
    assert running.stop() == 0, running.log()[-4000:]
    assert "Traceback" not in running.log()


@pytest.fixture
def here(lynex, server):
    """A command on the machine of the server."""

    def typed(*words: str) -> Said:
        return lynex(*words, "--data-dir", str(server.data_dir))

    return typed

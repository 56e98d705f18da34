"""An environment of its own for each client, made once and kept in the user's cache folder."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from tests.clients.clients import Client

CACHE = Path(os.environ.get("LYNEX_CLIENTS_CACHE") or platformdirs.user_cache_path("lynex") / "clients")


def prepare(client: Client) -> Path:
    """The folder of the environment; made first where it is missing."""
    if client.runs_on == "node":
        return _made(client.environment, client.pins, lambda place: _npm(client.folder, place))
    return _made(client.environment, client.pins, lambda place: _pip(client.pins, place))


def python_with(name: str, pins: Path) -> Path:
    """The interpreter of an environment with these packages."""
    return _made(name, pins, lambda place: _pip(pins, place)) / "bin" / "python"


def node_packages(name: str, folder: Path) -> Path:
    """The node_modules of what the lock file in the folder names."""
    lock = folder / "package-lock.json"
    return _made(name, lock, lambda place: _npm(folder, place)) / "node_modules"


def _made(name: str, pins: Path, make: Callable[[Path], None]) -> Path:
    digest = hashlib.blake2b(pins.read_bytes(), digest_size=5).hexdigest()
    place = CACHE / f"{name}-{digest}"
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        make(place)
        (place / "ready").touch()
    return place


def run(client: Client, *, url: str, grpc: str, key: str, model_url: str) -> subprocess.CompletedProcess[str]:
    """Runs the recipe against these addresses."""
    variables = {name: text.format(url=url, grpc=grpc, key=key) for name, text in client.variables.items()}
    ours = {"FAKE_MODEL_URL": model_url, "OPENAI_API_KEY": "x", "ANTHROPIC_API_KEY": "x"}
    with tempfile.TemporaryDirectory() as folder:  # not a repository, whose commit some clients would report
        return run_apart(interpreter(client, client.script), ours | variables, folder)


def run_apart(command: list[str], variables: dict[str, str], folder: str) -> subprocess.CompletedProcess[str]:
    """With these variables alone: OTEL_* and the like of this process do not reach it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = kept | {"PYTHONDONTWRITEBYTECODE": "1"} | variables
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def interpreter(client: Client, script: Path) -> list[str]:
    """The command that runs a script with the client's packages."""
    place = prepare(client)
    if client.runs_on == "node":
        return ["node", shutil.copy(script, place)]  # modules are looked for beside the script
    return [str(place / "bin" / "python"), str(script)]


def _pip(pins: Path, place: Path) -> None:
    _done([sys.executable, "-m", "venv", "--without-pip", place])
    pip = [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "install", "--quiet", "--no-deps"]
    _done([*pip, "--disable-pip-version-check", "--requirement", pins])


def _npm(folder: Path, place: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, place)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _done(npm, cwd=place)


def _done(command: list[str | Path], cwd: Path | None = None) -> None:
    """Quiet, unless it fails: an installer warns of much that concerns nobody."""
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=900, check=False)
    if ended.returncode != 0:
        raise SystemExit(f"{command[0]} failed:\n{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}")

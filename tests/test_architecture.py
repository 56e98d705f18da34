"""The house stays in order: imports go down the stairs, packages live at one address, files and functions stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lynex"
STEPS = {
    "lynex": 1, "errors": 1, "clock": 1, "ids": 1, "config": 1, "settings": 1, "effective": 1, "failpoints": 1, "allocation": 1,
    "events": 2, "outbound": 2, "metrics": 2, "logs": 2, "watchdog": 2, "corked": 2, "data_directory": 2,
    "store": 3, "control": 3, "pricing": 3, "live": 3,
    "ingest": 4, "query": 4, "auth": 4, "notify": 4,
    "jobs": 5, "accounting": 5, "gateway": 5, "evals": 5, "prompts": 5,
    "appliance": 6, "api": 7, "server": 8, "protocol": 8, "express": 8, "otlp_grpc": 7, "cli": 9, "__main__": 10,
}  # fmt: skip
SAME_STEP_ROOT_FILES = {("server", "protocol"), ("server", "express"), ("express", "protocol")}
HOMES = {
    "msgspec": {"config", "effective", "metrics", "settings", "events", "store", "ingest", "query", "control", "api", "live", "cli", "auth", "pricing", "jobs"},
    "duckdb": {"store"}, "pyarrow": {"store", "query"}, "rbloom": {"store"}, "tantivy": {"store"}, "obstore": {"store"},
    "sqlalchemy": {"control"}, "alembic": {"control"}, "genai_prices": {"pricing"}, "google_crc32c": {"ingest"},
    "google": {"ingest"}, "opentelemetry": {"ingest"}, "grpc": {"otlp_grpc"},
    "limits": {"ingest"}, "argon2": {"auth"}, "authlib": {"auth"}, "aiosmtplib": {"notify"}, "apscheduler": {"jobs"},
    "starlette": {"api", "server", "protocol"}, "sse_starlette": {"api"}, "uvicorn": {"server", "protocol", "express"},
    "httptools": {"protocol"}, "uvloop": {"server"}, "typer": {"cli"}, "rich": {"cli"}, "httpx2": {"outbound", "cli"},
    "prometheus_client": {"metrics"}, "platformdirs": {"config", "settings"},
}  # fmt: skip
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "types",
    "models",
    "services",
    "managers",
    "manager",
    "info",
    "misc",
}
EXCEPTIONS: set[str] = set()
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return "lynex" if first == "__init__.py" else first.removesuffix(".py")


def imports_of(path: Path) -> list[tuple[str, bool]]:
    """(module, at the top of the file), those for type checkers only left out."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(name.name, id(node) in top) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append((node.module or "", id(node) in top))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_the_stairs_and_packages_stay_at_home(path):
    room = room_of(path)
    assert room in STEPS, f"{room} has no step"
    for module, _ in imports_of(path):
        parts = module.split(".")
        if parts[0] == "lynex":
            other = parts[1] if len(parts) > 1 else "lynex"
            allowed = other in (room, "lynex") or STEPS[other] < STEPS[room] or (room, other) in SAME_STEP_ROOT_FILES
            assert allowed or STEPS[room] == STEPS[other] == 1, f"{path.name} ({room}) may not import {module}"
        elif parts[0] in HOMES:
            assert room in HOMES[parts[0]], f"{path.name}: {parts[0]} lives in {HOMES[parts[0]]}"
        else:
            assert parts[0] in sys.stdlib_module_names, f"{path.name}: {parts[0]} has no home"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small_and_named(path):
    text = path.read_text()
    assert path.stem not in DRAWERS and path.parent.name not in DRAWERS
    if "versions" not in path.parts:
        assert ast.get_docstring(ast.parse(text)), f"{path.name} does not say what it is"
    assert text.count("\n") <= 400, f"{path.name} has more than 400 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50 or f"{path.stem}.{node.name}" in EXCEPTIONS, (
                f"{path.name}: {node.name} has {length} lines"
            )


def test_rooms_have_no_circles_inside():
    for room in (path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE):
        home = ".".join(room.relative_to(PACKAGE.parent).parts)
        depth = home.count(".") + 1
        graph = {
            path.stem: {m.split(".")[depth] for m, top in imports_of(path) if top and m.startswith(f"{home}.")}
            for path in room.glob("*.py")
        }
        done: set[str] = set()

        def visit(name: str, trail: tuple[str, ...], graph=graph, done=done) -> None:
            assert name not in trail, f"circle in {trail} {name}"
            if name not in done:
                for other in graph.get(name, ()):
                    visit(other, (*trail, name))
                done.add(name)

        for name in graph:
            visit(name, ())


def test_the_top_level_holds_what_it_should():
    expected = {
        "lynex", "sdk", "static", "tests", "tools", ".ci", ".github", "pyproject.toml", "lynex.toml.example", "Dockerfile",
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".gitignore", ".dockerignore",
    }  # fmt: skip
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert {line.split("/")[0] for line in tracked if line} <= expected


def test_serving_never_loads_the_terminal_viewer():
    code = "import sys, lynex.server, lynex.appliance; assert 'textual' not in sys.modules and 'alembic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_vulnerable_versions_are_refused():
    from importlib.metadata import version

    def parts(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())

    assert parts(version("starlette")) >= (1, 0, 1)
    assert (2, 0) <= parts(version("duckdb"))[:2] < (2, 1)

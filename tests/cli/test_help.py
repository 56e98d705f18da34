"""The page of verbs: complete, fast, and light."""

import subprocess
import sys

VERBS = (
    "serve",
    "events",
    "tail",
    "stats",
    "traces",
    "errors",
    "projects",
    "keys",
    "prices",
    "dead-letters",
    "signin",
    "demo",
    "doctor",
    "config",
    "rebuild",
)


def test_help_lists_every_verb(lynex):
    said = lynex("--help")
    assert said.code == 0
    assert all(f" {verb} " in said.out for verb in VERBS)


def test_every_option_of_every_verb_has_a_sentence():
    import typer.main

    from lynex.cli.main import app

    def walk(command, path):
        yield path, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, f"{path} {name}")

    for path, command in walk(typer.main.get_command(app), "lynex"):
        assert command.help, path
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{path}: {parameter.name}"


def test_help_loads_nothing_heavy():
    heavy = ["duckdb", "pyarrow", "starlette", "uvicorn", "httpx2", "sqlalchemy", "genai_prices"]
    code = f"import sys, lynex.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_completion_is_offered(lynex):
    assert "--install-completion" in lynex("--help").out


def test_the_version_is_printed(lynex):
    assert lynex("--version").out.startswith("lynex 0.")

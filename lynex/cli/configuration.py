"""`lynex config`: the settings in force and where each came from."""

import os
from typing import Annotated, Any

import typer

from lynex.cli.options import AsJson, ConfigFile
from lynex.effective import BUILT_IN, Effective, load_config
from lynex.settings import MASK, Setting, sections

app = typer.Typer(help="Show the settings.", no_args_is_help=True)


@app.command("show")
def show_config(
    *,
    config: ConfigFile = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not the default.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print every setting, its value and where it came from. Secrets are masked."""
    effective = load_config(config, os.environ, {})
    if as_json:
        _print_json(effective)
    else:
        _print_table(effective, only_changed=changed)


@app.command("example")
def show_example() -> None:
    """Print a settings file with every setting, its sentence and its default."""
    from lynex.cli.example_file import example_file

    print(example_file(), end="")


def _print_json(effective: Effective) -> None:
    from lynex.cli.terminal import print_json

    shown: dict[str, Any] = {
        setting.name: {"value": _masked(setting, effective), "source": effective.origins[setting.name]}
        for settings in sections().values()
        for setting in settings
    }
    shown["prices"] = {"value": effective.config.prices, "source": effective.origins["prices"]}
    print_json({"file": str(effective.file) if effective.file else None, "settings": shown})


def _print_table(effective: Effective, *, only_changed: bool) -> None:
    from rich.text import Text

    from lynex.cli.terminal import Column, print_table, say

    rows: list[tuple[str | Text, ...]] = [
        (
            setting.name,
            _value(setting, effective),
            Text(effective.origins[setting.name], style=_style(setting, effective)),
        )
        for settings in sections().values()
        for setting in settings
        if not only_changed or effective.origins[setting.name] != BUILT_IN
    ]
    for price in effective.config.prices:
        rows.append((f"prices: {price.model}", f"${price.input:g} in, ${price.output:g} out", str(effective.file)))
    if rows:
        print_table((Column("Setting"), Column("Value", gives_way=True), Column("From", style="quiet")), rows)
    else:
        say("Everything is at its default.")
    for warning in effective.warnings:
        say(f"lynex: {warning}", "worse")


def _style(setting: Setting, effective: Effective) -> str:
    return "quiet" if effective.origins[setting.name] == BUILT_IN else "here"


def _value(setting: Setting, effective: Effective) -> str:
    from lynex.cli.figures import binary_size

    value = _masked(setting, effective)
    if setting.name == "storage.data_dir" and not value:
        return str(effective.config.data_dir)
    if setting.key.endswith("_bytes"):
        return binary_size(value)
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _masked(setting: Setting, effective: Effective) -> Any:
    value = getattr(getattr(effective.config, setting.section), setting.key)
    return MASK if setting.is_secret and value else value

"""`lynex prices`: what a model costs and who says so, and which models in use have no price."""

import difflib
import os
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lynex.cli.exit_codes import ExitCode
from lynex.cli.options import AsJson, ConfigFile, reaches_server
from lynex.cli.stop import Stop
from lynex.clock import SystemClock, to_micros
from lynex.effective import load_config

if TYPE_CHECKING:
    from lynex.cli.connection import Connection
    from lynex.pricing.cost import Rates
    from lynex.pricing.owner import OwnPrice
    from lynex.pricing.tariff import Tariff

app = typer.Typer(help="What models cost, and which have no price.", no_args_is_help=True)


@app.command("show")
def show_price(
    *,
    model: Annotated[str, typer.Argument(help="Model id as it is sent.")],
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME", help="Provider, such as openai.")
    ] = None,
    day: Annotated[str | None, typer.Option("--at", metavar="DAY", help="On this day; today by default.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show the price of a model: your own, or the one of the bundled book."""
    from lynex.cli.terminal import print_json
    from lynex.pricing.book import PriceBook

    at = SystemClock().now() if day is None else _instant(day)
    prices = load_config(config, os.environ, {}).config.prices
    found = PriceBook(prices).price_of(provider, model, at)
    if found is None:
        raise Stop(
            ExitCode.REFUSED,
            f"No price is known for {model}" + (f" of {provider}." if provider else "."),
            "Write your own below [[prices]] in lynex.toml.",
            tuple(f"known: {name}" for name in _similar(model)),
        )
    tiers = _tiers(found, at)
    if as_json:
        print_json(
            {"model": model, "source": found.version, "usd_per_million_tokens": [_json(*tier) for tier in tiers]}
        )
    else:
        _print_price(found.version, tiers)


@app.command("unknown")
@reaches_server
def unknown_prices(*, server: "Connection", as_json: AsJson = False) -> None:
    """List the models a project used in the last 30 days that have no price."""
    from lynex.cli.figures import count
    from lynex.cli.terminal import Column, print_json, print_table, say

    models = server.get("/api/v1/prices/unknown")["items"]
    if as_json:
        print_json({"items": models})
    elif not models:
        say("Every model used in the last 30 days has a price.")
    else:
        columns = (Column("Model", gives_way=True), Column("Provider"), Column("Calls", is_number=True))
        print_table(columns, [(one["model"], one["provider"] or "", count(one["calls"])) for one in models])
        say("Add a price below [[prices]] in lynex.toml.", "quiet")


def _instant(day: str) -> int:
    from datetime import UTC, datetime

    try:
        return to_micros(datetime.fromisoformat(day).replace(tzinfo=UTC))
    except ValueError:
        raise Stop(ExitCode.USAGE, f"{day} is not a day; write it as 2026-01-31.") from None


def _tiers(price: "Tariff | OwnPrice", at: int) -> list[tuple[int, "Rates"]]:
    """(for inputs above so many tokens, rates)."""
    from lynex.pricing.owner import OwnPrice

    if isinstance(price, OwnPrice):
        return [(-1, price.rates)]
    return [(tier.above, tier.rates) for tier in price.segment_at(at).tiers]


def _print_price(source: str, tiers: list[tuple[int, "Rates"]]) -> None:
    from lynex.cli.terminal import Column, print_table, say

    columns = ["Input", "Output", "Cached", "Cache write", "Reasoning"]
    rows = []
    for above, rates in tiers:
        cells = [rates.input, rates.output, rates.cache_read, rates.cache_write, rates.reasoning]
        size = "any size" if len(tiers) == 1 else f"input over {max(above, 0):,}" if above > 0 else "smaller input"
        rows.append([size, *(f"${_per_million(cell):f}" for cell in cells)])
    print_table([Column("USD per million tokens"), *(Column(name, is_number=True) for name in columns)], rows)
    say(source, "quiet")


def _json(above: int, rates: "Rates") -> dict[str, Any]:
    names = ("input", "output", "cache_read", "cache_write", "reasoning")
    return {"above_input_tokens": max(above, 0)} | {name: float(_per_million(getattr(rates, name))) for name in names}


def _per_million(rate: int) -> Decimal:
    """At least cents, and every digit there is beyond."""
    from lynex.pricing.cost import MILLION_PLACES, SCALE

    dollars = Decimal(rate).scaleb(MILLION_PLACES - SCALE).normalize()
    exponent = dollars.as_tuple().exponent
    return dollars if isinstance(exponent, int) and exponent < -2 else dollars.quantize(Decimal("0.01"))


def _similar(model: str) -> list[str]:
    from lynex.pricing.catalogue import Catalogue

    known = {name: f"{name} ({provider})" for provider, name in Catalogue().models()}
    return [known[name] for name in difflib.get_close_matches(model, list(known), n=3, cutoff=0.7)]

"""The bodies of answers about money."""

import msgspec

from lynex.query.cost_of_event import CostOfEvent
from lynex.query.prices import PriceShown

__all__ = ["CostOfEvent", "Costs", "PriceList", "WhatIf"]


class CostBefore(msgspec.Struct):
    requests: int
    cost_usd: float | None


class CostFigures(msgspec.Struct):
    """`cost_usd` null: no price is known for any of it. `unpriced` calls have no known price; `before`: the range just
    as long, just before."""

    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    cache_read_tokens: int
    unpriced: int
    before: CostBefore


class CostItem(CostFigures, kw_only=True):
    """`key` null: calls without the property. `version`: of a prompt."""

    key: str | None
    version: str | None


class Costs(msgspec.Struct, rename={"from_": "from"}):
    """`groups` is how many there are in all, those that spent only before among them."""

    by: str
    sort: str
    order: str
    from_: str
    to: str
    before_from: str
    groups: int
    total: CostFigures
    items: list[CostItem]


class WhatIfItem(msgspec.Struct):
    """Calls of one model that counted tokens. `cost_usd`: of those with a price; `unpriced` had none. `then_usd`: on
    the wanted model, with as much read from its cache; `then_uncached_usd`: with nothing read from it. `uncounted`
    calls told a cost and no tokens: they are in no sum."""

    provider: str | None
    model: str | None
    calls: int
    unpriced: int
    uncounted: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    cost_usd: float | None
    then_usd: float
    then_uncached_usd: float


class WhatIf(msgspec.Struct, rename={"from_": "from"}):
    """`price` holds today."""

    from_: str
    to: str
    price: PriceShown
    items: list[WhatIfItem]


class PriceList(msgspec.Struct):
    """`found` is how many there are in all."""

    items: list[PriceShown]
    found: int

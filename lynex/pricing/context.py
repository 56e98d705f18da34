"""Which parameters of a call change its price besides the model (semconv.md section 5)."""

from collections.abc import Mapping
from typing import Any, Final

NO_CONTEXT: Final[tuple[tuple[str, str], ...]] = ()
PriceContext = tuple[tuple[str, str], ...]
_PRICED_PARAMETERS: Final = ("service_tier", "speed", "processing", "search_type")


def price_context(parameters: Mapping[str, Any]) -> PriceContext:
    """What of a call's parameters providers price by, such as `service_tier: flex`."""
    found = [(name, parameters[name]) for name in _PRICED_PARAMETERS if type(parameters.get(name)) is str]
    if not found:
        return NO_CONTEXT
    return tuple(("processing", "batch") if pair == ("service_tier", "batch") else pair for pair in found)

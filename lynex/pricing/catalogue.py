"""The bundled price book (genai-prices), asked by provider, model and day. Slow to load: `PriceBook` loads it late."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import genai_prices
from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import ModelInfo, Provider, StartDateConstraint

from lynex.pricing.providers import BOOK_IDS, bare_ids, canonical_provider, is_framework, provider_of_model
from lynex.pricing.tariff import Tariff, tariff_of

VERSION: Final = f"genai-prices {genai_prices.__version__}"


class Catalogue:
    """Finds the tariff of a model. A provider that is known but does not offer the model has no price: guessing another
    provider's price would be a wrong cost."""

    def __init__(self) -> None:
        self._snapshot: DataSnapshot = get_snapshot()

    def tariff(self, provider: str | None, model: str, day: int, context: dict[str, str]) -> Tariff | None:
        for provider_id, model_id in _candidates(provider, model):
            found = self._find(provider_id, model_id)
            if found is not None:
                return tariff_of(*found, model_id, version=VERSION, day=day, context=context)
        return None

    def models(self) -> Iterator[tuple[str, str]]:
        """Every (provider, model) of the book, by the book's own ids."""
        for provider in self._snapshot.providers:
            for model in provider.models:
                yield provider.id, model.id

    def newest_change(self, today: date) -> date | None:
        """The latest day up to today on which a price of the book began to hold: how fresh the book is."""
        constraints = (
            conditional.constraint
            for provider in self._snapshot.providers
            for model in provider.models
            for conditional in (model.prices if isinstance(model.prices, list) else ())
        )
        days = (one.start_date for one in constraints if isinstance(one, StartDateConstraint))
        return max((day for day in days if day <= today), default=None)

    def _find(self, provider_id: str | None, model_id: str) -> tuple[Provider, ModelInfo] | None:
        try:
            return self._snapshot.find_provider_model(model_id, None, provider_id, None)
        except LookupError:
            return None


def _candidates(provider: str | None, model: str) -> Iterator[tuple[str | None, str]]:
    """(book's provider id or None to infer, model id) in order of trust."""
    ids = bare_ids(model)
    named = canonical_provider(provider) if provider else None
    if named is not None and not is_framework(named):
        book_id = BOOK_IDS.get(named, named)
        yield from ((book_id, model_id) for model_id in ids)
        return
    inferred = provider_of_model(model)
    if inferred is not None:
        book_id = BOOK_IDS.get(inferred, inferred)
        yield from ((book_id, model_id) for model_id in ids)
        return
    yield from ((None, model_id) for model_id in ids)

"""The bundled price book (genai-prices), asked by provider, model and day. Slow to load: `PriceBook` loads it late."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import genai_prices
from genai_prices.data_snapshot import find_provider_by_id, get_snapshot
from genai_prices.types import ModelInfo, Provider, StartDateConstraint

from lynex.pricing.providers import BOOK_IDS, bare_ids, canonical_provider, is_framework, provider_of_model
from lynex.pricing.tariff import Tariff, tariff_of

VERSION: Final = f"genai-prices {genai_prices.__version__}"


class Catalogue:
    """Finds the tariff of a model. A provider that is known but does not offer the model has no price: guessing another
    provider's price would be a wrong cost."""

    def __init__(self) -> None:
        self._providers: list[Provider] = get_snapshot().providers

    def tariff(self, provider: str | None, model: str, day: int, context: dict[str, str]) -> Tariff | None:
        for provider_id, model_id in _candidates(provider, model):
            found = self._find(provider_id, model_id)
            if found is not None:
                return tariff_of(*found, model_id, version=VERSION, day=day, context=context)
        return None

    def models(self) -> Iterator[tuple[str, str]]:
        """Every (provider, model) of the book, by the book's own ids."""
        for provider in self._providers:
            for model in provider.models:
                yield provider.id, model.id

    def newest_change(self, today: date) -> date | None:
        """The latest day up to today on which a price of the book began to hold: how fresh the book is."""
        constraints = (
            conditional.constraint
            for provider in self._providers
            for model in provider.models
            for conditional in (model.prices if isinstance(model.prices, list) else ())
        )
        days = (one.start_date for one in constraints if isinstance(one, StartDateConstraint))
        return max((day for day in days if day <= today), default=None)

    def _find(self, provider_id: str | None, model_id: str) -> tuple[Provider, ModelInfo] | None:
        # Not through the snapshot's own look-up: it remembers every name ever asked for, without a bound.
        provider = self._serving(model_id) if provider_id is None else find_provider_by_id(self._providers, provider_id)
        model = provider.find_model(model_id, all_providers=self._providers) if provider is not None else None
        return (provider, model) if provider is not None and model is not None else None

    def _serving(self, model_id: str) -> Provider | None:
        """The provider whose models are called like this."""
        for provider in self._providers:
            if provider.model_match is not None and provider.model_match.is_match(model_id):
                return provider
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

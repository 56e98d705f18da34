"""Which models have a price, by words of their names; those sold by who made them before those of resellers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lynex.pricing.catalogue import Catalogue
    from lynex.pricing.tariff import Tariff

# They sell what they made; others sell on what these made.
_MAKERS: Final = (
    "openai", "anthropic", "google", "mistral", "x-ai", "deepseek", "cohere", "meta", "moonshotai", "minimax", "zai",
    "perplexity", "voyageai", "arcee",
)  # fmt: skip


def priced_tariffs(catalogue: "Catalogue", day: int) -> "tuple[Tariff, ...]":
    """Every model of the book that has a price per token on a day; about 0.2 s."""
    named = ((model, catalogue.tariff(provider, model, day, {})) for provider, model in catalogue.models())
    # An id that leads to another model is no name to ask for.
    return tuple(found for model, found in named if found is not None and found.model.id == model and found.bands)


def tariffs_named(tariffs: "Sequence[Tariff]", words: Sequence[str]) -> "list[Tariff]":
    """Those whose provider and name contain every word (lower case), the likeliest first."""
    hits = [one for one in tariffs if all(word in f"{one.provider.id} {one.model.id.lower()}" for word in words)]
    return sorted(hits, key=lambda one: _rank(one.provider.id, one.model.id, words))


def _rank(provider: str, model: str, words: Sequence[str]) -> tuple[bool, int, bool, int, str]:
    """Whole names first, then makers, then names that begin so, then short ones."""
    place = _MAKERS.index(provider) if provider in _MAKERS else len(_MAKERS)
    begins = bool(words) and model.lower().startswith(words[0])
    return (model.lower() not in words, place, not begins, len(model), model)

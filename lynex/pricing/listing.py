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


def tariffs_found(catalogue: "Catalogue", words: Sequence[str], day: int) -> list["Tariff"]:
    """The tariffs of a day for models whose provider and name contain every word (lower case), the likeliest first."""
    named = ((provider, model, f"{provider} {model.lower()}") for provider, model in catalogue.models())
    hits = [(provider, model) for provider, model, name in named if all(word in name for word in words)]
    hits.sort(key=lambda hit: _rank(hit[0], hit[1], words))
    tariffs = ((model, catalogue.tariff(provider, model, day, {})) for provider, model in hits)
    # An id that leads to another model is no name to ask for.
    return [found for model, found in tariffs if found is not None and found.model.id == model and found.bands]


def _rank(provider: str, model: str, words: Sequence[str]) -> tuple[bool, int, bool, int, str]:
    """Whole names first, then makers, then names that begin so, then short ones."""
    place = _MAKERS.index(provider) if provider in _MAKERS else len(_MAKERS)
    begins = bool(words) and model.lower().startswith(words[0])
    return (model.lower() not in words, place, not begins, len(model), model)

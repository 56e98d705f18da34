"""What a call cost: the owner's price if there is one, else the book's for that model on that day, else unknown."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from lynex.clock import DAY
from lynex.config import PriceConfig
from lynex.pricing.context import NO_CONTEXT, PriceContext
from lynex.pricing.cost import Cost
from lynex.pricing.explanation import Explanation
from lynex.pricing.listing import priced_tariffs, tariffs_named
from lynex.pricing.owner import OwnPrice, OwnPrices
from lynex.pricing.usage import Usage

if TYPE_CHECKING:
    from lynex.pricing.catalogue import Catalogue
    from lynex.pricing.tariff import Tariff

_MEMO_ENTRIES: Final = 8192
_LONGEST_NAME: Final = 512
_Key = tuple[str | None, str, str | None, int, PriceContext]


class PriceBook:
    """Prices calls. Safe to ask from any thread; `cost_of` is meant for one."""

    def __init__(self, owner_prices: Iterable[PriceConfig] = ()) -> None:
        self._own = OwnPrices(owner_prices)
        self._book: Catalogue | None = None
        self._loading = threading.Lock()
        self._listed: tuple[int, tuple[Tariff, ...]] | None = None  # a day, and what has a price on it
        self._memo: OrderedDict[_Key, Tariff | OwnPrice | None] = OrderedDict()

    def warm(self) -> None:
        """Load the bundled book now (about 0.2 s and 13 MB) rather than at the first priced call."""
        self._catalogue()

    def cost_of(
        self,
        usage: Usage,
        provider: str | None,
        model: str,
        at: int,
        *,
        response_model: str | None = None,
        context: PriceContext = NO_CONTEXT,
    ) -> Cost | None:
        """The cost of one call at instant `at`; None where no price is known.

        The model that answered is looked up before the one that was asked for. `context` names what changes a price
        besides the model, such as `("service_tier", "flex")`.
        """
        if len(model) > _LONGEST_NAME or (response_model is not None and len(response_model) > _LONGEST_NAME):
            return None  # no model is called that, and names are remembered
        day = at - at % DAY
        key = (provider, model, response_model, day, context)
        try:
            price = self._memo[key]
        except KeyError:
            price = self._remember(key, at)
        return price.cost_of(usage, at) if price is not None else None

    def price_of(
        self,
        provider: str | None,
        model: str,
        at: int,
        *,
        response_model: str | None = None,
        context: PriceContext = NO_CONTEXT,
    ) -> "Tariff | OwnPrice | None":
        """Which price holds for a model at an instant, for those who want to see it."""
        day = at - at % DAY
        for name in (model, response_model):
            own = self._own.find(provider, name, day) if name and self._own else None
            if own is not None:
                return own
        catalogue = self._catalogue()
        for name in (response_model, model):
            tariff = catalogue.tariff(provider, name, day, dict(context)) if name else None
            if tariff is not None:
                return tariff
        return None

    def explain(
        self,
        provider: str | None,
        model: str,
        at: int,
        *,
        response_model: str | None = None,
        context: PriceContext = NO_CONTEXT,
    ) -> Explanation | None:
        """Why a call at instant `at` costs what it does: whose price, since when, at which rates."""
        price = self.price_of(provider, model, at, response_model=response_model, context=context)
        return price.explain(at) if price is not None else None

    def search(self, words: Sequence[str], at: int) -> "list[Tariff | OwnPrice]":
        """Prices per token that hold at an instant, of models whose names contain every word: the owner's first."""
        day = at - at % DAY
        listed = self._listed
        if listed is None or listed[0] != day:
            listed = self._listed = (day, priced_tariffs(self._catalogue(), day))
        return [*self._own.named(words, day), *tariffs_named(listed[1], words)]

    def _remember(self, key: _Key, at: int) -> "Tariff | OwnPrice | None":
        provider, model, response_model, _, context = key
        price = self.price_of(provider, model, at, response_model=response_model, context=context)
        self._memo[key] = price
        if len(self._memo) > _MEMO_ENTRIES:
            self._memo.popitem(last=False)
        return price

    def _catalogue(self) -> "Catalogue":
        book = self._book
        if book is None:
            with self._loading:
                book = self._book
                if book is None:
                    # Imported late: it brings pydantic and 13 MB, which a start does not wait for.
                    from lynex.pricing.catalogue import Catalogue

                    book = self._book = Catalogue()
        return book

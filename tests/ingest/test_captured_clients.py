"""What real libraries sent, frozen by tests/clients/capture.py: whichever told it, the events say the same."""

import pytest

from lynex.pricing.book import PriceBook
from lynex.store.summary import detail_of
from tests.clients.clients import CLIENTS, Client
from tests.clients.facts import faults
from tests.clients.frozen import rows_of


@pytest.fixture(scope="module")
def prices() -> PriceBook:
    return PriceBook()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_client_tells_the_same_story(client: Client, prices: PriceBook):
    events = [detail_of(row) for row in rows_of(client.name, prices)]
    assert faults(client, events) == []

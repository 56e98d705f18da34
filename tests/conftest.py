"""What every test may lean on."""

import signal

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job hands that down to every program
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The files that take longest, begun first, so that none of them is alone at the end.
LONGEST = ("test_openapi_fuzz.py", "faults/", "e2e/", "test_bad_input.py", "api/", "sdk/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        return next((turn for turn, name in enumerate(LONGEST) if f"tests/{name}" in str(item.path)), len(LONGEST))

    items.sort(key=turn)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class HandClock:
    """A clock that moves only when told to."""

    def __init__(self, now: int = 1_763_640_000_000_000) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def forward(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        amount = seconds + 60 * minutes + 3600 * hours + 86_400 * days
        self._now += round(amount * 1_000_000)
        self._monotonic += amount


@pytest.fixture
def clock() -> HandClock:
    return HandClock()

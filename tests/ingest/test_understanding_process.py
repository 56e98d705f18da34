"""The second process gives the answers the thread would give; whatever happens to it, nothing is lost by it."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from lynex.config import PriceConfig
from lynex.ingest import understanding_process
from lynex.ingest.understanding import Understanding
from lynex.ingest.understanding_process import ProcessFailed, UnderstandingProcess
from lynex.ingest.understanding_wire import Hello, portions_of
from lynex.ingest.workshop import Workshop
from lynex.metrics import Metrics
from lynex.pricing.book import PriceBook
from tests.ingest.test_understanding import frame
from tests.samples import a_call, a_log

NOW = 1_795_176_000_000_000
OWN_PRICE = (PriceConfig(model="gpt-4o", input=7.0, output=9.0),)
UNDERSTANDING = Understanding(PriceBook(OWN_PRICE))
FRAMES = [
    frame(1, *(a_call(seed=seed) for seed in range(99)), b'{"type":"log","body":7}'),
    frame(101, a_log("a", "word " * 400_000), a_log("b", "word " * 600_000), a_log("c")),
]  # several portions


def until(condition) -> None:
    for _ in range(1500):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def ended(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@contextlib.contextmanager
def started(silence: float = 20.0) -> Iterator[UnderstandingProcess]:
    process = UnderstandingProcess(OWN_PRICE, silence)
    try:
        until(process.listen)
        yield process
    finally:
        process.close()
    assert ended(process.pid)


class Shop(Workshop):
    """A workshop whose process can be reached, with the metrics it counts in."""

    def __init__(self, clock, mode="always") -> None:
        self.counts = Metrics()
        super().__init__(UNDERSTANDING, OWN_PRICE, clock, self.counts, mode)

    @property
    def process(self) -> UnderstandingProcess | None:
        return self._process

    @property
    def failures(self) -> float:
        return self.counts.second_process_failures._value.get()

    def hire(self) -> UnderstandingProcess:
        self.staff(0)
        assert self.process is not None
        until(lambda: self.staff(0) or self.capacity > 1)
        return self.process


@pytest.fixture
def shop(clock) -> Iterator[Shop]:
    made = Shop(clock)
    yield made
    made.close()


def test_the_process_answers_what_the_thread_would():
    with started() as process:
        process.order(1, FRAMES[:1], NOW)
        process.order(2, FRAMES, NOW)
        rows, aside = process.answer(2)  # nobody asked for the first any more
    expected, expected_aside = UNDERSTANDING.understand(FRAMES, NOW)
    assert len(list(portions_of(2, expected, expected_aside))) > 1
    assert rows == expected and aside == expected_aside and len(aside) == 1
    assert any(row.cost_source == "computed" for row in rows)


def test_a_process_that_is_killed_loses_nothing_and_comes_back(shop, clock):
    process = shop.hire()
    batches = [[one] for one in FRAMES]
    numbers = [shop.begin(batch) for batch in batches]
    os.kill(process.pid, signal.SIGKILL)
    found = [shop.finish(number, batch) for number, batch in zip(numbers, batches, strict=True)]
    assert found == [UNDERSTANDING.understand(batch, clock.now()) for batch in batches]
    assert (shop.process, shop.failures, shop.capacity) == (None, 1, 1)
    shop.staff(0)
    assert shop.process is None, "it must not come back at once"
    clock.forward(seconds=1.1)
    again = shop.hire()
    assert again.pid != process.pid and ended(process.pid)
    assert shop.finish(shop.begin(FRAMES), FRAMES) == UNDERSTANDING.understand(FRAMES, clock.now())


def test_a_process_that_hangs_is_given_up_and_ended(monkeypatch):
    monkeypatch.setenv("LYNEX_FAILPOINTS", "understanding.order=sleep:60")
    with started(silence=0.3) as process:
        process.order(1, FRAMES, NOW)
        with pytest.raises(ProcessFailed, match="does not answer"):
            process.answer(1)


def test_a_process_that_is_stopped_takes_nothing_in_and_is_ended():
    with started(silence=0.3) as process:
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(ProcessFailed, match="takes nothing in"):
            process.order(1, FRAMES, NOW)


def test_waiting_for_an_answer_can_be_interrupted(monkeypatch):
    monkeypatch.setenv("LYNEX_FAILPOINTS", "understanding.order=sleep:60")
    with started() as process:
        process.order(1, FRAMES, NOW)
        process.interrupt()
        with pytest.raises(ProcessFailed, match="is gone"):
            process.answer(1)


def test_a_process_of_another_version_is_not_believed(monkeypatch):
    monkeypatch.setattr(understanding_process, "Hello", lambda: Hello(version="0.0.1"))
    with pytest.raises(ProcessFailed, match="another version"), started():
        pass


def test_where_no_process_can_be_started_the_thread_does_it_all(shop, clock, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    for tries in range(1, 1100):
        shop.staff(0)
        shop.staff(0)
        assert (shop.process, shop.failures) == (None, tries)
        clock.forward(seconds=min(300, 2 ** min(tries - 1, 10)))
    assert shop.finish(shop.begin(FRAMES), FRAMES) == UNDERSTANDING.understand(FRAMES, clock.now())


@pytest.mark.parametrize("spare", range(6))
def test_with_few_descriptors_left_it_starts_or_fails_and_leaks_none(shop, spare):
    opened = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(opened) + spare, limits[1]))
    try:
        shop.staff(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (shop.process is None) == (shop.failures == 1)
    shop.close()
    assert sorted(int(name) for name in os.listdir("/proc/self/fd")) == opened


@pytest.mark.parametrize("state", ["waiting", "working", "stopped"])
def test_the_process_ends_when_its_parent_is_killed(state):
    code = """if True:
        import os, signal, sys, time
        from tests.ingest.test_understanding_process import FRAMES, NOW, until
        from lynex.ingest.understanding_process import UnderstandingProcess
        process = UnderstandingProcess(())
        until(process.listen)
        if sys.argv[1] == "working":
            process.order(1, FRAMES, NOW)
        if sys.argv[1] == "stopped":
            os.kill(process.pid, signal.SIGSTOP)
        print(process.pid, flush=True)
        time.sleep(60)
    """
    env = os.environ | {"LYNEX_FAILPOINTS": "understanding.order=sleep:60"}
    with subprocess.Popen([sys.executable, "-c", code, state], stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not ended(child)
        parent.kill()
    until(lambda: ended(child))


def test_it_is_started_when_many_wait_and_ended_when_none_do_for_a_minute(clock):
    shop = Shop(clock, "auto")
    shop.staff(12_000)
    assert shop.process is None
    shop.staff(12_001)
    assert shop.process is not None
    until(lambda: shop.staff(0) or shop.capacity > 1)
    clock.forward(seconds=59)
    shop.finish(shop.begin([frame(1, a_log()), frame(2000, a_log())]), [])
    clock.forward(seconds=59)
    shop.staff(0)
    assert shop.process is not None, "a large batch shows that it is needed still"
    clock.forward(seconds=2)
    shop.staff(0)
    assert shop.process is None and shop.failures == 0
    never = Shop(clock, "never")
    never.staff(10**6)
    assert never.process is None

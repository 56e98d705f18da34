"""The understanding process: takes batches from its standard input, a socket, and gives rows back.

It holds nothing that would be missed: it ends with Lynex, however that ends, and goes first when memory is short.
"""

import contextlib
import ctypes
import os
import queue
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Final

import msgspec

from lynex.allocation import calm_allocation
from lynex.failpoints import reach
from lynex.ingest.understanding import Understanding
from lynex.ingest.understanding_wire import Ended, Hello, Order, Terms, Wire, portions_of
from lynex.pricing.book import PriceBook

_SIGNAL_AT_PARENTS_DEATH: Final = 1  # PR_SET_PDEATHSIG
_ORDERS: Final = msgspec.msgpack.Decoder(Order)
_ENCODER: Final = msgspec.msgpack.Encoder()


def main() -> None:
    _depend_on_the_parent()
    wire = Wire(socket.socket(fileno=0))
    terms = msgspec.msgpack.decode(wire.receive(), type=Terms)
    prices = PriceBook(terms.prices)
    prices.warm()
    calm_allocation()
    wire.send(_ENCODER.encode(Hello()))
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(wire, orders), daemon=True).start()
    _work(wire, orders, Understanding(prices))


def _work(wire: Wire, orders: "queue.SimpleQueue[Order]", understanding: Understanding) -> None:
    while True:
        order = orders.get()
        reach("understanding.order")
        rows, aside = understanding.understand(order.frames, order.processed_at)
        for portion in portions_of(order.number, rows, aside):
            wire.send(_ENCODER.encode(portion))


def _receive(wire: Wire, orders: "queue.SimpleQueue[Order]") -> None:
    """In a thread of its own, so that Lynex can always send: whoever waits for the other would wait for ever."""
    try:
        while True:
            orders.put(_ORDERS.decode(wire.receive()))
    except (Ended, OSError):
        os._exit(0)  # at once: nobody waits for the batch in hand


def _depend_on_the_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL, 0, 0, 0)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("800")


if __name__ == "__main__":
    with contextlib.suppress(Ended, BrokenPipeError, ConnectionError):
        main()

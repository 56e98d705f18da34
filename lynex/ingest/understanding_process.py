"""A second process that understands batches: started, spoken to, ended. What goes wrong with it is `ProcessFailed`."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

import lynex
from lynex.config import PriceConfig
from lynex.ingest.frames import Frame
from lynex.ingest.understanding import Aside, Rows, Understood
from lynex.ingest.understanding_wire import Answer, Ended, Hello, Order, Terms, Wire

_SILENCE_SECONDS: Final = 30.0  # a batch takes a fraction of one; the largest request of a busy machine several
_COMMAND: Final = ("-P", "-m", "lynex.ingest.understanding_child")
_LAST_WORDS_SECONDS: Final = 0.5
_ENCODER: Final = msgspec.msgpack.Encoder()
_ANSWERS: Final = msgspec.msgpack.Decoder(Answer)
_HELLO: Final = msgspec.msgpack.Decoder(Hello)


class ProcessFailed(Exception):
    """It cannot be started, has died, is silent or speaks another language. End it; its batches are still ours."""


class UnderstandingProcess:
    """For one thread; `interrupt` for any. Orders are answered one after the other, in the order they were given."""

    def __init__(self, prices: tuple[PriceConfig, ...], silence: float = _SILENCE_SECONDS) -> None:
        self.is_ready = False
        try:
            self._end, theirs = socket.socketpair()
        except OSError as fault:
            raise ProcessFailed(f"it cannot be spoken to: {fault}") from fault
        try:
            with theirs:
                self._process = _started(theirs)
        except (OSError, ValueError) as fault:
            self._end.close()
            raise ProcessFailed(f"it cannot be started: {fault}") from fault
        self._wire = Wire(self._end, silence)
        try:
            self._send(Terms(prices))
        except ProcessFailed:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def listen(self) -> bool:
        """Whether it can work now."""
        if not self.is_ready:
            poll = select.poll()
            poll.register(self._end, select.POLLIN)
            if poll.poll(0):
                try:
                    hello = _HELLO.decode(self._receive())
                except msgspec.DecodeError as fault:
                    raise ProcessFailed(f"it belongs to another version of Lynex: {fault}") from fault
                if hello != Hello():
                    raise ProcessFailed(f"it belongs to another version of Lynex ({hello.version})")
                self.is_ready = True
        return self.is_ready

    def order(self, number: int, frames: Sequence[Frame], processed_at: int) -> None:
        self._send(Order(number, processed_at, list(frames)))

    def answer(self, number: int) -> Understood:
        """What became of order `number`; answers to earlier ones are thrown away."""
        rows: Rows = []
        aside: list[Aside] = []
        while True:
            try:
                portion = _ANSWERS.decode(self._receive())
            except msgspec.DecodeError as fault:
                raise ProcessFailed(f"it says what is no answer: {fault}") from fault
            if portion.number == number:
                rows += portion.rows
                aside += portion.aside
                if portion.is_last:
                    return rows, aside

    def interrupt(self) -> None:
        """Have whoever waits for it wait no more."""
        try:
            self._end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> str:
        """End it at once; how it had ended if it had."""
        self.interrupt()
        try:
            code = self._process.wait(_LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = 0
        self._end.close()
        return "" if code == 0 else f"it was ended by {_name_of(-code)}" if code < 0 else f"it ended with {code}"

    def _send(self, message: msgspec.Struct) -> None:
        try:
            self._wire.send(_ENCODER.encode(message))
        except BlockingIOError:
            raise ProcessFailed("it takes nothing in") from None
        except OSError as fault:
            raise ProcessFailed(f"it is gone: {fault}") from fault

    def _receive(self) -> memoryview:
        try:
            return self._wire.receive()
        except BlockingIOError:
            raise ProcessFailed("it does not answer") from None
        except (Ended, OSError):
            raise ProcessFailed("it is gone") from None


def _started(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    home = str(Path(lynex.__file__).parent.parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))}
    # It inherits what this thread blocks: a signal to all of us is for Lynex, which ends it in its own order.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        return subprocess.Popen(
            [sys.executable, *_COMMAND],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

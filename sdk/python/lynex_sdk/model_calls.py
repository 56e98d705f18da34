"""A call of a model made through somebody's client library: recorded around the call, streams included.

The library's answer is handed on untouched; a stream is handed on through a thin stand-in that listens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .client import Recorder
from .scope import Scope, here
from .verbs import failure

Fields = dict[str, Any]


class Reader:
    """How a library speaks: what a request says, what an answer says, how the pieces of a stream add up."""

    def request(self, named: Fields) -> Fields:
        raise NotImplementedError

    def prepared(self, named: Fields) -> tuple[Fields, bool]:
        """The arguments to call with, and whether they ask for a last piece of usage that the host did not ask for."""
        return named, False

    def answer(self, response: Any) -> Fields:
        raise NotImplementedError

    def collector(self) -> StreamReader:
        raise NotImplementedError


class StreamReader:
    """Adds up the pieces of one stream."""

    def is_usage_alone(self, piece: Any) -> bool:
        """Whether the piece has nothing but counts in it."""
        return False

    def add(self, piece: Any) -> bool:
        """Take a piece; True when it is the first with content."""
        raise NotImplementedError

    def fields(self) -> Fields:
        raise NotImplementedError


class Call:
    """One call from its beginning to its end. Nothing in here may raise into the host."""

    def __init__(self, recorder: Recorder, reader: Reader, named: Fields) -> None:
        self._recorder = recorder
        self._reader = reader
        self._scope: Scope = here()
        self._at = time.time_ns()
        self._began = time.perf_counter_ns()
        self._first: float | None = None
        self._is_over = False
        self._fields = self._safely(lambda: reader.request(named))

    def answered(self, response: Any) -> None:
        self._end(self._safely(lambda: self._reader.answer(response)))

    def failed(self, error: BaseException) -> None:
        self._end(self._safely(lambda: failure(error)))

    def streamed(self, collected: StreamReader, error: BaseException | None) -> None:
        fields = {**self._safely(collected.fields), "stream": True}
        if self._first is not None:
            fields["ttft_ms"] = self._first
        if error is not None:
            fields.update(failure(error))
        self._end(fields)

    def first_piece(self) -> None:
        if self._first is None:
            self._first = self._elapsed()

    def _elapsed(self) -> float:
        return (time.perf_counter_ns() - self._began) / 1_000_000

    def _end(self, fields: Fields) -> None:
        if self._is_over:
            return
        self._is_over = True
        body = {**self._fields, **fields, "latency_ms": self._elapsed()}
        self._recorder.record("model_response", body, scope=self._scope, at=self._at)

    def _safely(self, read: Callable[[], Fields]) -> Fields:
        try:
            return read()
        except Exception as fault:  # a library of another version: the call is recorded with what could be read
            self._recorder.warn(f"a model call could not be read: {type(fault).__name__}: {fault}")
            return {}


class _Listening:
    """Common to both stand-ins for a stream: everything that is not iteration goes to the stream itself."""

    def __init__(self, stream: Any, call: Call, collected: StreamReader, hides_usage: bool) -> None:
        self._lynex_stream = stream
        self._lynex_call = call
        self._lynex_collected = collected
        self._lynex_hides = hides_usage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lynex_stream, name)

    def _heard(self, piece: Any) -> bool:
        """Listen; True when the piece is for the host."""
        try:
            if self._lynex_collected.add(piece):
                self._lynex_call.first_piece()
            return not (self._lynex_hides and self._lynex_collected.is_usage_alone(piece))
        except Exception:  # a piece of a shape we do not know; the host gets it all the same
            return True

    def _over(self, error: BaseException | None = None) -> None:
        self._lynex_call.streamed(self._lynex_collected, error)


class ListeningStream(_Listening):
    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        try:
            while not self._heard(piece := next(self._lynex_stream)):
                pass
            return piece
        except StopIteration:
            self._over()
            raise
        except BaseException as error:
            self._over(error)
            raise

    def __enter__(self) -> Any:
        self._lynex_stream.__enter__()
        return self

    def __exit__(self, *exception: Any) -> Any:
        self._over(exception[1] if len(exception) > 1 else None)
        return self._lynex_stream.__exit__(*exception)

    def close(self) -> Any:
        self._over()
        return self._lynex_stream.close()

    def __del__(self) -> None:
        try:
            self._over()  # given up half-way: what was heard is recorded
        except Exception:
            pass


class ListeningAsyncStream(_Listening):
    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        try:
            while not self._heard(piece := await self._lynex_stream.__anext__()):
                pass
            return piece
        except StopAsyncIteration:
            self._over()
            raise
        except BaseException as error:
            self._over(error)
            raise

    async def __aenter__(self) -> Any:
        await self._lynex_stream.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> Any:
        self._over(exception[1] if len(exception) > 1 else None)
        return await self._lynex_stream.__aexit__(*exception)

    async def close(self) -> Any:
        self._over()
        return await self._lynex_stream.close()

    def __del__(self) -> None:
        try:
            self._over()
        except Exception:
            pass


def watched(recorder: Recorder, reader: Reader, method: Callable[..., Any], is_async: bool) -> Callable[..., Any]:
    """The library's method with each call recorded."""

    def call_around(*args: Any, **named: Any) -> Any:
        if not recorder.enabled:
            return method(*args, **named)
        call = Call(recorder, reader, named)
        named, hides_usage = reader.prepared(named)
        try:
            response = method(*args, **named)
        except BaseException as error:
            call.failed(error)
            raise
        return _after(call, reader, response, hides_usage)

    async def await_around(*args: Any, **named: Any) -> Any:
        if not recorder.enabled:
            return await method(*args, **named)
        call = Call(recorder, reader, named)
        named, hides_usage = reader.prepared(named)
        try:
            response = await method(*args, **named)
        except BaseException as error:
            call.failed(error)
            raise
        return _after(call, reader, response, hides_usage)

    return await_around if is_async else call_around


def _after(call: Call, reader: Reader, response: Any, hides_usage: bool) -> Any:
    if hasattr(response, "__anext__"):
        return ListeningAsyncStream(response, call, reader.collector(), hides_usage)
    if hasattr(response, "__next__"):
        return ListeningStream(response, call, reader.collector(), hides_usage)
    call.answered(response)
    return response


def plain_fields(value: Any) -> Any:
    """A library's object as plain values, whatever it is made with; `values.plain` bounds it later."""
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value


def given(named: Fields, *names: str) -> Fields:
    """The arguments of those names that were really given; the libraries mark the others with objects of their own."""
    found = {name: named[name] for name in names if named.get(name) is not None}
    return {name: value for name, value in found.items() if type(value).__name__ not in ("NotGiven", "Omit")}

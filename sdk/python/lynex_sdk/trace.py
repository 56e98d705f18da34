"""`@trace`: a function, coroutine, generator or async generator whose runs are spans."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, TypeVar

from .client import Recorder
from .span import Span

F = TypeVar("F", bound=Callable[..., Any])
_KEPT = 1_000  # items of a generator's output that are kept; joined where all are text


class Tracing:
    """What `trace` was told, applied to one function."""

    def __init__(
        self, recorder: Callable[[], Recorder], function: Callable[..., Any], name: str | None, type: str,
        capture_input: bool, capture_output: bool,
    ) -> None:  # fmt: skip
        self._recorder = recorder
        self._name = name if name else getattr(function, "__qualname__", str(function))
        self._type = type
        self._capture_output = capture_output
        self._names = _parameters_of(function) if capture_input else None

    def open(self, args: tuple[Any, ...], named: dict[str, Any]) -> Span:
        span = Span(self._recorder(), self._name, self._type)
        if self._names is not None:
            given = dict(zip(self._names, args, strict=False))
            given.pop("self", None)
            given.pop("cls", None)
            if len(args) > len(self._names):
                given["args"] = args[len(self._names) :]
            given.update(named)
            if given:
                span.set(input=given)
        return span

    def note(self, span: Span, result: Any) -> None:
        if self._capture_output and result is not None:
            span.set(output=result)

    def collector(self, span: Span) -> Collector:
        return Collector(span, self._capture_output)


class Collector:
    """The items a generator gave, as its output."""

    def __init__(self, span: Span, wanted: bool) -> None:
        self._span = span
        self._wanted = wanted
        self._items: list[Any] = []
        self._count = 0

    def add(self, item: Any) -> None:
        self._count += 1
        if self._wanted and len(self._items) < _KEPT:
            self._items.append(item)

    def finish(self, error: BaseException | None = None) -> None:
        if self._wanted and self._items:
            texts = all(type(one) is str for one in self._items)
            self._span.set(output="".join(self._items) if texts else self._items)
        self._span.set(items=self._count)
        self._span.__exit__(type(error) if error is not None else None, error, None)


def traced(
    recorder: Callable[[], Recorder],
    function: F,
    name: str | None = None,
    type: str = "span",
    *,
    capture_input: bool = True,
    capture_output: bool = True,
) -> F:
    """The function with a span around each run; `recorder` answers the client of the moment."""
    tracing = Tracing(recorder, function, name, type, capture_input, capture_output)
    made: Callable[..., Any]
    if inspect.isasyncgenfunction(function):
        made = _around_async_generator(tracing, function)
    elif inspect.isgeneratorfunction(function):
        made = _around_generator(tracing, function)
    elif inspect.iscoroutinefunction(function):
        made = _around_coroutine(tracing, function)
    else:
        made = _around_function(tracing, function)
    return functools.wraps(function)(made)  # type: ignore[return-value]


def _around_function(tracing: Tracing, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **named: Any) -> Any:
        with tracing.open(args, named) as span:
            result = function(*args, **named)
            tracing.note(span, result)
            return result

    return run


def _around_coroutine(tracing: Tracing, function: Callable[..., Any]) -> Callable[..., Any]:
    async def run(*args: Any, **named: Any) -> Any:
        with tracing.open(args, named) as span:
            result = await function(*args, **named)
            tracing.note(span, result)
            return result

    return run


def _around_generator(tracing: Tracing, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **named: Any) -> Generator[Any, Any, Any]:
        span = tracing.open(args, named)
        collected = tracing.collector(span)
        inner = function(*args, **named)
        span.__enter__()
        step: Callable[[], Any] = functools.partial(next, inner)
        try:
            while True:
                item = step()  # inside the span
                collected.add(item)
                span.leave()
                try:
                    sent = yield item  # whoever consumes it is not inside
                    step = functools.partial(inner.send, sent)
                except GeneratorExit:
                    span.enter()
                    inner.close()
                    raise
                except BaseException as thrown:
                    step = functools.partial(inner.throw, thrown)
                span.enter()
        except StopIteration as ended:
            collected.finish()
            return ended.value
        except GeneratorExit:
            collected.finish()
            raise
        except BaseException as error:
            collected.finish(error)
            raise

    return run


def _around_async_generator(tracing: Tracing, function: Callable[..., Any]) -> Callable[..., Any]:
    async def run(*args: Any, **named: Any) -> AsyncGenerator[Any, Any]:
        span = tracing.open(args, named)
        collected = tracing.collector(span)
        inner = function(*args, **named)
        span.__enter__()
        step: Callable[[], Any] = inner.__anext__
        try:
            while True:
                item = await step()
                collected.add(item)
                span.leave()
                try:
                    sent = yield item
                    step = functools.partial(inner.asend, sent)
                except GeneratorExit:
                    span.enter()
                    await inner.aclose()
                    raise
                except BaseException as thrown:
                    step = functools.partial(inner.athrow, thrown)
                span.enter()
        except StopAsyncIteration:
            collected.finish()
        except GeneratorExit:
            collected.finish()
            raise
        except BaseException as error:
            collected.finish(error)
            raise

    return run


def _parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code.co_varnames[: code.co_argcount] if code is not None else ()

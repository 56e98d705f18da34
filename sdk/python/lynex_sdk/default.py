"""The module's own verbs: they use the client that `init` made, and are no-ops before."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from .client import Recorder
from .lynex import Lynex, decorator

P = ParamSpec("P")
R = TypeVar("R")


class _Default:
    """The one place that changes: which client the module's functions use."""

    def __init__(self) -> None:
        self.client: Lynex | None = None
        self.silent: Lynex | None = None


_DEFAULT: Final = _Default()


def init(
    api_key: str | None = None, project_id: str | None = None, endpoint: str | None = None, **settings: Any
) -> Lynex:
    """Make the default client; the arguments are those of `Lynex`. A client from an earlier `init` is shut down."""
    before, _DEFAULT.client = _DEFAULT.client, Lynex(api_key, project_id, endpoint, **settings)
    if before is not None:
        before.shutdown()
    return _DEFAULT.client


def get_client() -> Lynex:
    """The default client; one that records nothing before `init`."""
    if _DEFAULT.client is not None:
        return _DEFAULT.client
    if _DEFAULT.silent is None:
        _DEFAULT.silent = Lynex(enabled=False)
    return _DEFAULT.silent


def _of_the_default(method: Callable[Concatenate[Lynex, P], R]) -> Callable[P, R]:
    """The method as a function of the module, with the same signature."""

    @functools.wraps(method)
    def call(*args: P.args, **named: P.kwargs) -> R:
        return method(get_client(), *args, **named)

    signature = inspect.signature(method)
    call.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=list(signature.parameters.values())[1:]
    )
    return call


capture_event = _of_the_default(Lynex.capture_event)
capture_llm_call = _of_the_default(Lynex.capture_llm_call)
capture_exception = _of_the_default(Lynex.capture_exception)
log = _of_the_default(Lynex.log)
error = _of_the_default(Lynex.error)
token_usage = _of_the_default(Lynex.token_usage)
message = _of_the_default(Lynex.message)
agent_action = _of_the_default(Lynex.agent_action)
tool_call = _of_the_default(Lynex.tool_call)
retrieval = _of_the_default(Lynex.retrieval)
eval_metric = _of_the_default(Lynex.eval_metric)
custom = _of_the_default(Lynex.custom)
span = _of_the_default(Lynex.span)
step = _of_the_default(Lynex.step)
wrap_openai = _of_the_default(Lynex.wrap_openai)
wrap_anthropic = _of_the_default(Lynex.wrap_anthropic)
instrument = _of_the_default(Lynex.instrument)
flush = _of_the_default(Lynex.flush)
shutdown = _of_the_default(Lynex.shutdown)
stats = _of_the_default(Lynex.stats)


def _recorder() -> Recorder:
    return get_client().recorder


def trace(name: Any = None, *, type: str = "span", capture_input: bool = True, capture_output: bool = True) -> Any:
    """`@trace("name")` or `@trace`. The client is looked up at each run, so `init` may come after the decorator."""
    return decorator(_recorder, name, type, capture_input, capture_output)

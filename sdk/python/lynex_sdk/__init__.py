"""Records what an LLM application does and sends it to Lynex. It never raises into its host and never makes it wait.

import lynex_sdk as lynex

lynex.init(api_key="sk_live_…")
lynex.capture_llm_call(model="gpt-4o", prompt="Hello", response="Hi!", tokens={"input": 5, "output": 2})
"""

from .default import (
    agent_action,
    capture_event,
    capture_exception,
    capture_llm_call,
    custom,
    error,
    eval_metric,
    flush,
    get_client,
    init,
    instrument,
    log,
    message,
    retrieval,
    shutdown,
    span,
    stats,
    step,
    token_usage,
    tool_call,
    trace,
    wrap_anthropic,
    wrap_openai,
)
from .lynex import Lynex
from .query import Client, ServerError
from .scope import continue_trace, session, tag, traceparent, user
from .version import VERSION as __version__

__all__ = [
    "Client",
    "Lynex",
    "ServerError",
    "__version__",
    "agent_action",
    "capture_event",
    "capture_exception",
    "capture_llm_call",
    "continue_trace",
    "custom",
    "error",
    "eval_metric",
    "flush",
    "get_client",
    "init",
    "instrument",
    "log",
    "message",
    "retrieval",
    "session",
    "shutdown",
    "span",
    "stats",
    "step",
    "tag",
    "token_usage",
    "tool_call",
    "trace",
    "traceparent",
    "user",
    "wrap_anthropic",
    "wrap_openai",
]

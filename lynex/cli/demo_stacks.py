"""The stacks of the demo's failures, as Python prints them: frames of the application and of the libraries below it."""

from typing import Final

_LIBRARIES: Final = "/srv/.venv/lib/python3.12/site-packages"
_HTTPX: Final = (
    (f"{_LIBRARIES}/httpx/_client.py", 1768, "get", "return await self.request("),
    (f"{_LIBRARIES}/httpx/_client.py", 1540, "request", "return await self.send(request, auth=auth)"),
    (f"{_LIBRARIES}/httpx/_client.py", 1629, "send", "response = await self._send_handling_auth("),
    (f"{_LIBRARIES}/httpx/_transports/default.py", 393, "handle_async_request", "with map_httpcore_exceptions():"),
)


def _stack(error: str, *frames: tuple[str, int, str, str]) -> str:
    lines = [f'  File "{path}", line {line}, in {name}\n    {code}' for path, line, name, code in frames]
    return "\n".join(("Traceback (most recent call last):", *lines, error))


_RUN: Final = ("/srv/support/agent.py", 141, "run", "result = await self.tools.call(decision.tool, decision.arguments)")
LOOKUP_STACK: Final = _stack(
    "TimeoutError: orders.kettle.example did not answer within 5 s",
    _RUN,
    ("/srv/support/tools/orders.py", 38, "lookup", 'answer = await self._http.get(f"/orders/{order_id}", timeout=5)'),
    *_HTTPX,
)
RATE_LIMIT_STACK: Final = _stack(
    "openai.RateLimitError: 429, retry after 1.2 s",
    ("/srv/docs/assistant.py", 77, "answer", "reply = await self._model.chat.completions.create(**request)"),
    (f"{_LIBRARIES}/openai/resources/chat/completions.py", 2028, "create", "return await self._post("),
    (f"{_LIBRARIES}/openai/_base_client.py", 1794, "post", "return await self.request(cast_to, opts, stream=stream)"),
    (
        f"{_LIBRARIES}/openai/_base_client.py",
        1594,
        "request",
        "raise self._make_status_error_from_response(err.response)",
    ),
)


def refund_stack(message: str) -> str:
    return _stack(
        f"RefundRefused: {message}",
        _RUN,
        ("/srv/support/tools/refunds.py", 52, "create", "raise RefundRefused.from_answer(answer)"),
    )

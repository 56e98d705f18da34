"""A web service whose requests are traces: it goes on with its callers' traces and knows who asked.

LYNEX_API_KEY=sk_live_… OPENAI_API_KEY=… uvicorn fastapi_app:app
"""

from collections.abc import Awaitable, Callable

import lynex_sdk as lynex
import openai
from fastapi import FastAPI, Request, Response

lynex.init(service_name="web")
models = lynex.wrap_openai(openai.AsyncOpenAI())
app = FastAPI()


@app.middleware("http")
async def trace_requests(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    caller = lynex.continue_trace(request.headers)
    user = lynex.user(request.headers.get("x-user", "anonymous"))
    with caller, user, lynex.span(f"{request.method} {request.url.path}", input=dict(request.query_params)) as span:
        response = await go_on(request)
        span.set(status_code=response.status_code)
        if response.status_code >= 500:
            span.fail(f"HTTP {response.status_code}")
        response.headers["traceparent"] = lynex.traceparent() or ""
        return response


@app.get("/ask")
async def ask(question: str) -> dict[str, str | None]:
    response = await models.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return {"answer": response.choices[0].message.content}

"""Failures that are one problem have one group; failures that are two do not."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynex.events.envelope import Event
from lynex.ingest.enrich import enrich
from lynex.ingest.error_groups import group_of
from lynex.ingest.message_template import template_of
from lynex.ingest.normalise import normalise
from lynex.ingest.otlp_events import read_record
from lynex.ingest.otlp_records import Scope, Span, SpanEvent
from lynex.ingest.own_frame import own_frame
from lynex.ingest.parcel import Sender
from lynex.pricing.book import PriceBook


def an_error(kind=None, message=None, stack=None, code=None, provider=None):
    return {"error_type": kind, "message": message, "stack": stack, "code": code, "provider": provider}


def python_trace(path="/app/shop/orders.py", line=42, function="place", last="ValueError: no", library_below=True):
    below = '  File "/app/.venv/lib/python3.11/site-packages/stripe/api.py", line 10, in post\n    raise problem\n'
    return (
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/python3.11/asyncio/runners.py", line 190, in run\n    return runner.run(main)\n'
        f'  File "{path}", line {line}, in {function}\n    charge(card)\n' + (below if library_below else "") + last
    )


OPENAI_LIMIT = (
    "Error code: 429 - {{'error': {{'message': 'Rate limit reached for gpt-4o in organization org-{0} on tokens per min (TPM): "
    "Limit 30000, Used {1}, Requested 800. Please try again in {1}ms.', 'type': 'tokens', 'param': None, "
    "'code': 'rate_limit_exceeded'}}}}"
)
OPENAI_CONTEXT = (
    "Error code: 400 - {{'error': {{'message': \"This model's maximum context length is {0} tokens. However, your messages "
    "resulted in {1} tokens.\", 'type': 'invalid_request_error', 'param': 'messages', 'code': 'context_length_exceeded'}}}}"
)
JAVA = (
    "com.acme.PaymentException: declined\n\tat com.stripe.Api.post(Api.java:{0})\n\tat com.acme.Shop.pay(Shop.java:{0})"
)

# Each row is one problem in several words.
PROBLEMS = {
    "openai rate limit": [
        an_error("openai.RateLimitError", OPENAI_LIMIT.format("a1b", 29500), provider="openai"),
        an_error("RateLimitError", OPENAI_LIMIT.format("zzz", 31), python_trace(), provider="openai"),
        an_error("429", "Too Many Requests", provider="openai"),
        an_error("RateLimitError", "whatever it says", code="rate_limit_exceeded", provider="openai"),
        an_error(None, "slow down", code="429", provider="openai"),
        an_error("AI_APICallError", "429 Too Many Requests", provider="openai"),
    ],
    "anthropic rate limit": [
        an_error("RateLimitError", "Error code: 429 - {'type': 'error', 'error': {'type': 'rate_limit_error', 'message': 'x'}}", provider="anthropic"),
        an_error("rate_limit_error", "This request would exceed 80,000 input tokens per minute", provider="anthropic"),
    ],
    "rate limit, provider not told": [
        an_error("openai.RateLimitError", OPENAI_LIMIT.format("a1b", 7)),
        an_error("RetryError", "gave up", code="rate_limit_exceeded"),
    ],
    "openai quota": [
        an_error("RateLimitError", "Error code: 429 - {'error': {'message': 'You exceeded your current quota', 'type': 'insufficient_quota', 'code': 'insufficient_quota'}}", provider="openai"),
        an_error("RateLimitError", "You exceeded your current quota", code="insufficient_quota", provider="openai"),
    ],
    "openai context": [
        an_error("BadRequestError", OPENAI_CONTEXT.format(128000, 140213), provider="openai"),
        an_error("openai.BadRequestError", OPENAI_CONTEXT.format(8192, 9000), python_trace(), provider="openai"),
    ],
    "anthropic overloaded": [
        an_error("APIStatusError", "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}", provider="anthropic"),
        an_error("overloaded_error", "Overloaded", provider="anthropic"),
        an_error("api_error", "Overloaded", code="529", provider="anthropic"),
        an_error(None, "Overloaded", code="529", provider="anthropic"),
    ],
    "gemini rate limit": [
        an_error("ClientError", "429 RESOURCE_EXHAUSTED. {'error': {'code': 429, 'message': 'Quota', 'status': 'RESOURCE_EXHAUSTED'}}", provider="google"),
        an_error("google.api_core.exceptions.ResourceExhausted", "429 Quota exceeded for metric x, limit: 15", provider="google"),
    ],
    "bedrock throttling": [
        an_error("ThrottlingException", "An error occurred (ThrottlingException) when calling the InvokeModel operation (reached max retries: 4)", provider="aws.bedrock"),
        an_error("botocore.errorfactory.ThrottlingException", "Too many tokens, please wait", provider="aws.bedrock"),
    ],
    "openai key": [
        an_error("AuthenticationError", "Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-ab***yz', 'code': 'invalid_api_key'}}", provider="openai"),
        an_error("openai.AuthenticationError", "No key", provider="openai"),
    ],
    "openai server": [
        an_error("InternalServerError", "Error code: 500 - {'error': {'message': 'The server had an error', 'type': 'server_error'}}", provider="openai"),
        an_error("APIError", "500 oops", provider="openai"),
    ],
    "a provider's new code": [
        an_error("BadRequestError", "Unsupported value 0.2", code="unsupported_value", provider="openai"),
        an_error("BadRequestError", "Unsupported value: top_p", code="unsupported_value", provider="openai"),
    ],
    "bad request, one fault": [
        an_error("BadRequestError", "Error code: 400 - {'error': {'message': 'a', 'type': 'invalid_request_error', 'param': None}}", provider="openai"),
    ],
    "bad request, another fault": [
        an_error("BadRequestError", "tools[0].function.name is missing", code="invalid_request_error", provider="openai"),
        an_error("BadRequestError", "tools[12].function.name is missing", code="invalid_request_error", provider="openai"),
    ],
    "own timeouts are no provider's": [
        an_error("TimeoutError", "The tool did not answer within 20 s"),
        an_error("TimeoutError", "The tool did not answer within 3.5 s"),
    ],
    "another timeout": [an_error("TimeoutError", "")],
    "refused card, python": [
        an_error("ValueError", "card 4711 refused for 'u-1'", python_trace()),
        an_error("builtins.ValueError", "card 12 refused for 'bob o’hara'", python_trace("/srv/releases/9/shop/orders.py", 57)),
        an_error("ValueError", "ValueError: card 4711 refused for \"u-9\"", python_trace(r"C:\shop\orders.py", 1, library_below=False)),
    ],
    "refused card, elsewhere": [an_error("ValueError", "card 4711 refused for 'u-1'", python_trace(function="refund"))],
    "refused card, no stack": [
        an_error("ValueError", "card 4711 refused for 'u-1'"),
        an_error("ValueError", "card 12 refused for `x`", "not a stack"),
    ],
    "key error": [an_error("KeyError", "'user_id'"), an_error("KeyError", "'order id'")],
    "connection": [
        an_error("ConnectionError", "connect to 10.0.0.7:5432 failed: Connection refused"),
        an_error("ConnectionError", "connect to 192.168.1.20:15432 failed: Connection refused"),
        an_error("ConnectionError", "connect to [fe80::1ff:fe23:4567:890a]:5432 failed: Connection refused"),
    ],
    "url": [
        an_error("HTTPError", "404 Client Error: Not Found for url: https://api.acme.dev/v1/users/17?x=1"),
        an_error("requests.exceptions.HTTPError", "404 Client Error: Not Found for url: http://localhost:8000/"),
    ],
    "status 404": [an_error("AxiosError", "Request failed with status code 404")],
    "status 500": [an_error("AxiosError", "Request failed with status code 500")],
    "mail": [
        an_error("SMTPError", "mailbox ann@example.org unavailable"),
        an_error("SMTPError", "mailbox bob.smith+x@mail.example.com unavailable"),
    ],
    "path": [
        an_error("FileNotFoundError", "No such file or directory: /var/data/tenant/a.json"),
        an_error("FileNotFoundError", r"No such file or directory: C:\data\b.json"),
        an_error("FileNotFoundError", "No such file or directory: ./x/y"),
    ],
    "uuid": [
        an_error("NotFound", "no order 6f1c2b7e-55a1-4f7e-9a0e-0c2f6a1b2c3d"),
        an_error("NotFound", "no order 00000000-0000-0000-0000-000000000000"),
        an_error("NotFound", "no order ord_7Fy9aB2"),
        an_error("NotFound", "no order 0xdeadbeef"),
    ],
    "when": [
        an_error("LateError", "event of 2026-11-20T12:00:00.123Z is too old"),
        an_error("LateError", "event of 2026-11-20 12:00:00 is too old"),
    ],
    "list": [
        an_error("ShapeError", "got shapes 1, 2, 3 and none"),
        an_error("ShapeError", "got shapes 10, 20, 30, 40, 50, 60 and none"),
    ],
    "request id": [
        an_error("ApiError", "internal fault (request id: req_011CSHoEeqs5C35K2UUqR7Fy)"),
        an_error("ApiError", "internal fault (request id: 8b1ff)"),
    ],
    "long quote": [
        an_error("ParseError", 'not JSON: "' + "word " * 40 + '"'),
        an_error("ParseError", 'not JSON: "' + "other text " * 500 + '"'),
    ],
    "unclosed quote": [
        an_error("LexError", "unexpected 'abc def"),
        an_error("LexError", "unexpected 'x"),
    ],
    "apostrophe": [an_error("E", "can't open it"), an_error("E", "can't open it")],
    "unopened": [an_error("E", "can't close it")],
    "node": [
        an_error("TypeError", "x is not a function", "TypeError: x is not a function\n    at async handler (/app/dist/index.js:10:5)\n    at node:internal/main:3:1"),
        an_error("TypeError", "x is not a function", "TypeError: x is not a function\n    at get (/app/node_modules/got/a.js:1:1)\n    at handler (file:///srv/app/dist/index.js:99:1)"),
    ],
    "browser": [
        an_error("TypeError", "x is not a function", "pay@https://shop.dev/assets/main.3f2a9c1b.js:1:5021\n@https://shop.dev/x.js:1:1"),
        an_error("TypeError", "x is not a function", "TypeError: x\n    at pay (https://shop.dev/assets/main.77aa01ff.js?v=2:1:99)"),
    ],
    "java": [an_error("com.acme.PaymentException", "declined", JAVA.format(12)), an_error("PaymentException", "declined", JAVA.format(900))],
    "spring": [
        an_error("IllegalStateException", "closed", "java.lang.IllegalStateException: closed\n\tat java.base/java.util.Objects.check(Objects.java:1)\n\tat org.springframework.web.Servlet.go(Servlet.java:7)\n\tat app//com.acme.Api.lambda$get$0(Api.java:3)"),
        an_error("IllegalStateException", "closed", "x\n\tat com.acme.Api.lambda$get$12(Api.java:30)"),
    ],
    "go": [
        an_error("runtime error", "index out of range [5] with length 3", "goroutine 1 [running]:\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:914 +0x21f\nmain.(*Shop).pay(0xc000010000, 0x5)\n\t/app/shop.go:10 +0x1d\nmain.main()\n\t/app/main.go:5"),
        an_error("runtime error", "index out of range [9] with length 2", "goroutine 34 [running]:\nmain.(*Shop).pay(0xc00007, 0x9)\n\t/home/ci/shop.go:31 +0x44"),
    ],
    ".net": [
        an_error("System.InvalidOperationException", "empty", "   at System.Linq.Enumerable.First[T](IEnumerable`1 source)\n   at Acme.Shop.<PayAsync>d__5.MoveNext() in C:\\src\\Shop.cs:line 42"),
        an_error("InvalidOperationException", "empty", "   at Acme.Shop.<PayAsync>d__17.MoveNext() in /src/Shop.cs:line 7"),
    ],
    "chinese": [an_error("E", "模型gpt-4o不存在"), an_error("E", "模型gpt-5.1不存在")],
    "chinese, another": [an_error("E", "余额不足")],
    "own code": [an_error("PgError", "duplicate key 12", code="23505"), an_error("PgError", "duplicate key 99", code="23505")],
    "another own code": [an_error("PgError", "duplicate key 12", code="23503")],
    "nothing is known": [an_error(), an_error("", "", "", "")],
}  # fmt: skip
ROWS = [(name, index, error) for name, errors in PROBLEMS.items() for index, error in enumerate(errors)]


@pytest.mark.parametrize(("name", "index", "error"), ROWS, ids=[f"{name} {index}" for name, index, _ in ROWS])
def test_a_problem_in_other_words_is_the_same_problem(name, index, error):
    assert group_of(**error) == group_of(**PROBLEMS[name][0])


def test_two_problems_are_never_one():
    groups = {name: group_of(**errors[0]) for name, errors in PROBLEMS.items()}
    assert len(set(groups.values())) == len(groups), sorted(groups.items(), key=lambda one: one[1])
    assert all(re.fullmatch("[0-9a-f]{16}", group) for group in groups.values())


def test_templates_read_like_the_message():
    assert template_of("connect to 10.0.0.7:5432 failed after 3 tries: status 503, see https://x.dev/1") == (
        "connect to <value> failed after <value> tries: status 503 see <url>"
    )
    assert template_of("Request failed with status=502 for user 17 at src/app/main.py") == (
        "Request failed with status=502 for user <value> at <path>"
    )
    assert template_of('{"a": [1, 2, 3], "b": "x"}') == "{<text>: <value> <text>: <text>}"


@pytest.mark.parametrize(
    ("stack", "frame"),
    [
        (python_trace(), "orders.py place"),
        ('  File "/usr/lib/python3.11/json/decoder.py", line 3, in decode\nValueError: x', None),
        ("Error\n    at <anonymous>:1:2\n    at Object.<anonymous> (C:\\app\\run.ts:1:2)", "run.ts Object.<anonymous>"),
        ("Error\n    at new Cart (C:\\app\\run.ts:1:2)", "run.ts Cart"),
        ("Error\n    at /app/run.mjs:3:9", "run.mjs"),
        ("x\n\tat java.base/java.lang.Thread.run(Thread.java:833)", None),
        ("x\n\tat jdk.X.y(X.java)\nCaused by: z\n\tat com.acme.A$B.c(Unknown Source)", "com.acme.A$B.c"),
        ("   at Acme.Cart.Add(Int32 id, String name)", "Acme.Cart.Add"),
        ("main.pay\n\t/app/pay.go:10\nruntime.goexit\n\t/usr/local/go/src/runtime/asm.s:1", "pay.go main.pay"),
        ("created by main.main in goroutine 1\n\t/app/a.go:1", None),
    ],
)  # fmt: skip
def test_the_own_frame_is_found_and_libraries_are_not(stack, frame):
    assert own_frame(stack) == frame


words = st.text(max_size=300) | st.text(alphabet="a.:'\"`0@/\\=+-_( ){}\n", max_size=400)


@given(kind=st.none() | words, message=st.none() | words, stack=st.none() | words, code=st.none() | words)
def test_nothing_that_can_be_sent_breaks_it(kind, message, stack, code):
    for provider in (None, "openai"):
        group = group_of(error_type=kind, message=message, stack=stack, code=code, provider=provider)
        assert re.fullmatch("[0-9a-f]{16}", group)


@pytest.mark.parametrize(
    "unit", ["a.", "'", "a'", "-", "a", "1.", "{'code': '", 'File "x", ', "\n at a (", "x@y:1:1\n", "\t.go:\n", "(("]
)
def test_the_work_grows_with_what_is_read_and_no_further(unit):
    """Counted in steps of the interpreter and by a bound on what is read, not by a clock."""
    sizes = [len(template_of(unit * size)) for size in (500, 5000, 50_000)]
    assert all(later <= 200 for later in sizes)
    for long, longer in pairwise([unit * 100_000, unit * 1_000_000]):
        assert template_of(long) == template_of(longer)
        group_of(error_type=long, message=long, stack=longer, code=longer, provider="openai")


NOW = 1_795_176_000_000_000
PRICES = PriceBook()


def stored(type_, **body):
    event = Event("evt_1", type_, NOW, {}, {}, body, 100)
    reading = normalise(event, seq=1, project_id="proj_a", key_id=None, received_at=NOW)
    return enrich(reading, PRICES, NOW)


def stored_span(**facts):
    span = Span("a" * 32, "b" * 16, None, "pay", "internal", NOW, NOW, **facts, links=[], resource={}, scope=Scope())
    sender = Sender("otlp.traces", "proj_a", None, NOW, made_ids={})
    return read_record(span, seq=1, sender=sender, processed_at=NOW, prices=PRICES, buffer=bytearray())


def test_every_event_that_tells_of_a_failure_has_a_group_and_no_other_has():
    stack = python_trace()
    failed = stored("error", message="card 1 refused", error_type="ValueError", stack=stack).error_group
    assert failed == group_of(**an_error("ValueError", "card 2 refused", stack))
    assert (
        stored(
            "tool_call", tool="pay", error={"type": "ValueError", "message": "card 3 refused", "stack": stack}
        ).error_group
        == failed
    )
    limited = stored(
        "model_response", model="gpt-4o", error={"type": "RateLimitError", "message": "x", "code": 429}
    ).error_group
    assert limited == group_of(**PROBLEMS["openai rate limit"][0])
    logged = [stored("log", message=f"lost order {number}", level="error").error_group for number in (1, 2)]
    assert logged[0] == logged[1] is not None
    assert stored("span", name="a", status="error").error_group != stored("span", name="b", status="error").error_group
    silent = [stored("span", name=name, error={"type": "timeout"}).error_group for name in ("find 1", "find 2", "pay")]
    assert silent[0] == silent[1] != silent[2]
    assert stored("span", name="a", error="boom").error_group is not None
    assert stored("error", message=["not", "text"], stack=7, code=None).error_group is not None
    for fine in (
        stored("log", message="lost order 1"),
        stored("log", message="x", level="warning"),
        stored("span", name="a"),
    ):
        assert fine.error_group is None


def test_a_failed_span_of_opentelemetry_is_in_the_group_of_the_native_event():
    attributes = {
        "exception.type": "builtins.ValueError",
        "exception.message": "card 9 refused",
        "exception.stacktrace": python_trace(),
    }
    event = SpanEvent("exception", NOW, attributes)
    row = stored_span(status="error", status_message="ValueError: card 9 refused", attributes={}, events=[event])
    assert row.error_group == group_of(**an_error("ValueError", "card 2 refused", python_trace()))
    assert stored_span(status="unset", status_message="", attributes={}, events=[]).error_group is None

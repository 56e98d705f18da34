"""The demo's support agent of a kettle shop. Release 2.8.1 sends refunds in cents where the payment API wants euros."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from lynex.cli.demo_policy import house_rules, policy
from lynex.cli.demo_stacks import LOOKUP_STACK, refund_stack
from lynex.cli.demo_trace import Call, Trace

BROKEN_RELEASE: Final = "2.8.1"

_SYSTEM: Final = (
    "You are the support agent of Kettle & Co. Be brief, kind and exact. Never promise a refund before the payment "
    "system has confirmed it. Hand over to a person when a tool fails twice."
)
# What the agent may call, as it tells the model each time: name, what for, and its fields.
_TOOLS: Final = tuple(
    {"name": name, "description": purpose,
     "parameters": {"type": "object", "required": list(fields),
                    "properties": {field: {"type": "string", "description": words} for field, words in fields.items()}}}
    for name, purpose, fields in (
        ("policy_search", "Find the parts of the shop's policy that bear on a question.",
         {"query": "What to look for, in a few words."}),
        ("order_lookup", "What was ordered, what was paid, and where the parcel is.",
         {"order_id": "Five digits, as the customer wrote them."}),
        ("refund_create", "Pay money back for an order. Fails when more is asked for than was paid.",
         {"order_id": "The order.", "amount": "How much, in the currency of the order.",
          "currency": "ISO 4217, such as EUR.", "reason": "damaged_on_arrival, wrong_item, faulty or changed_mind."}),
        ("ticket_create", "Hand the matter to a colleague.",
         {"order_id": "The order.", "subject": "One line.", "priority": "low, normal or high."}),
        ("order_change", "Change the address of an order that has not left the warehouse.",
         {"order_id": "The order.", "address": "The whole new address."}),
    )
)  # fmt: skip
_PRODUCTS: Final = (
    ("Glass kettle 1.7 l", 64.90),
    ("Gooseneck kettle 0.9 l", 89.00),
    ("Travel kettle 0.5 l", 34.50),
    ("Tea filter, stainless", 12.90),
    ("Temperature kettle Pro", 129.00),
    ("Stovetop kettle, red", 54.00),
    ("Descaler, 12 sachets", 9.80),
)
_COMPLAINTS: Final = (
    (
        "damaged_on_arrival",
        "The {product} in order {order} arrived with a cracked lid. I'd like my money back, please.",
    ),
    ("changed_mind", "I ordered the {product} twice by mistake (order {order}). Can you refund one of them?"),
    ("damaged_on_arrival", "Order {order}: the {product} leaks at the bottom, first use. Please refund it."),
    ("wrong_item", "You sent me something else, not the {product} (order {order}). Just give me the money back."),
    ("faulty", "It stopped heating after two weeks: {product}, order {order}. I want a refund."),
)
_QUESTIONS: Final = (
    (
        "Where is order {order}? The tracking has not moved since Tuesday.",
        "Your {product} is with the carrier and due tomorrow before noon.",
    ),
    (
        "Is the {product} from order {order} still under warranty?",
        "Yes: the heating element of your {product} is covered for two years.",
    ),
    (
        "Can I change the address of order {order}?",
        "Order {order} has left our warehouse, so I asked the carrier to hold it at the nearest shop.",
    ),
    (
        "How do I descale the {product}? (order {order})",
        "One sachet of descaler in a full kettle, boil, wait fifteen minutes, rinse twice.",
    ),
    (
        "I need an invoice with VAT for order {order}.",
        "The invoice with your VAT number is on its way to the address of your account.",
    ),
    (
        "Does the {product} work with 110 volts? My order is {order}.",
        "The {product} is made for 220 to 240 volts; it will not heat at 110.",
    ),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's matter."""

    order: str
    product: str
    price: float
    reason: str
    words: str


def a_refund_case(random: Random) -> Case:
    order, (product, price) = str(random.randrange(83_000, 85_000)), random.choice(_PRODUCTS)
    reason, words = random.choice(_COMPLAINTS)
    return Case(order, product, price, reason, words.format(product=product, order=order))


def refund(trace: Trace, case: Case, release: str) -> None:
    """Money back: 10 s and $0.07 when it works; 20 s, $0.29 and a tired customer when it does not."""
    is_broken = release == BROKEN_RELEASE
    state: dict[str, Any] = {
        "order_id": case.order,
        "refund": {"amount": None, "currency": "EUR", "attempts": 0, "last_error": None},
        "next": "tool:policy_search",
    }
    action = {"name": "support_agent", "action": "run", "input": case.words, "state": state}
    with trace.inside("agent_action", action, step=0) as run:
        talk = _listen_and_read(trace, case)
        reply = _refund_in_cents(trace, case, talk, run) if is_broken else _refund_in_euros(trace, case, talk)
        trace.tell("message", {"role": "assistant", "content": reply, "channel": "chat"}, step=_steps_of(trace))
        run["output"] = reply


def question(trace: Trace, random: Random) -> None:
    """An ordinary question: plan, look it up, answer."""
    order, (product, _) = str(random.randrange(83_000, 85_000)), random.choice(_PRODUCTS)
    asked, answered = (text.format(product=product, order=order) for text in random.choice(_QUESTIONS))
    with trace.inside("agent_action", {"name": "support_agent", "action": "run", "input": asked}, step=0) as run:
        trace.tell("message", {"role": "user", "content": asked, "channel": "chat"}, step=1)
        _plan(trace, asked, step=2)
        found = _look_up(trace, order, product, step=3, may_time_out=random.random() < 0.03)
        model = ("gpt-4o", "openai") if random.random() < 0.5 else ("gpt-4o-mini", "openai")
        read, written = random.randrange(1_100, 4_200), random.randrange(60, 210)
        rules = house_rules(4 * (read - 250))  # four letters make a token
        messages = [
            {"role": "system", "content": f"{_SYSTEM}\n\n{rules}"},
            {"role": "user", "content": asked},
            *_called("call_order", "order_lookup", {"order_id": order}, found),
        ]
        trace.call(
            "decide", Call(*model, read, written, random.lognormvariate(7.1, 0.35), cached=512), messages, answered
        )
        trace.tell("message", {"role": "assistant", "content": answered, "channel": "chat"}, step=5)
        run["output"] = answered


def _listen_and_read(trace: Trace, case: Case) -> list[dict[str, Any]]:
    """Answers what the agent has before it when it decides."""
    trace.tell("message", {"role": "user", "content": case.words, "channel": "chat"}, step=1)
    trace.tell("span", {"name": "load_session", "kind": "internal"}, takes=trace.random.uniform(50, 110))
    _plan(trace, case.words, step=2)
    _search_policy(trace, f"refund {case.reason.replace('_', ' ')} {case.product}", step=3)
    found = _look_up(trace, case.order, case.product, step=4)
    documents = "\n\n".join(f"[{name}] {text}" for name, text in policy())
    return [
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": case.words},
        {"role": "user", "content": f"Policy, {len(policy())} documents:\n{documents}"},
        *_called("call_order", "order_lookup", {"order_id": case.order}, found),
    ]


def _called(call_id: str, tool: str, arguments: dict[str, Any], result: Any, said: str = "") -> list[dict[str, Any]]:
    """A call and what came back, as the next prompt tells them."""
    function = {"name": tool, "arguments": json.dumps(arguments)}
    call = {"id": call_id, "type": "function", "function": function}
    answer = {"role": "tool", "tool_call_id": call_id, "name": tool, "content": json.dumps(result)}
    return [{"role": "assistant", "content": said, "tool_calls": [call]}, answer]


def _refund_in_cents(trace: Trace, case: Case, talk: list[dict[str, Any]], run: dict[str, Any]) -> str:
    """Three times the same call with the same arguments, each after reading the whole policy again."""
    arguments = {"order_id": case.order, "amount": round(case.price * 100), "currency": "EUR", "reason": case.reason}
    thoughts = (
        f"The {case.product} arrived damaged. Our policy covers a full refund.",
        "The refund was rejected because of the amount. I will try the refund again.",
        "It may have been a passing fault of the payment system. I will try once more.",
    )
    with trace.inside("span", {"name": "refund_flow", "kind": "internal"}):
        base = trace.told[0]["eventId"]
        for attempt, thought in enumerate(thoughts, start=1):
            base = _try_refund(trace, case, talk, arguments, attempt, thought, base)
        check = {"metric": "loop_check", "score": 0.0, "label": "3 of 3 identical", "evaluator": "loop_guard"}
        trace.tell("eval_metric", {**check, "target_trace_id": trace.trace_id}, takes=31, step=11)
        read = 23_411 + trace.random.randrange(-200, 200)
        words = "I can't complete this refund myself, so I will hand it to a colleague."
        call = Call("claude-sonnet-4-5", "anthropic", read, 338, trace.random.uniform(3_900, 4_900))
        _decide(trace, case, talk, call, words, 12)
    ticket = f"HD-{trace.random.randrange(5400, 5600)}"
    _ticket(trace, case, ticket)
    trace.tell("log", {"level": "warning", "message": "handed over to a person", "logger": "support_agent"})
    run |= {"status": "error", "error": {"type": "refund_failed", "message": "refund_create failed three times"}}
    return f"I've opened ticket {ticket}, a colleague will write to you today."


def _try_refund(
    trace: Trace,
    case: Case,
    talk: list[dict[str, Any]],
    arguments: dict[str, Any],
    attempt: int,
    thought: str,
    base: str,
) -> str:
    """One more failure. Answers the event that tells the state; what came of it is in `talk` from now on."""
    step = 3 + 2 * attempt
    read = (21_880, 22_414, 22_930)[attempt - 1] + trace.random.randrange(-150, 150)
    refund = {"amount": arguments["amount"], "attempts": attempt - 1}
    patch: dict[str, Any] = {"refund": refund, "next": "tool:refund_create"}
    if attempt > 1:
        refund["last_error"] = "amount_exceeds_captured"
        patch["memory"] = {"note": "Rejected because of the amount."}
    action = {"name": "support_agent", "action": {"tool": "refund_create", "arguments": arguments}, "thought": thought,
              "state_patch": patch, "state_base": base}  # fmt: skip
    with trace.inside("agent_action", action, step=step):
        decided = trace.last_id
        call = Call("claude-sonnet-4-5", "anthropic", read, 198, trace.random.uniform(3_200, 4_100))
        _decide(trace, case, talk, call, thought, None)
    error = {
        "type": "amount_exceeds_captured",
        "message": f"requested {case.price * 100:.2f} EUR, captured {case.price:.2f} EUR",
        "code": "422",
    }
    error["stack"] = refund_stack(error["message"])
    result = {"code": error["type"], "requested": f"{case.price * 100:.2f} EUR", "captured": f"{case.price:.2f} EUR"}
    call_id = f"call_refund_{attempt}"
    tool = {"tool": "refund_create", "arguments": arguments, "call_id": call_id, "result": result, "status": "error",
            "error": error}  # fmt: skip
    talk += _called(call_id, "refund_create", arguments, result, thought)
    with trace.inside("tool_call", tool, step=step + 1):
        attributes = {"http.response.status_code": 422, "server.address": "payments.kettle.example"}
        span = {"name": "POST /v2/refunds", "kind": "client", "status": "error", "attributes": attributes}
        trace.tell("span", span, takes=trace.random.uniform(460, 560))
    return decided


def _refund_in_euros(trace: Trace, case: Case, talk: list[dict[str, Any]]) -> str:
    arguments = {"order_id": case.order, "amount": case.price, "currency": "EUR", "reason": case.reason}
    with trace.inside("span", {"name": "refund_flow", "kind": "internal"}):
        read = 21_900 + trace.random.randrange(-400, 400)
        call = Call("claude-sonnet-4-5", "anthropic", read, 187, trace.random.uniform(2_900, 3_900))
        _decide(trace, case, talk, call, f"The policy covers a full refund of {case.price:.2f} EUR.", 5)
        result = {"refund_id": f"re_{trace.random.getrandbits(40):010x}", "status": "succeeded"}
        with trace.inside("tool_call", {"tool": "refund_create", "arguments": arguments, "result": result}, step=6):
            span = {"name": "POST /v2/refunds", "kind": "client", "attributes": {"http.response.status_code": 201}}
            trace.tell("span", span, takes=trace.random.uniform(380, 620))
    return (
        f"Done: {case.price:.2f} € are on their way back to you, five working days at most. I'm sorry for the trouble."
    )


def _decide(trace: Trace, case: Case, talk: list[dict[str, Any]], call: Call, thought: str, step: int | None) -> None:
    version = "13" if trace.told[0]["context"]["release"] == BROKEN_RELEASE else "12"
    template = {"name": "refund-agent", "version": version, "variables": {"order": case.order}}
    parameters = {"temperature": 0.2, "max_tokens": 1024}
    trace.call("decide", call, list(talk), thought, prompt_template=template, parameters=parameters, tools=_TOOLS)
    if step is not None:
        trace.told[-1]["context"]["step_index"] = step


def _plan(trace: Trace, words: str, step: int) -> None:
    intent = "refund" if "refund" in words or "money back" in words else "question"
    messages = [
        {"role": "system", "content": "Name the intent and what is needed, as JSON."},
        {"role": "user", "content": words},
    ]
    call = Call("gpt-4o-mini", "openai", trace.random.randrange(1_250, 1_380), 92, trace.random.uniform(880, 1_320))
    response_id = trace.call("plan", call, messages, f'{{"intent": "{intent}", "needs": ["order", "policy"]}}')
    trace.told[-1]["context"]["step_index"] = step
    if (
        trace.random.random() < 0.25
    ):  # the stream reports its usage once more when it closes: the same call, not another
        tokens = {"input": call.read, "output": call.written}
        usage = {"name": "stream closed", "model": call.model, "provider": call.provider, "tokens": tokens}
        trace.tell("token_usage", {**usage, "response_id": response_id})


def _search_policy(trace: Trace, query: str, step: int) -> None:
    documents = [
        {"id": name, "content": text, "score": round(0.91 - 0.05 * rank, 2), "source": "policy"}
        for rank, (name, text) in enumerate(policy())
    ]
    retrieval = {"name": "policy_search", "query": query, "documents": documents, "top_k": 8, "source": "policy"}
    with trace.inside("retrieval", retrieval, step=step):
        call = Call("text-embedding-3-small", "openai", 12, 0, trace.random.uniform(160, 260))
        embed = {"name": "embed", "model": call.model, "provider": call.provider, "prompt": query}
        trace.tell("model_response", {**embed, "tokens": {"input": call.read, "output": 0}}, takes=call.milliseconds)
        trace.tell(
            "span", {"name": "vector_search", "attributes": {"candidates": 40}}, takes=trace.random.uniform(180, 260)
        )
        trace.tell(
            "span", {"name": "rerank", "attributes": {"model": "rerank-v3"}}, takes=trace.random.uniform(300, 420)
        )


def _look_up(trace: Trace, order: str, product: str, step: int, *, may_time_out: bool = False) -> dict[str, Any]:
    """Answers what was found."""
    tool: dict[str, Any] = {"tool": "order_lookup", "arguments": {"order_id": order}, "call_id": "call_order"}
    if may_time_out:
        error = {
            "type": "TimeoutError",
            "message": "orders.kettle.example did not answer within 5 s",
            "stack": LOOKUP_STACK,
        }
        trace.tell("tool_call", {**tool, "status": "error", "error": error}, takes=5_004, step=step)
    result = {"order_id": order, "items": [product], "state": "delivered", "delivered": "17 Nov"}
    trace.tell("tool_call", {**tool, "result": result}, takes=trace.random.uniform(190, 720), step=step)
    return result


def _ticket(trace: Trace, case: Case, ticket: str) -> None:
    arguments = {"order_id": case.order, "subject": "Refund rejected by the payment system", "priority": "high"}
    with trace.inside(
        "tool_call", {"tool": "ticket_create", "arguments": arguments, "result": {"ticket": ticket}}, step=13
    ):
        span = {"name": "POST /tickets", "kind": "client", "attributes": {"http.response.status_code": 201}}
        trace.tell("span", span, takes=trace.random.uniform(900, 1_150))


def _steps_of(trace: Trace) -> int:
    return 1 + max(int(event["context"].get("step_index", 0)) for event in trace.told)

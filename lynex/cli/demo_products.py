"""The demo's other products: an assistant over documentation, a coding agent, a nightly digest that cost too much."""

from random import Random
from typing import Final

from lynex.cli.demo_stacks import RATE_LIMIT_STACK
from lynex.cli.demo_trace import Call, Trace

_DOCS: Final = (
    (
        "How do I rotate an API key without downtime?",
        "Create the second key, deploy it, then revoke the first. Both work at the same time.",
        "keys.md",
    ),
    (
        "Which regions support private links?",
        "Private links are available in Frankfurt, Dublin and Oregon.",
        "network.md",
    ),
    (
        "Why is my webhook called twice?",
        "A webhook is retried when it answers later than ten seconds. Answer 200 first, then work.",
        "webhooks.md",
    ),
    (
        "What is the limit for batch imports?",
        "An import takes up to 50,000 rows or 100 MB, whichever comes first.",
        "imports.md",
    ),
    (
        "How can I export the audit log?",
        "Settings, Audit, Export; or GET /v1/audit with a key of scope admin.",
        "audit.md",
    ),
    (
        "Is there a sandbox for payments?",
        "Yes. Keys that begin with test_ never move money, and the test cards always succeed.",
        "payments.md",
    ),
    (
        "Do you sign webhooks?",
        "Each carries an id, a timestamp and a signature; verify them with the secret of the endpoint.",
        "webhooks.md",
    ),
)
_SENTENCES: Final = (
    "Every call takes an idempotency key; a second call with the same key answers as the first did.",
    "Times are UTC and written as RFC 3339; a time without an offset is refused.",
    "Lists are paged by a cursor, which is valid for one hour and only for the filter it was made with.",
    "Amounts are decimal strings in the currency of the account, never floating point numbers.",
    "A key of scope read cannot change anything; a key of scope admin should stay on the server.",
    "Errors follow RFC 9457; `code` is stable, `detail` is for people and may change.",
    "Limits are counted per key and minute; the header Retry-After tells when to try again.",
    "Fields that are not named here are reserved and may appear at any time; ignore what you do not know.",
)
_TASKS: Final = (
    (
        "Fix the failing test test_refund_rounding",
        "billing/refunds.py",
        "The amount was rounded before it was converted.",
    ),
    ("Add pagination to GET /orders", "api/orders.py", "Orders are now paged by a cursor over (created_at, id)."),
    (
        "Upgrade pydantic to version 2 in the worker",
        "worker/models.py",
        "Validators and Config classes were rewritten.",
    ),
    ("Make the CSV import tolerate a byte-order mark", "imports/csv.py", "The file is opened as utf-8-sig."),
    (
        "Retry the carrier API on 503",
        "shipping/carrier.py",
        "Three attempts with back-off and jitter, 503 and timeouts only.",
    ),
)
_ANSWERERS: Final = (("gpt-4o", "openai"), ("gemini-2.5-flash", "google"), ("gpt-4o-mini", "openai"))
_SPIKE_MODEL: Final = ("claude-opus-4-1", "anthropic")  # somebody left the big model on


def docs_question(trace: Trace, random: Random) -> None:
    """Retrieve, answer, sometimes be judged; now and then the provider refuses."""
    asked, answered, source = random.choice(_DOCS)
    with trace.inside("span", {"name": "docs_assistant.answer", "kind": "server", "input": asked}) as span:
        trace.tell("message", {"role": "user", "content": asked, "channel": "docs"})
        documents = [
            {"id": f"{source}#{part}", "content": text, "score": round(random.uniform(0.6, 0.93), 2), "source": source}
            for part, text in enumerate(_reference(source, answered))
        ]
        retrieval = {"name": "docs_search", "query": asked, "documents": documents, "top_k": 3, "source": "docs"}
        trace.tell("retrieval", retrieval, takes=random.uniform(60, 240))
        model, provider = random.choices(_ANSWERERS, (3, 3, 4))[0]
        given = "\n\n".join(f"[{document['id']}] {document['content']}" for document in documents)
        prompt = [
            {"role": "system", "content": "Answer from the documents only."},
            {"role": "user", "content": f"Documents:\n{given}"},
            {"role": "user", "content": asked},
        ]
        if model == "gpt-4o" and random.random() < 0.12:
            error = {"type": "rate_limit_exceeded", "message": "429, retry after 1.2 s", "code": "429"}
            error["stack"] = RATE_LIMIT_STACK
            trace.failed_call("answer", model, provider, prompt, error, takes=88)
            trace.pause(1_200)
        call = Call(
            model, provider, random.randrange(900, 3_400), random.randrange(50, 260), random.lognormvariate(6.9, 0.4)
        )
        template = {"name": "docs-answer", "version": "4"}
        trace.call("answer", call, prompt, answered, parameters={"temperature": 0}, prompt_template=template)
        _judge(trace, random)
        span["output"] = answered


def _reference(source: str, answered: str) -> tuple[str, str, str]:
    """Three parts of a page, the first with the answer; always the same for a page."""
    first, second, third = (" ".join(Random(f"{source}#{part}").choices(_SENTENCES, k=22)) for part in range(3))
    return f"{answered} {first}", second, third


def coding_task(trace: Trace, random: Random) -> None:
    """Read, think, edit, test. The model that proposes edits runs on the company's own machines: no price."""
    task, file, note = random.choice(_TASKS)
    state: dict[str, object] = {"files": [], "tests": None}
    with trace.inside("agent_action", {"name": "coder", "action": "run", "input": task, "state": state}, step=0):
        trace.tell("custom", {"name": "feature_flag", "flag": "parallel_tools", "value": random.random() < 0.5})
        _read_and_think(trace, random, task, file, note)
        read, written = random.randrange(2_000, 6_000), random.randrange(300, 900)
        edit = Call("kettle-coder-7b", "self-hosted", read, written, random.uniform(900, 2_400))
        trace.call("propose_edit", edit, f"Write the patch for {file}.", f"--- a/{file}\n+++ b/{file}\n@@ …")
        has_passed = _run_tests(trace, random, file)
        outcome = "done" if has_passed else "gave up"
        trace.tell("log", {"level": "info", "message": f"{task}: {outcome}", "logger": "coder"})


def _read_and_think(trace: Trace, random: Random, task: str, file: str, note: str) -> None:
    """Every round reads one file more, most of it from the provider's cache."""
    prompt = [{"role": "system", "content": "You edit a Python repository."}, {"role": "user", "content": task}]
    read = random.randrange(9_000, 15_000)
    for step in range(1, random.randrange(3, 7)):
        looked = {"tool": "read_file", "arguments": {"path": file}, "result": f"{90 + step} lines"}
        trace.tell("tool_call", looked, takes=12, step=step)
        read += random.randrange(1_200, 4_800)
        written, takes = random.randrange(180, 900), random.lognormvariate(8.3, 0.3)
        thought = Call("claude-sonnet-4-5", "anthropic", read, written, takes, cached=read * 3 // 4)
        trace.call("think", thought, prompt, note, prompt_template={"name": "coder", "version": "31"})


def _run_tests(trace: Trace, random: Random, file: str) -> bool:
    has_passed = random.random() >= 0.2
    tests = {"tool": "run_tests", "arguments": {"path": "tests"}, "result": "42 passed" if has_passed else "1 failed"}
    if has_passed:
        trace.tell("tool_call", tests, takes=random.uniform(4_000, 19_000))
        return True
    error = {"type": "AssertionError", "message": "1 failed, 41 passed"}
    trace.tell("tool_call", {**tests, "status": "error", "error": error}, takes=random.uniform(4_000, 19_000))
    where = f'File "{file}", line 88, in convert'
    stack = f"Traceback (most recent call last):\n  {where}\nAssertionError: 6490 != 64.9"
    trace.tell("error", {"message": "6490 != 64.9", "error_type": "AssertionError", "stack": stack, "handled": True})
    return False


def nightly_digest(trace: Trace, random: Random) -> None:
    """One long thread summarised by the dearest model there is, in an hour when nobody looks."""
    thread = f"thread {random.randrange(1_000, 9_999)}"
    with trace.inside("span", {"name": "summarise_thread", "kind": "internal", "input": thread}) as span:
        prompt = [
            {"role": "system", "content": "Summarise the thread for the morning."},
            {"role": "user", "content": thread},
        ]
        if random.random() < 0.1:
            error = {
                "type": "context_length_exceeded",
                "message": "212,480 tokens are more than 200,000",
                "code": "400",
            }
            trace.failed_call("summarise", *_SPIKE_MODEL, prompt, error, takes=410)
            span["status"] = "error"
            return
        read, written = random.randrange(38_000, 92_000), random.randrange(700, 1_900)
        summary = f"{thread}: customer asked for a replacement, was offered one, accepted; open: the return label."
        call = Call(*_SPIKE_MODEL, read, written, random.lognormvariate(9.6, 0.25))
        trace.call("summarise", call, prompt, summary, prompt_template={"name": "thread-digest", "version": "2"})
        span["output"] = summary


def _judge(trace: Trace, random: Random) -> None:
    if random.random() < 0.35:
        answer = trace.last_id
        score = round(min(1.0, random.gauss(0.9, 0.08)), 2)
        metric = {"metric": "faithfulness", "score": score, "evaluator": "judge-v3", "target_event_id": answer}
        trace.tell(
            "eval_metric",
            {**metric, "label": "grounded" if score > 0.75 else "doubtful"},
            takes=random.uniform(300, 700),
        )

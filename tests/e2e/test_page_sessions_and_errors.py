"""Sessions and errors in a real browser: lists, one conversation, one problem, what is decided about problems and how it is undone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from lynex.ingest.own_frame import own_frame
from tests.e2e.conftest import send
from tests.running import PROJECT, local_client

HOSTILE = '<img src=x onerror="window.hit=1">[x](javascript:window.hit=1)/../"'
STACK = (
    'Traceback (most recent call last):\n  File "/app/shop.py", line 9, in pay\n    post(amount)\n'
    + '  File "/app/.venv/lib/python3.12/site-packages/stripe/api.py", line {0}, in post\n    raise Refused\n' * 3
    + "Refused: no"
)
STACKS = (
    STACK.format(4),
    "Error: no\n    at fetch (node:internal/deps/undici:1:2)\n    at Cart.pay (C:\\app\\cart.ts:10:2)\n    at run (/app/main.ts:3:1)",
    "x.Declined: no\n\tat com.stripe.Api.post(Api.java:3)\n\tat java.base/java.lang.Thread.run(Thread.java:833)",
    "goroutine 1:\nmain.pay(0x1)\n\t/app/pay.go:10 +0x1\nruntime.goexit()\n\t/usr/local/go/src/runtime/asm.s:1",
    "x\n   at Acme.Cart.Add(Int32 id) in C:\\Shop.cs:line 12\n   at System.Linq.Run()",
    "pay@https://shop.example/app.js:3:9\nrun@https://shop.example/node_modules/a.js:1:1",
    "nothing that anybody could read",
)


def refuse(server, key, number: int, **context) -> str:
    """One failure of the problem `Refused`."""
    body = {"message": f"card {number} refused", "error_type": "Refused", "stack": STACK.format(number)}
    return send(
        server, key, type="error", eventId=f"refused-{number}", context={"user_id": f"u{number}", **context}, body=body
    )


@pytest.fixture(scope="module")
def told(server, key):
    """Failures of one problem, a conversation of three turns, and hostile text everywhere."""
    for number in range(3):
        refuse(server, key, number, release=f"1.{number}")
    start = datetime.now(UTC) - timedelta(minutes=9)
    for number in range(3):
        at, trace = start + timedelta(minutes=2 * number), f"talk-{number}"
        context = {"trace_id": trace, "session_id": "talk", "user_id": "zoë"}
        call = {"name": "chat", "model": "gpt-4o", "provider": "openai", "tokens": {"input": 900, "output": 20}}
        said = {"prompt": f"Question {number}", "response": f"Answer {number}", "duration_ms": 1500}
        send(server, key, type="model_response", timestamp=at.isoformat(), context=context, body=call | said)
        if number == 1:
            tool = {"tool": "search", "arguments": {"q": 1}, "status": "error", "error": {"message": "index is gone"}}
            for _ in range(2):
                at += timedelta(milliseconds=5)
                send(server, key, type="tool_call", timestamp=at.isoformat(), context=context, body=tool)
    hostile = {"session_id": HOSTILE, "user_id": HOSTILE, "release": HOSTILE, "trace_id": "hostile"}
    error = {"type": HOSTILE, "message": HOSTILE, "stack": f'File "{HOSTILE}", line 1, in {HOSTILE}'}
    send(server, key, type="model_response", eventId="hostile", context=hostile,
         body={"name": HOSTILE, "model": HOSTILE, "prompt": HOSTILE, "response": HOSTILE, "error": error, "status": "error"})  # fmt: skip


@pytest.fixture
def open_one(open_page, told):
    def open_(path: str, **how):
        page = open_page(path, **how)
        expect(page.locator(".xr, .turns .one, .figures, .empty").first).to_be_visible()
        return page

    return open_


def the_problem(server) -> str:
    with local_client(server) as client:
        items = client.get("/api/v1/errors", params={"project_id": PROJECT, "text": "refused"}).json()["items"]
    return next(item["id"] for item in items if item["type"] == "Refused")


def test_many_problems_are_resolved_by_keys_and_undone(open_one):
    page = open_one("/errors?sort=first_seen&order=asc")
    rows, tabs = page.locator(".xr"), page.get_by_role("navigation", name="State")
    total = rows.count()
    names = rows.locator("b").all_inner_texts()
    for press in ("j", "x", "j", "j", "x"):
        page.keyboard.press(press)
    expect(page.locator(".choice")).to_contain_text("2 problems")
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("Resolved: 2 problems")
    page.get_by_role("button", name="Undo").hover()  # it stays while somebody is at it
    expect(rows).to_have_count(total - 2)
    tabs.get_by_role("link", name="Resolved 2").press("Enter")
    expect(page).to_have_url(re.compile("state=resolved"))
    expect(rows.locator("b")).to_have_text([names[0], names[2]])
    page.go_back()
    expect(rows).to_have_count(total - 2)
    page.keyboard.press("Control+z")
    expect(tabs.get_by_role("link", name="Resolved 0")).to_be_visible()
    expect(rows.locator("b")).to_have_text(names)


def test_a_problem_shows_its_stack_and_opens_again_when_it_is_seen_again(server, key, open_one):
    page = open_one("/errors?text=/app/shop.py")
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(page.locator(".empty")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".xr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/errors/[0-9a-f]{16}"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Refused")
    expect(page.locator(".stack .frame.here")).to_contain_text("shop.py")
    page.get_by_role("button", name="3 frames of libraries").click()
    expect(page.locator(".stack .frame")).to_have_count(4)
    expect(page.get_by_role("region", name="Affected users").get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("event=refused-1"))
    expect(page.locator(".failure-shown")).to_contain_text("card 1 refused")
    page.get_by_role("button", name="Add a note").click()
    page.keyboard.type("bank was down")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note-of .prose")).to_have_text("bank was down")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".bar .badge")).to_have_text("resolved")
    expect(page.locator(".note-of")).to_contain_text("bank was down")
    page.goto(f"{server.url}/errors?state=regressed")
    expect(page.locator(".empty")).to_contain_text("came back")
    refuse(server, key, 7)
    expect(page.locator(".xr .badge.warn")).to_have_text("seen again")
    page.locator(".xr a").first.click()
    expect(page.locator(".note-of")).to_contain_text("Seen again")


def test_the_page_finds_the_same_own_frame_as_the_server(open_one):
    page = open_one("/errors")
    read = "async (stack) => (await import('/static/js/stack.js')).readStack(stack).failedAt?.lines.join(' ') ?? null"
    for stack in STACKS:
        frame, found = own_frame(stack), page.evaluate(read, stack)
        assert (frame is None) == (found is None), stack
        assert frame is None or all(word in found for word in frame.split()), (frame, found)


def test_a_session_is_read_turn_by_turn_and_leads_to_its_traces_and_back(server, key, open_one):
    page = open_one("/sessions?user_id=zoë&sort=cost_usd")
    failing = page.get_by_role("button", name="With failures")
    failing.click()
    expect(page).to_have_url(re.compile("min_errors=1"))
    expect(failing).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(failing).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".xr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sessions/talk"))
    turns = page.locator(".turns .one")
    expect(turns.locator(".asked")).to_have_text(["Question 0", "Question 1", "Question 2"])
    expect(turns.locator(".pause")).to_have_count(2)
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("turn=talk-1"))
    expect(turns.nth(1)).to_be_focused()
    expect(turns.nth(1).locator(".calls li")).to_have_text([re.compile("search.*index is gone"), re.compile("2nd")])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/traces/talk-1"))
    page.get_by_role("link", name="its session").click()
    expect(page).to_have_url(re.compile(r"/sessions/talk\?turn=talk-1"))
    expect(turns.nth(1)).to_be_focused()
    send(server, key, type="message", context={"session_id": "talk"}, body={"role": "assistant", "content": "Bye"})
    expect(turns.nth(3)).to_contain_text("Bye")


def test_hostile_text_is_text(server, open_one):
    for path in ("/sessions?model=" + HOSTILE, "/errors?model=" + HOSTILE):
        page = open_one(path.replace("#", "%23"))
        page.locator(".xr").first.click()
        expect(page.locator(".answered, .stack").first).to_contain_text("onerror")
        expect(page.get_by_role("heading", level=1)).to_contain_text("onerror")
        assert page.evaluate("window.hit") is None


@pytest.mark.parametrize(
    ("path", "size", "theme"), [("/sessions/talk", "phone", "dark"), ("/errors/{problem}", "desk", "light")]
)
def test_pages_pass_axe_and_fit_their_width(server, open_one, faults_of, path, size, theme):
    page = open_one(path.format(problem=the_problem(server)), size=size, theme=theme)
    expect(page.locator(".skeleton")).to_have_count(0)
    assert faults_of(page) == []

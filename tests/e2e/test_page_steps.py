"""The step player in a real browser: what a step shows, its keys and links, breakpoints, loops, and traces of any sender."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import expect

from tests.running import PROJECT

START = datetime.now(UTC) - timedelta(minutes=5)
HOSTILE = '<img src=x onerror="window.hit=1">'
MANY = 300  # turns of the long run; each is an action, a model call and a tool call
MOST_IN_THE_DOCUMENT = 80
BROKEN_RELEASE = "2.8.1"


def an_event(trace: str, number: int, parent: int | None, at: float, kind: str, step: int | None = None, **body):
    context = {"trace_id": trace} | ({} if parent is None else {"parent_event_id": f"{trace}-{parent}"})
    context |= {} if step is None else {"step_index": step}
    when = (START + timedelta(milliseconds=at)).isoformat()
    return {"type": kind, "event_id": f"{trace}-{number}", "timestamp": when, "context": context, "body": body}


def a_long_run() -> list[dict]:
    """State is told whole every fiftieth turn, and as patches of the turn before in between."""
    events = [an_event("run", 0, None, 0, "agent_action", name="crawler", duration_ms=MANY * 100)]
    for turn in range(MANY):
        first, at = 1 + 3 * turn, turn * 100
        told = (
            {"state": {"pages": turn}}
            if turn % 50 == 0
            else {"state_patch": {"pages": turn}, "state_base": f"run-{first - 3}"}
        )
        said = {
            "model": "gpt-4o-mini",
            "provider": "openai",
            "prompt": f"Page {turn}?",
            "response": f"Open page {turn}.",
        }
        events += [
            an_event("run", first, 0, at, "agent_action", turn + 1, name="crawler", duration_ms=95, **told),
            an_event("run", first + 1, first, at + 1, "model_response", name="choose", duration_ms=40, **said),
            an_event("run", first + 2, first, at + 50, "tool_call", tool="fetch", arguments={"page": turn}, duration_ms=30),
        ]  # fmt: skip
    return events


def an_odd_run() -> list[dict]:
    """As a framework tells it: no counted steps, an agent behind a tool, results that come back in the next prompt."""
    asked = {"role": "user", "content": "Weather in Rome?"}
    call = {"id": "c1", "type": "function", "function": {"name": "ask_agent", "arguments": '{"city": "Rome"}'}}
    turn = {"role": "assistant", "content": HOSTILE, "tool_calls": [call]}
    model = {
        "model": "claude-sonnet-4-5",
        "provider": "anthropic",
        "name": "plan",
        "system": "Plan well.",
        "duration_ms": 90,
    }
    sunny = "It is sunny in Rome, 24 degrees."
    return [
        an_event("odd", 0, None, 0, "span", name=HOSTILE, duration_ms=900),
        an_event("odd", 1, 0, 1, "agent_action", name="planner", duration_ms=800, state={"goal": HOSTILE}),
        an_event("odd", 2, 1, 2, "model_response", messages=[asked], response=turn, **model),
        an_event("odd", 3, 1, 100, "tool_call", tool="ask_agent", call_id="c1", arguments={"city": "Rome"}, result=sunny, duration_ms=300),
        an_event("odd", 4, 3, 110, "agent_action", name="weather", duration_ms=280, state={"city": "Rome"}),
        an_event("odd", 5, 4, 120, "model_response", name="answer", model="gpt-4o-mini", provider="openai", prompt="Weather?", response=sunny, duration_ms=200),
        an_event("odd", 6, 1, 500, "model_response", messages=[asked, turn, {"role": "tool", "tool_call_id": "c1", "content": sunny}],
                 response="Sunny.", tokens={"input": 130, "output": 5}, **model),
        an_event("odd", 7, 0, 850, "error", message=HOSTILE, type="OSError"),
        an_event("sdk", 0, None, 0, "span", name="run", duration_ms=90),
        an_event("sdk", 1, 0, 1, "agent_action", 0, name="adviser", action="ask", thought="No idea yet.", state={"known": {}}, duration_ms=40),
        an_event("sdk", 2, 1, 2, "tool_call", tool="weather", arguments={"city": "Paris"}, result="sunny", duration_ms=5),
        an_event("sdk", 3, 0, 50, "agent_action", 1, name="adviser", action="choose", memory=["sunny"], duration_ms=30),
        an_event("sdk", 4, 3, 51, "tool_call", tool="weather", arguments={"city": "Oslo"}, result="snow", duration_ms=5),
        an_event("flat", 0, None, 0, "span", name="nothing to step through", duration_ms=5),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def runs(server, key):
    events = a_long_run() + an_odd_run()
    for first in range(0, len(events), 500):
        answer = httpx2.post(
            f"{server.url}/api/v1/events/batch", json={"events": events[first : first + 500]},
            headers={"X-API-Key": key}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
    server.drain()


@pytest.fixture
def open_steps(open_page):
    def open_(path: str, **how):
        page = open_page(path, **how)
        expect(page.locator(".sh1")).to_be_visible()
        return page

    return open_


@pytest.fixture(scope="module")
def refund(server, signed_in) -> str:
    """A refund that fails three times alike."""
    cookies = {cookie["name"]: cookie["value"] for cookie in signed_in["cookies"]}
    wanted = {"project_id": PROJECT, "release": BROKEN_RELEASE, "name": "refund_flow", "status": "error"}
    answer = httpx2.get(f"{server.url}/api/v1/traces", params=wanted, cookies=cookies, timeout=30)
    return answer.json()["items"][-1]["trace_id"]


@pytest.fixture
def open_refund(open_page, refund):
    """Its steps; the first failure is chosen."""

    def open_(**how):
        page = open_page(f"/traces/{refund}/steps", **how)
        expect(page).to_have_url(re.compile(r"/steps/6"))
        expect(page.locator(".both")).to_be_visible()
        return page

    return open_


def where(page):
    return page.locator(".where b")


def test_a_failed_refund_shows_the_argument_at_fault(open_refund):
    page = open_refund()
    calls = page.locator(".both")
    expect(calls.locator("mark").first).to_contain_text("amount")
    expect(calls).to_contain_text("amount_exceeds_captured")
    expect(page.locator(".decided")).to_contain_text("step 5, decide")
    page.keyboard.press("ArrowRight")
    expect(where(page)).to_have_text("Step 7")
    expect(page.locator(".hint")).to_contain_text(
        "Steps 6, 8 and 10 call refund_create with the same arguments and fail the same way."
    )
    knew = page.locator(".know")
    expect(knew.locator("tr", has_text="policy_search, 8 documents")).to_contain_text("step 3")
    expect(knew.locator("tr", has_text="Result of order_lookup")).to_contain_text("step 4")
    expect(knew.locator("tr", has_text="Result of refund_create")).to_contain_text("step 6")
    expect(knew.locator("tr", has_text="Result of refund_create").locator(".new")).to_have_text(re.compile(r"^\+\d+$"))
    knew.get_by_role("button", name="System prompt").click()
    expect(knew).to_contain_text("You are the support agent of Kettle & Co.")
    expect(page.locator(".right .sum1")).to_have_text("+3 −2 since step 6")
    expect(page.locator(".right .ln.add").first).to_contain_text('"attempts": 1')
    expect(page.locator(".both .badge")).to_have_text("same as step 6")
    expect(page.locator(".rail .again")).to_have_text(["repeated: 2nd", "repeated: 3rd"])
    expect(page.locator(".sofar b")).to_have_text(re.compile(r"^\$0\.1"))


def test_a_step_is_a_link_and_the_way_back_leads_to_the_one_before(open_refund):
    page = open_refund()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"/steps/14"))
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"/steps/1$"))
    page.locator(".rail a", has_text="order_lookup").click()
    expect(page).to_have_url(re.compile(r"/steps/4$"))
    page.reload()
    expect(where(page)).to_have_text("Step 4")
    page.go_back()
    expect(where(page)).to_have_text("Step 1")
    page.keyboard.press("e")
    expect(where(page)).to_have_text("Step 6")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Play to the next breakpoint")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Show in waterfall").click()
    expect(page.locator(".sr-row.on")).to_contain_text("refund_create")
    page.get_by_role("tab", name="Steps").click()
    expect(where(page)).to_have_text("Step 6")


def test_the_player_stops_at_breakpoints_which_stay_with_the_project(open_refund):
    page = open_refund()
    page.keyboard.press("b")
    draft = page.get_by_label("Stop where")
    expect(draft).to_have_value("tool = refund_create and error")
    draft.fill("tool ~ refund")
    page.keyboard.press("Enter")
    expect(page.locator(".draft")).to_contain_text("is not understood. Write tool = name")
    for condition in ("tool = refund_create and error", 'contains "passing fault"', "state.refund.attempts changes"):
        if draft.count() == 0:
            page.keyboard.press("b")
        draft.fill(condition)
        page.keyboard.press("Enter")
        expect(draft).to_have_count(0)
    hits = page.locator(".bl li .num")
    expect(hits).to_have_text(["6, 8, 10", "9, 12", "7, 9"])
    for number in (0, 2):
        page.locator(".bl").get_by_role("switch").nth(number).click()
    expect(hits).to_have_text(["off", "9, 12", "off"])
    page.get_by_label("Speed").select_option("jump")
    page.locator(".sh1").click()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(where(page)).to_have_text("Step 9")
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Step back").click()
    page.get_by_role("button", name="Step back").click()
    page.get_by_role("button", name="Play").click()
    expect(where(page)).to_have_text("Step 9")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.reload()
    expect(hits).to_have_text(["off", "9, 12", "off"])
    for _ in range(3):
        page.locator(".bl .gone").first.click()
    expect(page.locator(".breaks")).to_contain_text("Play stops where a breakpoint holds.")


def test_a_long_run_holds_few_steps_in_the_document_and_finds_its_state(open_steps, runs):
    page = open_steps("/traces/run/steps/1")
    expect(page.locator(".where")).to_have_text(f"Step 1 of {2 * MANY:,}")
    page.keyboard.press("End")
    expect(page.locator(".rail [aria-current]")).to_be_in_viewport()
    assert page.locator(".rail li").count() < MOST_IN_THE_DOCUMENT
    expect(page.locator(".right")).to_contain_text(f'"pages": {MANY - 1}')  # 49 patches back to a whole state
    expect(page.locator(".right .sum1")).to_have_text(f"+1 −1 since step {2 * MANY - 1:,}".replace(",", ""))
    box = page.locator(".scrub").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 28)
    expect(where(page)).to_have_text(re.compile(r"Step 30\d"))
    expect(page.locator(".right")).to_contain_text(re.compile('"pages": (149|150)'))


def test_a_run_of_any_sender_is_told_and_what_it_says_is_text(open_steps, runs):
    page = open_steps("/traces/odd/steps/4")
    expect(page.locator(".rail b")).to_have_text(["plan", "ask_agent", "answer", "plan", "error"])
    know = page.locator(".know")
    expect(know.locator("tr", has_text="Result of ask_agent")).to_contain_text("step 2")
    expect(know.locator("tr", has_text="Its own earlier answers")).to_contain_text("step 1")
    expect(page.locator(".right")).to_contain_text("onerror")  # the planner's state, not that of the agent it asked
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".right")).to_contain_text('"city": "Rome"')
    page.keyboard.press("End")
    expect(page.locator(".mid")).to_contain_text("onerror")
    page.keyboard.press("Home")
    expect(page.locator(".mid blockquote")).to_contain_text("onerror")
    assert page.evaluate("window.hit") is None
    page.goto(re.sub(r"/odd/.*", "/sdk/steps/2", page.url))
    expect(page.locator(".mid blockquote")).to_have_text("choose")
    expect(page.locator(".right")).to_contain_text("No change in this step; told in step 1")
    expect(page.locator(".right")).to_contain_text("First told in this step")
    page.goto(re.sub(r"/sdk/.*", "/flat/steps", page.url))
    expect(page.get_by_role("heading", name="There is nothing to step through.")).to_be_visible()


DIFFS = [
    ({"a": 1, "b": {"c": [1, 2]}}, {"a": 2, "b": {"c": [1, 2]}}, ["-a=1", "+a=2"]),
    ([1, 2, 3, 4], [1, 3, 4, 5], ["-[1]=2", "+[3]=5"]),
    ({"a": None}, {}, ["-a=null"]),
    ({}, {"__proto__": 1}, ["+__proto__=1"]),
    ({"a": {"b": 1}}, {"a": [1]}, ["-a.b=1", "+a[0]=1"]),
    ({"a": "x" * 500 + "1" + "y" * 500}, {"a": "x" * 500 + "2" + "y" * 500},
     [f'{sign}a="…{"x" * 60}{digit}{"y" * 60}…"' for sign, digit in (("-", 1), ("+", 2))]),
]  # fmt: skip
CONDITIONS = {
    "tool = refund_create and error": [
        {"kind": "word", "field": "tool", "value": "refund_create"}, {"kind": "error"}],
    'contains "this and \\"that\\"" and repeated': [{"kind": "contains", "text": 'this and "that"'}, {"kind": "repeated"}],
    "tokens > 8k": [{"kind": "figure", "field": "tokens", "sign": ">", "than": 8000}],
    "cost > $0.05": [{"kind": "figure", "field": "cost", "sign": ">", "than": 0.05}],
    "duration > 2s": [{"kind": "figure", "field": "duration", "sign": ">", "than": 2000}],
    "state.plan[0].do changes": [{"kind": "changes", "path": "state.plan[0].do"}],
    "refund.amount changes": [{"kind": "changes", "path": "state.refund.amount"}],
    "tokens > 2s": None, "duration > 8k": None, "tool > 3": None, "": None, "and": None, "constructor = 1": None,
}  # fmt: skip
ECHOES = [
    ({"amount": 6490, "order": "84213"}, {"requested": "6490.00 EUR", "captured": "64.90 EUR"}, ["amount"], ["requested"]),
    ({"amount": 64}, {"captured": "64.90 EUR", "id": "x64"}, [], []),
    ({"url": "https://a.b/c?d=(e"}, "no such page: https://a.b/c?d=(e", ["url"], [""]),
    ({"yes": True, "none": None, "n": 1, "currency": "EUR"}, {"n": 1, "currency": "EUR", "yes": True}, [], []),
]  # fmt: skip


def test_differences_conditions_and_echoes_are_found(server, page):
    page.goto(f"{server.url}/docs")
    differences = page.evaluate(
        """async (cases) => { const {diffLines} = await import("/static/js/json-diff.js");
        return cases.map(([before, after]) => diffLines(JSON.parse(before), JSON.parse(after)).filter(({sign, open, close}) => sign && !open && !close)
          .map(({sign, path, value}) => `${sign}${path}=${JSON.stringify(value)}`)); }""",
        [(json.dumps(before), json.dumps(after)) for before, after, _ in DIFFS],
    )
    assert differences == [lines for _, _, lines in DIFFS]
    read = page.evaluate(
        """async (texts) => { const {readCondition} = await import("/static/js/breakpoints.js");
        return texts.map((text) => { try { return readCondition(text); } catch { return null; } }); }""",
        list(CONDITIONS),
    )
    assert dict(zip(CONDITIONS, read, strict=True)) == CONDITIONS
    echoes = page.evaluate(
        """async (cases) => { const {echoOf} = await import("/static/js/value-echo.js");
        return cases.map(([given, back]) => { const echo = echoOf(given, back, ""); return [[...echo.given], [...echo.back]]; }); }""",
        [(given, back) for given, back, *_ in ECHOES],
    )
    assert echoes == [[given, back] for *_, given, back in ECHOES]


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_the_steps_pass_axe_and_fit_their_width(open_refund, faults_of, size, theme):
    page = open_refund(size=size, theme=theme)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".know")).to_be_visible()
    expect(page.locator(".right .ln.add").first).to_be_attached()
    page.keyboard.press("b")
    assert faults_of(page) == []

"""Traces in a real browser: the list, a trace of ten thousand spans, its keys, links, marks, detail and transcript."""

import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import expect

MANY = 10_000
FAILED = (1234, 5678, 9876)
MOST_IN_THE_DOCUMENT = 120
START = datetime.now(UTC) - timedelta(minutes=5)
HOSTILE = '<img src=x onerror="window.hit=1">'


def an_event(trace: str, number: int, parent: int | None, *, at: float, type_: str = "span", **body) -> dict:
    context = {"trace_id": trace} | ({} if parent is None else {"parent_event_id": f"{trace}-{parent}"})
    return {
        "type": type_,
        "event_id": f"{trace}-{number}",
        "timestamp": (START + timedelta(milliseconds=at)).isoformat(),
        "context": context,
        "body": {"name": f"step {number}", **body},
    }


def a_long_trace() -> list[dict]:
    """A root, ten spans below it, a thousand below each of those."""
    events = [an_event("long", 0, None, at=0, type_="agent_action", duration_ms=MANY)]
    for number in range(1, MANY):
        parent = 0 if number % 1000 == 1 else number - 1 - (number - 2) % 1000
        body = {"duration_ms": 1000 if parent == 0 else 1}
        if number in FAILED:
            body |= {"status": "error", "error": {"type": "Timeout", "message": f"{number} took too long"}}
        events.append(an_event("long", number, parent, at=number, **body))
    return events


def an_odd_trace() -> list[dict]:
    call = {"model": "gpt-4o-mini", "provider": "openai", "tokens": {"input": 100, "output": 10}, "duration_ms": 4}
    chat = {"prompt": "What is a kettle?", "response": f"It boils. {HOSTILE}"}
    return [
        an_event("odd", 0, None, at=0, type_="agent_action", duration_ms=50),
        an_event("odd", 1, 0, at=1, type_="model_response", **call, **chat),
        an_event("odd", 2, 1, at=2, type_="model_response", **call, **chat),
        an_event("odd", 3, 99, at=3, duration_ms=1),
        an_event("odd", 4, 5, at=4, duration_ms=1),
        an_event("odd", 5, 4, at=5, duration_ms=1),
        an_event(
            "odd", 6, 0, at=6, type_="tool_call", tool="shop", arguments={"q": HOSTILE}, result="none", duration_ms=2
        ),
        an_event("odd", 7, 0, at=7, type_="log", message="told beside"),
    ]


@pytest.fixture(scope="module")
def traces(server, key):
    events = a_long_trace() + an_odd_trace()
    for first in range(0, len(events), 500):
        answer = httpx2.post(
            f"{server.url}/api/v1/events/batch", json={"events": events[first : first + 500]},
            headers={"X-API-Key": key}, timeout=30,
        )  # fmt: skip
        assert answer.status_code in (200, 202), answer.text


@pytest.fixture
def open_trace(open_page, traces):
    def open_(path: str, **how):
        page = open_page(path, **how)
        expect(page.locator(".sr-row").first).to_be_visible()
        return page

    return open_


def test_the_list_sorts_filters_and_opens_a_trace_by_keyboard(open_page, traces):
    page = open_page("/traces")
    expect(page.locator(".xr").first).to_be_visible()
    page.get_by_role("columnheader", name="Events").get_by_role("button").click()
    expect(page).to_have_url(re.compile("sort=events"))
    expect(page.locator(".xr[data-row='0'] .te")).to_have_text("10.0\u2009k")
    page.get_by_role("button", name="Failed").click()
    expect(page.locator(".xr .badge.error").first).to_be_visible()
    page.goto(page.url.split("?")[0] + "?name=support_agent&sort=cost_usd")
    expect(page.locator(".xr[data-row='0']")).to_contain_text("support_agent")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/traces/[0-9a-f]{32}"))
    expect(page.locator(".sr-row").first).to_contain_text("support_agent")


def test_ten_thousand_spans_scroll_with_few_of_them_in_the_document(open_trace):
    page = open_trace("/traces/long")
    rows, spans = page.locator(".sr-row"), page.locator(".spans")
    for share in (0, 0.25, 0.5, 0.75, 1):
        spans.evaluate("(body, share) => body.scrollTo(0, share * body.scrollHeight)", share)
        middle = round(share * (MANY - 1))
        expect(page.locator(f"#span-{middle}")).to_be_visible()
        assert rows.count() < MOST_IN_THE_DOCUMENT
    assert page.evaluate("document.querySelectorAll('*').length") < 3000
    page.locator("select").last.select_option("2")
    expect(rows).to_have_count(11)
    expect(page.locator(".sr-row .mark.bad")).to_have_text(["1 failed"] * 3)


def test_keys_lead_through_failures_matches_and_branches(open_trace):
    page = open_trace("/traces/long")
    here = page.locator(".sr-row.on")
    expect(here).to_have_attribute("id", f"span-{FAILED[0]}")  # what failed first is chosen
    for number in (*FAILED[1:], FAILED[0]):
        page.keyboard.press("e")
        expect(here).to_have_attribute("id", f"span-{number}")
        expect(here).to_be_in_viewport()
    expect(page.locator(".detail")).to_contain_text(f"{FAILED[0]} took too long")
    page.keyboard.press("Shift+E")
    expect(here).to_have_attribute("id", f"span-{FAILED[-1]}")
    page.keyboard.press("/")
    page.keyboard.type("step 777")
    expect(page.locator(".find [role=status]")).to_have_text("11")  # itself, and 7770 to 7779
    page.keyboard.press("Enter")
    expect(here).to_have_attribute("id", "span-777")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(here).to_have_attribute("id", "span-778")
    page.keyboard.press("k")
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_attribute("id", "span-1")
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(here).to_have_attribute("id", "span-1001")
    page.keyboard.press("End")
    expect(here).to_have_attribute("id", f"span-{MANY - 1}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Next failure")


def test_a_link_leads_to_its_span_even_where_it_was_far_below(open_trace):
    page = open_trace("/traces/long?event=long-8765")
    expect(page.locator(".sr-row.on")).to_have_attribute("id", "span-8765")
    expect(page.locator(".sr-row.on")).to_be_in_viewport()
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("event=long-8766$"))
    page.reload()
    expect(page.locator(".sr-row.on")).to_have_attribute("id", "span-8766")
    expect(page.locator(".detail")).to_contain_text("step 8766")


def test_dragging_over_the_minimap_looks_closer_and_0_shows_all(open_trace):
    page = open_trace("/traces/long")
    box = page.locator(".mini").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 20, steps=3)
    page.mouse.up()
    expect(page.locator(".mini .whole")).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator(".mini .whole")).to_have_count(0)


def test_what_is_odd_is_marked_and_what_was_said_is_text(open_trace):
    page = open_trace("/traces/odd?event=odd-3")
    expect(page.locator(".sr-row", has_text="step 3").locator(".mark")).to_have_text("orphan")
    expect(page.locator(".detail .marked")).to_contain_text("never arrived")
    expect(page.locator(".sr-row .mark", has_text="cycle")).to_have_count(1)
    expect(page.locator(".sr-row .mark", has_text="counted elsewhere")).to_have_count(1)
    page.locator(".sr-row", has_text="step 1").locator(".n1").click()
    expect(page.locator(".detail .turn.answer")).to_contain_text("onerror")
    page.locator(".sr-row", has_text="step 6").locator(".n1").click()
    expect(page.locator(".detail .pair")).to_contain_text("Arguments")
    page.get_by_role("tab", name="Transcript").click()
    expect(page.locator(".transcript")).to_contain_text("What is a kettle?")
    expect(page.locator(".transcript")).to_contain_text("It boils.")
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
@pytest.mark.parametrize("path", ["/traces", "/traces/odd?event=odd-1", "/traces/odd?view=transcript"])
def test_pages_of_traces_pass_axe_and_fit_their_width(open_page, traces, faults_of, path, size, theme):
    page = open_page(path, size, theme)
    expect(page.locator(".xr, .sr-row, .step").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    assert faults_of(page) == []

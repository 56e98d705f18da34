"""A trace as a graph, and two traces beside each other, in a real browser."""

import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import expect

START = datetime.now(UTC) - timedelta(minutes=5)
HOSTILE = '<img src=x onerror="window.hit=1">'
MANY = 600


def an_event(trace: str, number: int, parent: int | None, type_: str, name: str, *, ms: float = 10, **body) -> dict:
    context = {"trace_id": trace} | ({} if parent is None else {"parent_event_id": f"{trace}-{parent}"})
    at = START + timedelta(milliseconds=number * 20)
    return {
        "type": type_,
        "event_id": f"{trace}-{number}",
        "timestamp": at.isoformat(),
        "context": context,
        "body": {"name": name, "duration_ms": ms, **body},
    }


def a_run(trace: str, *, tries: int, amount: str) -> list[dict]:
    """An agent that asks a model and calls a tool, `tries` times; all but the last of several fail."""
    events = [an_event(trace, 0, None, "agent_action", "clerk", ms=tries * 40)]
    for number in range(tries):
        call = {"model": "gpt-4o-mini", "tokens": {"input": 100, "output": 10 + number}}
        said = {"prompt": "Refund it.", "response": f"I refund {amount}."}
        events.append(an_event(trace, 2 * number + 1, 0, "model_response", "decide", **call, **said))
        fault = {"status": "error", "error": {"type": "Refused", "message": HOSTILE}} if number + 1 < tries else {}
        given = {"tool": "refund", "arguments": {"order": 7, "amount": amount}, "result": "done"}
        events.append(an_event(trace, 2 * number + 2, 0, "tool_call", "refund", **given, **fault))
    return events


def a_crowd() -> list[dict]:
    """More kinds of step than a graph can show."""
    names = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)} {n}" for n in range(1, MANY)]
    events = [an_event("crowd", 0, None, "agent_action", "crowd", ms=MANY * 20)]
    return events + [
        an_event("crowd", n, (n - 1) // 4, "span" if n % 3 else "tool_call", names[n - 1]) for n in range(1, MANY)
    ]


@pytest.fixture(scope="module")
def runs(server, key):
    events = [*a_run("once", tries=1, amount="89.00"), *a_run("thrice", tries=3, amount="8900"), *a_crowd()]
    for first in range(0, len(events), 500):
        answer = httpx2.post(
            f"{server.url}/api/v1/events/batch", json={"events": events[first : first + 500]},
            headers={"X-API-Key": key}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 202, answer.text


def test_steps_that_are_alike_are_one_node_that_leads_to_each_of_them(open_page, runs):
    page = open_page("/traces/thrice?view=graph")
    nodes = page.locator(".node")
    expect(nodes).to_have_count(3)
    refund = nodes.filter(has_text="refund")
    expect(refund).to_contain_text("× 3")
    expect(refund).to_contain_text("2 failed")
    expect(refund).to_have_attribute("aria-pressed", "true")  # it failed first
    expect(page.locator(".detail .failure")).to_contain_text("onerror")
    expect(page.locator(".within")).to_contain_text("1 of 3")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("event=thrice-4"))
    clerk = nodes.filter(has_text="clerk")
    is_above = clerk.bounding_box()["y"] + 40 < refund.bounding_box()["y"]
    page.keyboard.press("ArrowUp" if is_above else "ArrowLeft")
    expect(clerk).to_be_focused()
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("edges=order"))
    expect(page.locator(".drawn text").first).to_have_text("× 3")  # decide → refund, three times
    page.keyboard.press("v")
    expect(page.locator(".nodes tbody tr")).to_have_count(3)
    page.go_back()
    expect(page).not_to_have_url(re.compile("edges=order"))
    assert page.evaluate("window.hit") is None


def test_a_crowd_of_kinds_is_drawn_with_few_nodes_and_says_so(open_page, runs):
    page = open_page("/traces/crowd?view=graph")
    expect(page.locator(".node").first).to_be_visible(timeout=30_000)
    assert page.locator(".node").count() <= 90
    expect(page.locator(".told")).to_contain_text("kinds of step share")


def test_two_traces_are_chosen_in_the_list_and_shown_side_by_side(open_page, runs):
    page = open_page("/traces?name=clerk&sort=events&order=asc")
    rows = page.locator(".xr")
    expect(rows).to_have_count(2)
    expect(rows.first.locator(".shape path").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".choosing")).to_contain_text("Tick the trace to compare with clerk")
    page.get_by_role("checkbox").nth(1).check()
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/traces/once/compare/thrice"))
    expect(page.locator(".sentence")).to_contain_text("4 steps only in B")
    expect(page.locator(".pr")).to_have_count(7)
    expect(page.locator(".pr .badge", has_text="only B")).to_have_count(4)
    page.locator(".pr", has_text="refund").first.click()
    expect(page.locator(".beside .ln.del")).to_have_text(re.compile("89.00"))
    expect(page.locator(".beside .ln.add").first).to_have_text(re.compile("8900"))
    page.keyboard.press("f")
    expect(page.locator(".pr .badge", has_text="fails")).to_have_count(1)
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("event=thrice-6"))
    expect(page.locator(".beside .half.right")).to_contain_text("Arguments")
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile("/traces/thrice/compare/once"))
    page.go_back()
    page.reload()
    expect(page.locator(".pr.on .sd").last).to_contain_text("refund")
    assert page.evaluate("window.hit") is None


def test_sequences_are_aligned_and_texts_compared_line_by_line(open_page):
    page = open_page("/traces")
    pairs = page.evaluate(
        """async () => {
          const { align } = await import("/static/js/align.js");
          const { textDiff } = await import("/static/js/text-diff.js");
          const same = (one, other) => (one === other ? 1 : 0);
          const many = Array.from({ length: 6000 }, (_, at) => at % 7);
          const far = align(many, many.slice(1000), same);
          return {
            small: align("abcdxyz", "abdxqyz", same).map(([i, j]) => `${i}${j}`).join(" "),
            left: far.filter(([i]) => i >= 0).length, right: far.filter(([, j]) => j >= 0).length,
            lines: textDiff("a\\nb\\nc\\nd\\ne\\namount: 8900\\nf", "a\\nb\\nc\\nd\\ne\\namount: 89.00\\nf\\ng").lines,
            empty: textDiff("", "new").lines,
          };
        }"""
    )
    assert pairs["small"] == "00 11 2-1 32 43 -14 55 66"
    assert (pairs["left"], pairs["right"]) == (6000, 5000)
    assert [(line["left"], line["right"]) for line in pairs["lines"]][-3:] == [
        ("amount: 8900", "amount: 89.00"), ("f", "f"), (None, "g"),
    ]  # fmt: skip
    assert pairs["lines"][0]["hidden"] == 3
    assert pairs["empty"] == [{"left": None, "right": "new", "isSame": False}]


@pytest.mark.parametrize(("size", "theme"), [("desk", "dark"), ("phone", "light")])
@pytest.mark.parametrize(
    "path", ["/traces?compare=once", "/traces/thrice?view=graph", "/traces/once/compare/thrice?event=thrice-2"]
)
def test_pages_pass_axe_and_fit_their_width(open_page, runs, faults_of, path, size, theme):
    page = open_page(path, size, theme)
    expect(page.locator(".xr, .node, .pr").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    assert faults_of(page) == []

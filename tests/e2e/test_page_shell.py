"""The dashboard in a real browser on the demo's day: signing in, overview, events, live, keys, themes, and nothing ever wrong in the console."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import send

HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>[x](javascript:alert(1))'


def test_without_a_session_the_page_says_how_to_sign_in(server, page):
    page.goto(f"{server.url}/events")
    expect(page.get_by_role("heading", name="This server is running.")).to_be_visible()
    expect(page.get_by_text("Open the sign-in link")).to_be_visible()


def test_overview_tells_what_changed_and_opens_what_it_counts(open_page):
    page = open_page("/")
    expect(page.locator(".changed")).to_contain_text("amount_exceeds_captured fails since")
    expect(page.locator(".tile")).to_have_count(8)
    expect(page.locator(".tile", has_text="Cost").locator(".v")).to_have_text(re.compile(r"^\$\d"))
    expect(page.locator(".uplot")).to_have_count(4)
    expect(page.locator(".top", has_text="Models").get_by_role("link", name="gpt-4o-mini")).to_be_visible()
    page.locator(".tile", has_text="Error rate").click()
    expect(page).to_have_url(re.compile(r"/events\?type=model_response&status=error$"))
    expect(page.locator(".chip")).to_have_text([re.compile("type.*model_response"), re.compile("status.*error")])


def test_a_chart_zooms_by_dragging_and_is_a_table_too(open_page):
    page = open_page("/")
    expect(page.locator(".changed")).to_be_visible()
    over = page.locator(".u-over").first
    expect(over).to_be_visible()
    box = over.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 40, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"\?from=.*&to="))
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("from="))
    page.get_by_role("region", name="Requests").get_by_role("button", name="Table").click()
    expect(page.get_by_role("region", name="Requests").locator("tbody tr").first).to_be_visible()


def test_a_filter_is_completed_lives_in_the_address_and_is_undone_by_going_back(open_page):
    page = open_page("/events")
    expect(page.locator(".er").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("model:opus")
    expect(page.get_by_role("option", name="claude-opus-4-1")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?model=claude-opus-4-1$"))
    page.keyboard.type("error:true")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(2)
    page.reload()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator(".er .what b").first).to_have_class("bad")
    expect(page.locator(".er[data-row] .what b:not(.bad)")).to_have_count(0)
    page.go_back()
    expect(page.locator(".chip")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("type:nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“nonsense” is no type")


def test_the_keyboard_alone_opens_an_event_and_a_link_shows_it_again(open_page):
    page = open_page("/events?type=model_response")
    expect(page.locator(".er").first).to_be_visible()
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    detail = page.locator(".ex")
    expect(detail.locator(".turn.answer, .failure").first).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    detail.get_by_role("button", name="Copy").click()
    page.get_by_role("menuitem", name="as link").click()
    expect(detail.get_by_role("button", name="Copied")).to_be_visible()
    shown = page.evaluate("navigator.clipboard.readText()")
    detail.get_by_role("tab", name="JSON").click()
    expect(detail.locator(".tree")).to_contain_text('"eventId"')
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    page.goto(shown)
    expect(page.locator(".ex")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("To the newest")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_new_event_is_shown_within_two_seconds_and_waits_while_somebody_reads(server, key, open_page):
    page = open_page("/events")
    expect(page.locator(".live[data-state=open]")).to_be_visible()
    send(server, key, type="log", body={"message": "just arrived"})
    expect(page.locator(".er").first).to_contain_text("just arrived")
    page.locator(".rows").evaluate("rows => rows.scrollTo(0, 400)")
    expect(page.locator(".er[data-row='30']")).to_be_visible()
    send(server, key, type="log", body={"message": "the next one"})
    expect(page.locator(".newer")).to_contain_text("1 newer")
    page.keyboard.press("t")
    expect(page.locator(".er").first).to_contain_text("the next one")
    expect(page.locator(".newer")).to_have_count(0)


def test_what_senders_write_is_text_and_nothing_else(server, key, open_page):
    said = [{"role": "user", "content": HOSTILE}]
    event = send(server, key, type="model_response", context={"user_id": HOSTILE, "tags": [HOSTILE]},
                 body={"name": HOSTILE, "model": "evil", "input": said, "output": HOSTILE, "error": {"message": HOSTILE, "type": HOSTILE}})  # fmt: skip
    page = open_page(f"/events?model=evil&event={event}")
    expect(page.locator(".ex .turn").first).to_contain_text("onerror")
    page.locator(".ex").get_by_role("tab", name="Raw").click()
    page.goto(f"{server.url}/?model=evil")
    expect(page.locator(".top", has_text="Models")).to_contain_text("evil")
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
@pytest.mark.parametrize("path", ["/", "/events"])
def test_every_page_passes_axe_and_fits_its_width(open_page, faults_of, path, theme, size):
    page = open_page(path, size, theme)
    expect(page.locator(".tile .v, .er").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    if path == "/events":
        page.locator(".er").nth(4).click()
        expect(page.locator(".xfacts")).to_be_visible()
    assert faults_of(page) == []

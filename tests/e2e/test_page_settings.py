"""Settings in a real browser, from the very first event on: wizard, keys, receipts, projects, appearance, the guide, signing in."""

import re
import subprocess
import sys

import httpx2
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import lynex, send
from tests.running import PROJECT, Running, local_client

HOSTILE = '<img src=x onerror="window.hit=1">'
SECTIONS = ["/keys", "/receipts", "/about"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Empty at first; one event is of the kind that cannot be stored."""
    settings = {"LYNEX_INIT_API_KEY": "", "LYNEX_FAILPOINTS": "processor.row.poison=raise"}
    running = Running(tmp_path_factory.mktemp("settings") / "data", settings=settings).start()
    yield running
    running.stop()


def test_the_first_event_is_waited_for_with_what_to_paste(server, open_page):
    page = open_page("/")
    page.get_by_role("button", name="Make a key").click()
    secret = page.locator(".first pre").first
    expect(secret).to_have_text(re.compile(r"^sk_live_\w+"))
    expect(page.get_by_text("Listening")).to_be_visible()
    page.get_by_role("tab", name="curl").focus()
    page.keyboard.press("ArrowRight")
    code = page.locator("#way pre").inner_text()
    assert secret.inner_text() in code and server.url in code
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    expect(page.get_by_text("It is there")).to_be_visible(timeout=30_000)
    expect(page.locator(".arrived")).to_contain_text("gpt-4o-mini")
    page.get_by_role("button", name="Show the Overview").click()
    expect(page.locator(".tile", has_text="Requests").locator(".v")).to_have_text("1")


def test_a_key_is_made_shown_once_used_and_revoked(server, open_page):
    page = open_page("/settings/keys")
    expect(page.get_by_role("button", name="New key")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type(HOSTILE)
    page.keyboard.press("Enter")
    secret = page.locator(".made pre").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Enter")
    expect(page.locator(".made .btn").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    send(server, secret, type="log", body={"message": "hello"})
    page.reload()
    expect(page.locator(".keys tbody tr").last).to_be_visible()
    assert secret not in page.content()
    row = page.locator(".keys tbody tr", has_text=HOSTILE)
    expect(row.get_by_role("cell").nth(5)).to_have_text("1")
    row.get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 event came with this key in the last 24 hours")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("1 revoked key")).to_be_visible()
    refused = httpx2.post(f"{server.url}/api/v1/events", json={"type": "log"}, headers={"X-API-Key": secret})
    assert refused.status_code == 403
    assert page.evaluate("window.hit") is None


def test_receipts_say_what_came_what_was_refused_and_what_could_not_be_stored(server, key, open_page):
    send(server, key, type="log", event_id="twice", body={"message": HOSTILE})
    send(server, key, type="log", event_id="twice", body={"message": HOSTILE})
    send(server, key, type="log", event_id="poison", body={"message": HOSTILE})
    wrong = httpx2.post(f"{server.url}/api/v1/events", json={"type": HOSTILE}, headers={"X-API-Key": key})
    assert wrong.status_code == 422
    unknown = httpx2.post(f"{server.url}/api/v1/events", json={"type": "log"}, headers={"X-API-Key": key[:-1] + "_"})
    assert unknown.status_code == 403
    server.drain()
    page = open_page("/settings/receipts")
    expect(page.locator(".verdict")).to_contain_text("1 event could not be stored")
    expect(page.locator(".why").first).to_contain_text("the type of event is not known")
    expect(page.get_by_text("the key is wrong or was revoked")).to_be_visible()
    page.locator(".bykey").get_by_role("link", name="page sk_live_").click()
    expect(page).to_have_url(re.compile(r"key=key_"))
    expect(page.locator(".sums div", has_text="Duplicates").locator("dd").first).to_have_text("1")
    expect(page.get_by_text("the key is wrong or was revoked")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("the key is wrong or was revoked")).to_be_visible()
    letter = page.locator(".letters li")
    letter.get_by_role("button", name="Show").click()
    expect(letter.locator("pre")).to_contain_text("onerror")
    letter.get_by_role("button", name="Send in again").click()
    expect(page.get_by_text("1 event is sent in again.")).to_be_visible()
    assert page.evaluate("window.hit") is None


def test_a_project_is_renamed_and_a_new_one_waits_for_its_first_event(open_page):
    page = open_page("/settings")
    page.get_by_label("Name", exact=True).fill("helpdesk")
    page.keyboard.press("Enter")
    expect(page.locator(".side").get_by_label("Project")).to_contain_text("helpdesk")
    page.get_by_label("New project").fill("shop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Send the first event to shop")).to_be_visible()
    page.goto(page.url.partition("?")[0] + f"?project={PROJECT}&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")
    expect(page.get_by_role("heading", name="No event in this range.")).to_be_visible()
    page.get_by_role("link", name="Show the day before it").click()
    expect(page.locator(".tile").first).to_be_visible()


def test_appearance_is_kept_by_this_browser(open_page):
    page = open_page("/settings/appearance")
    page.get_by_label("Dark").check()
    page.get_by_label("Compact").check()
    page.get_by_role("checkbox", name="Single keys act").uncheck()
    page.reload()
    expect(page.get_by_label("Dark")).to_be_checked()
    assert page.evaluate("[document.documentElement.dataset.theme, document.documentElement.dataset.density]") == ["dark", "compact"]  # fmt: skip
    page.get_by_role("link", name="About").click()
    expect(page.get_by_text("All is well.")).to_be_visible()
    expect(page.get_by_text("the sum of the above, to the last event")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_the_guide_is_inside_for_who_is_signed_in_and_plain_for_everybody(server, open_page, page):
    inside = open_page("/guide/")
    inside.get_by_role("article").get_by_role("link", name="what 202 means").click()
    expect(inside.get_by_role("heading", name="What 202 means")).to_be_visible()
    expect(inside.get_by_role("navigation", name="Main")).to_be_visible()
    inside.reload()
    expect(inside.get_by_role("navigation", name="Main")).to_be_visible()
    for path in ("/guide/", "/guide/events.html?plain"):
        page.goto(server.url + path)
        expect(page.get_by_role("link", name="Send events")).to_be_visible()
        expect(page.locator("script")).to_have_count(0)


def test_a_link_that_was_used_is_said_and_a_pasted_one_leads_where_one_wanted_to_go(server, page):
    link = lynex(server, "signin").split()[0]
    httpx2.get(link)
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("used already")
    page.goto(f"{server.url}/settings/about")
    page.get_by_label("Sign-in link").fill("no link")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is no sign-in link")
    page.get_by_label("Sign-in link").fill(lynex(server, "signin").split()[0].replace("127.0.0.1", "lynex.example"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("All is well.")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/settings/about")


@pytest.mark.parametrize(("theme", "size"), [("light", "desk"), ("dark", "phone")])
def test_every_section_passes_axe_and_fits_its_width(server, open_page, faults_of, theme, size):
    with local_client(server) as owner:
        empty = owner.get("/api/v1/projects").json()["items"][-1]["id"]
    page = open_page("/", size, theme)
    for path in [*(f"/settings{section}" for section in SECTIONS), "/guide/events.html", f"/?project={empty}"]:
        page.goto(server.url + path)
        expect(page.locator(".scroll h2").last).to_be_visible()
        expect(page.locator(".skeleton")).to_have_count(0)
        assert faults_of(page) == []
        assert page.locator(".page > .scroll").evaluate("body => body.scrollWidth <= body.clientWidth"), path

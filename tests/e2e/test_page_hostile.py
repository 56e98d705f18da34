"""More than a hundred strings made to run or to load, in every field a sender may fill: each page shows them as text."""

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hostile import STRINGS, events

SAFE = """() => {
  const odd = [];
  for (const one of document.querySelectorAll("*")) {
    if (one.matches("script:not([src^='/static/']), iframe, object, embed, base, style, meta[http-equiv], form[action], video, audio, portal")) odd.push(one.outerHTML.slice(0, 200));
    for (const { name, value } of one.attributes) {
      if (name.startsWith("on")) odd.push(`${one.tagName} ${name}`);
      if (["href", "src", "action", "formaction", "xlink:href", "srcset", "poster", "data", "background"].includes(name)) {
        const target = new URL(value, location.href);
        if (target.origin !== location.origin) odd.push(`${one.tagName} ${name}=${value.slice(0, 100)}`);
      }
    }
  }
  if (window.hit !== undefined) odd.push("something ran");
  return odd;
}"""


@pytest.fixture(scope="module")
def hostile(server, key) -> str:
    answer = httpx2.post(
        f"{server.url}/api/v1/events/batch", json={"events": events("hostile")}, headers={"X-API-Key": key}, timeout=30
    )
    assert answer.status_code == 202, answer.text
    server.drain()
    return "hostile"


def assert_text_only(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SAFE) == []


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", ".top"),
        ("/events?trace_id=hostile", ".er"),
        ("/traces", ".xr"),
        ("/traces/hostile", ".sr-row"),
        ("/traces/hostile?view=transcript", ".turn"),
        ("/sessions", ".xr"),
        ("/sessions/hostile", ".one"),
        ("/errors", ".xr"),
    ],
)
def test_a_page_of_hostile_strings_is_text(open_page, hostile, path, shown):
    page = open_page(path)
    expect(page.locator(shown).first).to_be_visible()
    assert_text_only(page)


def test_every_hostile_event_opens_as_text(open_page, hostile):
    page = open_page("/events?trace_id=hostile")
    rows = page.locator(".er[data-row]")
    expect(rows.first).to_be_visible()
    for number in range(len(STRINGS)):
        page.keyboard.press("j")
        if number % 10 == 0:
            page.keyboard.press("Enter")
            detail = page.locator(".ex")
            expect(detail).to_be_visible()
            for tab in detail.get_by_role("tab").all():
                tab.click()
                assert page.evaluate(SAFE) == []
            page.keyboard.press("Escape")
    assert_text_only(page)

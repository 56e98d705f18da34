"""Searching in a real browser: plain English as chips, filters that exclude and bound, views, exports, and `/` on every page."""

import csv
import json
import re

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from tests.e2e.plain_english import KNOWN, NOW, SENTENCES

csv.field_size_limit(1 << 24)
# The words a reader sees for a reading, as one line.
READ = """async ([sentences, now, known]) => {
  const { readEnglish } = await import("/static/js/plain-english.js");
  const { wordsOf } = await import("/static/js/filters.js");
  const two = (number) => String(number).padStart(2, "0");
  const local = (ms) => {
    const at = new Date(ms);
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
  };
  return sentences.map((sentence) => {
    const { filters, when, page, sort, rest } = readEnglish(sentence, new Date(now), known);
    const time = !when ? "" : "range" in when ? when.range : `${local(when.from)} → ${when.to === null ? "now" : local(when.to)}`;
    const words = filters.map(wordsOf);
    const parts = [page && `in ${page}`, ...words, sort && `by ${sort}`, time, rest.length && `not understood: ${rest.join(" ")}`];
    return parts.filter(Boolean).join(" | ").replaceAll("\\u2009", " ");
  });
}"""
WRITTEN = """async ([typed]) => {
  const { understood, wordsOf, spelled } = await import("/static/js/filters.js");
  const { filters, fault } = understood(typed);
  const again = understood(filters.map(spelled).join(" ")).filters;
  return [fault || filters.map(wordsOf).join(" | ").replaceAll("\\u2009", " "), JSON.stringify(again) === JSON.stringify(filters)];
}"""


def test_plain_english_always_means_the_same(open_page):
    page = open_page("/events")
    expect(page.locator(".er").first).to_be_visible()
    sentences = [sentence for sentence, _ in SENTENCES]
    assert len(sentences) > 80
    read = page.evaluate(READ, [sentences, NOW, KNOWN])
    assert list(zip(sentences, read, strict=True)) == SENTENCES
    for typed, meant in (
        ('model:gpt-4o latency:>2s cost:>0.01 tokens:>8k -status:error "refund" user:alice',
         "model gpt-4o | latency ≥ 2 s | cost ≥ $0.01 | tokens ≥ 8,000 | not status error | user alice | contains refund"),
        ("latency:1s..5s -latency:>4s error:true", "latency ≥ 1 s | latency ≤ 5 s | latency ≤ 4 s | status error"),
        ('name:"two words" -tag:rag cost:<$0.5 http://x.y/z', "name two words | not tag rag | cost ≤ $0.5 | contains http://x.y/z"),
        ("latency:>fast", "“>fast” is no latency. Write latency:>2s or latency:<1s."),
    ):  # fmt: skip
        assert page.evaluate(WRITTEN, [typed]) == [meant, True]


def test_what_was_understood_is_shown_as_chips_before_it_holds(open_page):
    page = open_page("/")
    expect(page.locator(".tile .v").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("failed tool calls in production flibber")
    first = page.get_by_role("listbox").get_by_role("option").first
    expect(first.locator(".chip")).to_have_text(["status error", "type tool_call", "env prod"])
    expect(first).to_contain_text("not understood: flibber")
    expect(page.get_by_role("listbox").get_by_role("option").nth(1)).to_contain_text(
        "“failed tool calls in production flibber”"
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/events\?status=error&type=tool_call&environment=prod$"))
    expect(page.locator(".er[data-row]").first).to_contain_text("tool_call")
    page.keyboard.press("/")
    page.keyboard.type("-name:order_lo")
    page.get_by_role("option", name="not order_lookup").click()
    page.keyboard.type("latency:")
    expect(page.get_by_role("option", name="latency:>30s")).to_be_visible()
    page.keyboard.type(">1s")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"not_name=order_lookup.*&min_latency_ms=1000$"))
    expect(page.locator(".q .chip.not")).to_have_text(re.compile("not name.*order_lookup"))
    expect(page.locator(".er[data-row] .what").filter(has_text="order_lookup")).to_have_count(0)
    page.go_back()
    expect(page.locator(".q .chip")).to_have_count(4)
    page.keyboard.press("/")
    page.keyboard.type("slowest traces")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("longest first")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/traces\?.*sort=duration_ms"))


def test_where_nothing_matches_the_filter_that_is_to_blame_is_named(open_page):
    page = open_page("/events?type=tool_call&name=refund_create&min_latency_ms=900000")
    expect(page.get_by_role("heading", name="Nothing in the last 24 hours matches all of this.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Without latency ≥ 15.min")).click()
    expect(page.locator(".er[data-row]").first).to_contain_text("refund_create")


def test_search_opens_on_pages_without_a_filter_and_leads_to_events(open_page):
    page = open_page("/settings")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Search").get_by_role("combobox")).to_be_focused()
    page.keyboard.type('"refund"')
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("“refund”")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/events\?text=refund$"))
    expect(page.locator(".er[data-row]").first).to_be_visible()


def test_a_view_is_saved_opened_changed_and_taken_away_with_a_way_back(open_page):
    page = open_page("/events?status=error&range=7d")
    menu = page.get_by_role("button", name=re.compile("^Views"))
    menu.click()
    page.get_by_role("textbox", name="Name of the view").fill("What <b>fails</b>")
    page.keyboard.press("Enter")
    expect(menu).to_have_accessible_name("Views: What <b>fails</b>")
    page.goto(page.url.partition("/events")[0] + "/traces")
    menu.click()
    page.get_by_role("link", name="What <b>fails</b>").click()
    expect(page).to_have_url(re.compile(r"/events\?(project=[^&]*&)?range=7d&status=error"))
    page.locator(".facets button", has_text="tool_call").first.click()
    expect(menu).to_have_accessible_name("Views")
    menu.click()
    page.get_by_role("button", name="Update “What <b>fails</b>”").click()
    expect(menu).to_have_accessible_name("Views: What <b>fails</b>")
    menu.click()
    page.get_by_role("button", name="Delete the view What <b>fails</b>").click()
    page.keyboard.press("Escape")
    expect(menu).to_have_accessible_name("Views")
    page.get_by_role("button", name="Undo").click()
    expect(menu).to_have_accessible_name("Views: What <b>fails</b>")


def test_an_export_has_every_event_of_the_filter_and_says_how_many(open_page):
    page = open_page("/events?type=tool_call")
    expect(page.locator(".er").first).to_be_visible()
    count = int(page.locator(".bar .facts .num").get_attribute("title").replace(",", ""))
    for form, types_in in (("CSV", in_csv), ("JSONL", in_lines), ("Parquet", in_parquet)):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=form).click()
        expect(page.locator(".tray")).to_contain_text(f"{form}: {count:,} events")
        assert types_in(download.value.path()) == ["tool_call"] * count


def in_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [row["type"] for row in csv.DictReader(file)]


def in_lines(path):
    return [json.loads(line)["type"] for line in path.read_text(encoding="utf-8").splitlines()]


def in_parquet(path):
    return pq.read_table(path).column("type").to_pylist()


@pytest.mark.parametrize(("theme", "size"), [("light", "desk"), ("dark", "phone")])
def test_the_box_its_offers_and_the_menus_pass_axe_and_fit(open_page, faults_of, theme, size):
    page = open_page("/events?not_model=gpt-4o&min_latency_ms=100", size, theme)
    expect(page.locator(".er").first).to_be_visible()
    if theme == "light":
        page.get_by_role("combobox", name="Filter").fill("slow errors yesterday flibber")
    else:
        page.get_by_role("button", name=re.compile("^Views")).click()
    expect(page.locator(".menu")).to_be_visible()
    assert faults_of(page) == []

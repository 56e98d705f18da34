"""Costs in a real browser on the demo's day: what was spent, what if, models without a price, and why one event costs what it does."""

import re
import tomllib
from typing import TypeVar

import msgspec
import pytest
from playwright.sync_api import expect

from lynex.api.costs_shapes import CostOfEvent, Costs, PriceList, WhatIf
from lynex.config import PriceConfig
from tests.e2e.conftest import send

HOSTILE = 'evil"\\ <img src=x onerror="window.hit=1">\u007f #'
Shape = TypeVar("Shape")
VIEWS = {"": ".spent tbody tr", "what-if": ".moves tbody tr", "unpriced": ".unpriced li"}


@pytest.fixture(scope="module", autouse=True)
def hostile_model(server, key):
    send(server, key, type="model_response", context={"user_id": HOSTILE[:-3]},
         body={"model": HOSTILE, "provider": HOSTILE, "tokens": {"input": 5, "output": 2}})  # fmt: skip


def test_what_was_spent_is_told_by_every_property_and_opens_its_requests(server, open_page):
    page = open_page("/costs")
    expect(page.locator(".changed")).to_contain_text("claude-opus-4-1")
    expect(page.locator(".tile", has_text="Cost").first.locator(".v")).to_have_text(re.compile(r"^\$\d"))
    first = page.locator(".spent tbody tr").first
    expect(first).to_contain_text("claude-opus-4-1")
    expect(page.locator(".spent tr", has_text="kettle-coder-7b")).to_contain_text("add a price")
    page.keyboard.press("b")
    expect(page).to_have_url(re.compile("by=provider"))
    page.get_by_role("button", name="Prompt").click()
    expect(page.locator(".spent .badge").first).to_be_visible()
    page.get_by_role("button", name="Tokens in").click()
    expect(page.get_by_role("columnheader", name="Tokens in")).to_have_attribute("aria-sort", "descending")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile("by=provider$"))
    page.go_back()
    expect(first).to_contain_text("claude-opus-4-1")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/events\?type=model_response&model=claude-opus-4-1$|/events\?model=claude-opus-4-1&type=model_response$"))  # fmt: skip
    assert page.evaluate("window.hit") is None


def test_the_same_traffic_is_priced_on_a_model_found_by_its_name(open_page):
    page = open_page("/costs?view=what-if")
    page.get_by_role("combobox", name="Price the traffic").click()
    page.keyboard.type("gpt-4o-mini")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("openai")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("target=gpt-4o-mini"))
    expect(page.locator(".verdict")).to_contain_text("then")
    mini = page.locator(".moves tr", has=page.get_by_role("checkbox", name=re.compile("^gpt-4o-mini")))
    expect(mini).to_contain_text("the same")
    embeddings = page.get_by_role("checkbox", name="text-embedding-3-small")
    expect(embeddings).not_to_be_checked()
    moved = page.locator(".verdict b").inner_text()
    page.get_by_role("checkbox", name="claude-opus-4-1").uncheck()
    expect(page.locator(".verdict b")).not_to_have_text(moved)
    expect(page.locator(".doubts")).to_contain_text("kettle-coder-7b")
    left = page.locator(".verdict").inner_text()
    page.reload()
    expect(page.locator(".verdict")).to_have_text(re.compile(re.escape(left.split()[0])))
    expect(page.get_by_role("checkbox", name="claude-opus-4-1")).not_to_be_checked()


def test_the_lines_of_a_price_are_what_the_settings_take(open_page):
    page = open_page("/costs?view=unpriced")
    item = page.locator(".unpriced li", has_text="onerror")
    item.get_by_role("button", name="Add a price").click()
    shown = item.locator("pre").first
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(shown.inner_text())
    item.get_by_label("input tokens").fill("0,25")
    expect(item.get_by_role("alert")).to_contain_text("such as 0.25")
    item.get_by_label("input tokens").fill("0.25")
    item.get_by_label("output tokens").fill("1")
    expect(item.get_by_role("status").first).to_contain_text("would have cost <$0.0001")
    [price] = tomllib.loads(shown.inner_text())["prices"]
    assert msgspec.convert(price, PriceConfig) == PriceConfig(model=HOSTILE, provider=HOSTILE, input=0.25, output=1)
    assert page.evaluate("window.hit") is None


def test_answers_have_the_shapes_that_are_described(server, open_page):
    page = open_page("/costs")

    def answered(path: str, shape: type[Shape]) -> Shape:
        answer = page.request.get(f"{server.url}/api/v1{path}project_id=proj_default")
        assert answer.status == 200, answer.text()
        decoded = msgspec.json.decode(answer.body(), type=shape)
        assert msgspec.json.decode(msgspec.json.encode(decoded)) == answer.json()
        return decoded

    spent = answered("/costs?by=prompt&", Costs)
    assert spent.total.cost_usd == pytest.approx(sum(item.cost_usd or 0 for item in spent.items))
    moved = answered("/costs/what-if?target=gpt-4o-mini&", WhatIf)
    assert moved.price.rates[0].input == 0.15
    [same] = [item for item in moved.items if item.model == "gpt-4o-mini"]
    assert same.then_usd == pytest.approx(same.cost_usd)
    event = page.request.get(f"{server.url}/api/v1/events?model=claude-sonnet-4-5&limit=1&project_id=proj_default")
    why = answered(f"/events/{event.json()['items'][0]['eventId']}/cost?", CostOfEvent)
    assert why.counts and why.lines and not why.differs
    missing = page.request.get(f"{server.url}/api/v1/events/unknown/cost?project_id=proj_default")
    assert (missing.status, missing.json()["code"]) == (404, "event_not_found")
    found = page.request.get(f"{server.url}/api/v1/prices?search=sonnet&limit=3")
    assert len(msgspec.json.decode(found.body(), type=PriceList).items) == 3


def test_an_event_says_why_it_costs_what_it_does(server, key, open_page):
    said = {"model": "gpt-4o", "provider": "openai", "tokens": {"input": 1000, "output": 100, "cached": 400}}
    event = send(server, key, type="model_response", body={**said, "cost": 0.5})
    page = open_page(f"/events?model=gpt-4o&event={event}")
    page.get_by_text("Why this cost").click()
    reason = page.locator(".reason")
    expect(reason).to_contain_text("600 × $2.50 a million")
    expect(reason).to_contain_text("400 × $1.25 a million")
    expect(reason).to_contain_text("The sender said $0.5000; that counts. By the price it would be $0.0030.")


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_costs_pass_axe_and_fit_their_width(open_page, faults_of, theme, size):
    page = open_page("/costs", size, theme)
    for number, (view, ready) in enumerate(VIEWS.items()):
        if number:
            page.locator(".tabs a").nth(number).click()
        if view == "what-if":
            page.get_by_role("link", name="gpt-4o-mini").click()
        expect(page.locator(ready).first).to_be_visible()
        expect(page.locator(".skeleton")).to_have_count(0)
        if view == "unpriced":
            page.get_by_role("button", name="Add a price").first.click()
        assert faults_of(page) == []

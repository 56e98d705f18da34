"""Dashboards and the palette in a real browser: begun, arranged by keys and pointer, kept, undone; anything found by its id."""

import json
import re

import httpx2
import pytest
from playwright.sync_api import expect

from tests.e2e.hostile import STRINGS
from tests.running import PROJECT

SHAPES = ["figure"] * 4 + ["columns", "lines", "lines", "heat", "bars", "table"]


def tile_order(page):
    return page.locator(".cell").evaluate_all("cells => cells.map((cell) => cell.dataset.tile)")


def begun(page, name):
    """From the page of all dashboards, with or without any."""
    page.locator(".beginnings, .kept").wait_for()
    if page.locator(".beginnings").count():
        page.locator(".beginnings").get_by_role("button", name=re.compile(f"^{name}")).click()
    else:
        page.get_by_role("button", name="New dashboard", exact=True).click()
        page.get_by_role("menuitem", name=re.compile(f"^{name}")).click()
    expect(page).to_have_url(re.compile("/dashboards/saved_"))
    return page


def test_a_template_shows_the_day_in_every_shape_and_opens_what_it_counts(open_page):
    page = begun(open_page("/dashboards"), "Health")
    expect(page.locator(".cell")).to_have_count(len(SHAPES))
    assert (
        page.locator(".cell").evaluate_all(
            "cells => cells.map((cell) => [...cell.classList].find((name) => name.startsWith('of-')).slice(3))"
        )
        == SHAPES
    )
    expect(page.locator(".figure .v").first).to_have_text(re.compile(r"\d"))
    expect(page.locator(".uplot")).to_have_count(3)
    expect(page.locator(".heat canvas")).to_be_visible()
    expect(
        page.get_by_role("region", name="Failed requests by release").get_by_role("link", name="2.8.1")
    ).to_be_visible()
    expect(page.locator(".release-marks a", has_text="2.8.1").first).to_be_visible()
    page.get_by_role("region", name="What fails").get_by_role("link", name="refund_create").click()
    expect(page).to_have_url(re.compile(r"/events\?.*name=refund_create"))
    expect(page).to_have_url(re.compile(r"status=error"))
    page.go_back()
    expect(page.locator(".cell")).to_have_count(len(SHAPES))


def test_tiles_are_arranged_by_keys_and_pointer_kept_by_themselves_and_undone(open_page):
    page = begun(open_page("/dashboards"), "Spending")
    expect(page.locator(".cell")).to_have_count(9)
    before = tile_order(page)
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("edit=yes"))
    page.locator(".cell").first.focus()
    page.keyboard.press("ArrowRight")
    assert tile_order(page) == [before[1], before[0], *before[2:]]
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f"[data-tile={before[0]}]")).to_have_class(re.compile(r"\bw2\b"))
    first, target = page.locator(".cell").first.bounding_box(), page.locator(".cell").nth(3).bounding_box()
    page.mouse.move(first["x"] + 30, first["y"] + 40)
    page.mouse.down()
    page.mouse.move(target["x"] + 30, target["y"] + 40, steps=6)
    page.mouse.up()
    arranged = tile_order(page)
    assert arranged.index(before[1]) > 0
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.locator(".cell")).to_have_count(len(before))
    assert tile_order(page) == arranged
    page.locator(".cell").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(".cell")).to_have_count(len(before) - 1)
    page.keyboard.press("Control+z")
    expect(page.locator(".cell")).to_have_count(len(before))
    page.keyboard.press("e")
    expect(page.get_by_label("Filter")).to_be_visible()


def test_a_tile_becomes_what_the_editor_says(open_page):
    page = begun(open_page("/dashboards"), "Empty")
    page.get_by_role("button", name="Add a tile").last.click()
    editor = page.get_by_role("complementary", name="Tile")
    expect(editor.get_by_role("radio", name="Lines")).to_be_focused()
    editor.get_by_role("radio", name="Bars").click()
    editor.get_by_label("Shows").select_option("cost_usd")
    editor.get_by_label("Split by").select_option("user")
    editor.get_by_label("Filter").fill("type:nonsense")
    expect(editor.get_by_role("alert")).to_contain_text("“nonsense” is no type")
    editor.get_by_label("Filter").fill("model:gpt-4o latency:>1s")
    expect(page.get_by_role("region", name="Cost by user")).to_contain_text("latency ≥ 1 s")
    expect(page.locator(".ranked tbody tr").first).to_contain_text("$")
    editor.get_by_label("Title").fill("Who pays")
    page.keyboard.press("Escape")
    expect(page.locator(".cell")).to_be_focused()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.goto(re.sub(r"\?.*", "?user_id=u_4409&user_id=nobody", page.url))
    expect(page.get_by_role("region", name="Who pays").get_by_role("row")).to_have_count(1)
    page.goto(re.sub(r"\?.*", "?model=claude-opus-4-1", page.url))
    expect(page.get_by_role("region", name="Who pays")).to_contain_text("leaves nothing of this tile’s own")


def test_a_chart_of_overview_is_added_and_a_dashboard_comes_back_after_its_removal(open_page):
    page = open_page("/")
    chart = page.get_by_role("region", name="Latency", exact=True)
    expect(chart.locator(".uplot")).to_be_visible()
    chart.hover()
    chart.get_by_role("button", name="Add to a dashboard").click()
    page.get_by_role("menuitem", name="A new dashboard").click()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("region", name="Latency p50, p95, p99").locator(".uplot")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("d")
    row = page.get_by_role("row", name=re.compile("New dashboard")).last
    expect(row).to_be_visible()
    kept = page.locator(".kept tbody tr").count()
    row.hover()
    row.get_by_role("button", name="Remove").click()
    expect(page.locator(".kept tbody tr")).to_have_count(kept - 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".kept tbody tr")).to_have_count(kept)


def test_the_palette_goes_to_pages_dashboards_and_whatever_has_the_id(server, open_page):
    page = open_page("/")
    expect(page.locator(".tile").first).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Go to")
    expect(box).to_be_focused()
    page.keyboard.type("trac")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Traces")).to_be_visible()
    page.locator(".xr").first.click()
    expect(page).to_have_url(re.compile("/traces/.+"))
    expect(page.locator(".sr-row").first).to_be_visible()
    trace = re.search("/traces/([^?/]+)", page.url).group(1)
    name = page.get_by_role("heading", level=1).inner_text()
    page.goto(f"{server.url}/")
    page.keyboard.press("Control+k")
    page.keyboard.type(f"00-{trace}-0123456789abcdef-01" if re.fullmatch("[0-9a-f]{32}", trace) else trace)
    expect(page.get_by_role("option", name=re.compile(f"{re.escape(name)}.*Trace"))).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(trace)))
    page.keyboard.press("Control+k")
    page.keyboard.type("refund status:error")
    page.get_by_role("option", name=re.compile("^Events: refund")).click()
    expect(page.locator(".chip")).to_have_count(2)
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)


def test_what_others_saved_is_text_and_broken_tiles_are_left_out(server, open_page):
    said = STRINGS[0]
    content = {"tiles": [{"shape": "bars", "metric": "cost_usd", "group": "user", "title": said, "filters": {"user_id": [said, 7]}},
                         {"shape": "constructor"}, 7, None, {"shape": "lines", "metric": "no such", "width": 99, "height": -3, "filters": "x"}]}  # fmt: skip
    token = json.loads((server.data_dir / "run" / "server.json").read_text())["token"]
    made = httpx2.post(f"{server.url}/api/v1/saved", params={"project_id": PROJECT}, headers={"Authorization": f"Bearer {token}"},
                       json={"kind": "dashboard", "name": said[:100], "content": content}).json()  # fmt: skip
    page = open_page(f"/dashboards/{made['id']}")
    expect(page.locator(".cell")).to_have_count(2)
    expect(page.locator(".cell h2").first).to_have_text(said[:100])
    page.goto(f"{server.url}/dashboards/{made['id']}?edit=yes&tile=t1")
    expect(page.get_by_role("complementary", name="Tile")).to_be_visible()
    page.goto(f"{server.url}/dashboards")
    expect(page.locator(".kept")).to_contain_text(said[:20])
    assert page.evaluate("window.hit") is None


def test_several_that_ask_the_same_share_one_answer_and_one_may_leave(open_page):
    page = open_page("/dashboards")
    asked, answered = page.evaluate(
        """async () => {
          const { answer } = await import("/static/js/answers.js");
          const { project } = await import("/static/js/state.js");
          const [plain, about] = [window.fetch, { project_id: project.value?.id ?? "proj_default", by: "tag", limit: 7 }];
          let asked = 0;
          window.fetch = (url, how) => {
            if (url.includes("limit=7")) asked += 1;
            return plain(url, how);
          };
          const [leaving, staying] = [new AbortController(), new AbortController()];
          const first = answer("/stats/breakdown", about, leaving.signal);
          const second = answer("/stats/breakdown", about, staying.signal);
          leaving.abort();
          const answered = [(await first).by, (await second).by];
          window.fetch = plain;
          return [asked, answered];
        }"""
    )
    assert (asked, answered) == (1, ["tag", "tag"])


@pytest.mark.parametrize(("size", "theme", "arranged"), [("desk", "light", True), ("phone", "dark", False)])
def test_a_dashboard_passes_axe_and_fits_its_width(open_page, faults_of, size, theme, arranged):
    page = begun(open_page("/dashboards", size, theme), "Agents and tools")
    expect(page.locator(".ranked tbody tr").first).to_be_visible()
    if arranged:
        page.keyboard.press("e")
        page.locator(".cell").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary", name="Tile")).to_be_visible()
    faults = faults_of(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("listbox", name="Destinations")).to_be_visible()
    assert faults + faults_of(page) == []

"""Every page at three widths in both themes: nothing sticks out, axe finds nothing serious, and a picture is kept in .artifacts/pages."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running import Running, local_client

pytestmark = pytest.mark.long

PICTURES = Path(__file__).parents[2] / ".artifacts" / "pages"
SIZES = {390: 844, 1280: 800, 1920: 1080}
PAGES = {
    "overview": "/",
    "events": "/events",
    "event": "/events?event={event}",
    "traces": "/traces",
    "trace": "/traces/{trace}",
    "graph": "/traces/{trace}?view=graph",
    "transcript": "/traces/{trace}?view=transcript",
    "compare": "/traces/{trace}/compare/{other}",
    "steps": "/traces/{trace}/steps",
    "sessions": "/sessions",
    "session": "/sessions/{session}",
    "errors": "/errors",
    "error": "/errors/{error}",
    "costs": "/costs",
    "dashboards": "/dashboards",
    "settings": "/settings",
    "keys": "/settings/keys",
    "receipts": "/settings/receipts",
    "guide": "/guide/",
}


@pytest.fixture(scope="module")
def places(server: Running) -> dict[str, str]:
    """Ids of the demo's day that have something to show."""
    with local_client(server) as client:

        def first(path: str, **params: str) -> list[dict]:
            answer = client.get(f"/api/v1{path}", params={"project_id": "proj_default", **params})
            assert answer.status_code == 200, answer.text
            return answer.json()["items"]

        failed, other = first("/traces", status="error", sort="events")[:2]
        return {
            "event": first("/events", type="model_response")[0]["eventId"],
            "trace": failed["trace_id"],
            "other": other["trace_id"],
            "session": first("/sessions")[0]["session_id"],
            "error": first("/errors")[0]["id"],
        }


def settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.locator(".skeleton")).to_have_count(0)
    expect(page.locator("h1").first).to_be_visible()


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_accessible_and_has_its_picture_taken(open_page, faults_of, places, name, theme, width):
    page = open_page(PAGES[name].format(**places), {"width": width, "height": SIZES[width]}, theme)
    settled(page)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{theme}-{width}.png")
    assert faults_of(page) == []

"""The README's pictures, from the demo's day: python -m tests.e2e.pictures FOLDER"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.conftest import ARGUMENTS, chromium_path, lynex, sign_in_link
from tests.running import Running, local_client

SIZE = {"width": 1440, "height": 900}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        server = Running(Path(place) / "data", settings={"LYNEX_INIT_API_KEY": ""}).start()
        lynex(server, "demo")
        browser = driver.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.5)
        page.goto(sign_in_link(server))
        trace = the_refund(server)
        for name, path in (("overview", "/"), ("trace", f"/traces/{trace}"), ("debugger", f"/traces/{trace}/steps")):
            page.goto(server.url + path)
            settle(page)
            page.screenshot(path=folder / f"{name}.png")
        browser.close()
        server.stop()


def the_refund(server: Running) -> str:
    """The demo's failing agent with the most to see."""
    with local_client(server) as client:
        question = {"project_id": "proj_default", "status": "error", "sort": "events", "name": "support_agent"}
        return client.get("/api/v1/traces", params=question).json()["items"][0]["trace_id"]


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.locator(".skeleton")).to_have_count(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

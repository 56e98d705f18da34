"""A real browser on the demo's day: Debian's chromium, without a window. A machine without it fails in CI and skips on a laptop."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.running import Running

TOOLS = Path(__file__).parents[2] / "tools" / "page"
expect.set_options(timeout=30_000)  # CI's machine is a busy one
WIDTHS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")  # Playwright keeps an event loop running, which other rooms' tests could not stand
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("chromium is missing: apt-get install chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in_link(server: Running) -> str:
    return next(word for word in server.log().split() if "/signin?token=" in word)


def lynex(server: Running, *arguments: str) -> str:
    command = [sys.executable, "-m", "lynex", *arguments, "--data-dir", str(server.data_dir)]
    return subprocess.check_output(command, text=True, stderr=subprocess.STDOUT)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("page") / "data", settings={"LYNEX_INIT_API_KEY": ""}).start()
    lynex(running, "demo")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def key(server) -> str:
    return json.loads(lynex(server, "keys", "create", "page", "--scope", "ingest", "--json"))["secret"]


@pytest.fixture(scope="module")
def signed_in(server, browser):
    """The state of a browser that has opened the link once."""
    link = sign_in_link(server)
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert "token" not in page.url
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(server, browser, signed_in):
    """Opens a page; after the test nothing may have gone wrong in it: no exception, no console error, no CSP report, no request elsewhere."""
    contexts, faults = [], []

    def open_(path: str, size: str | dict[str, int] = "desk", theme: str = "light") -> Page:
        context = browser.new_context(
            storage_state=signed_in,
            viewport=WIDTHS[size] if isinstance(size, str) else size,
            color_scheme=theme,
            timezone_id="Europe/Berlin",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(f"{path}: {fault}"))
        page.on(
            "console", lambda said: faults.append(f"{path}: {said.text}") if said.type in ("error", "warning") else None
        )
        page.on(
            "request",
            lambda request: None if request.url.startswith((server.url, "data:")) else faults.append(request.url),
        )
        page.goto(server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def faults_of() -> Callable[[Page], list[object]]:
    """What of a page as it is axe finds serious, and whether it is wider than its window."""
    script = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=TOOLS, check=True)
    axe = script.read_text(encoding="utf-8")

    def look(page: Page) -> list[object]:
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        faults: list[object] = [(page.url, one["id"], [node["target"] for node in one["nodes"]][:4]) for one in serious]
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            faults.append((page.url, "wider than the window"))
        return faults

    return look


def send(server: Running, key: str, **event) -> str:
    answer = httpx2.post(f"{server.url}/api/v1/events", json=event, headers={"X-API-Key": key}, timeout=20)
    assert answer.status_code == 202, answer.text
    return answer.json()["eventId"]

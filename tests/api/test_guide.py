"""The guide: one frame for all pages, contents that lead somewhere, code that is tried."""

import re
from pathlib import Path

import pytest

from lynex.api.guide import guide_page
from lynex.errors import NotFound
from tests.clients.guide import snippets

FOLDER = Path(__file__).parents[2] / "static" / "guide"
PAGES = sorted(page.name for page in FOLDER.glob("*.html") if page.name != "frame.html")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_stands_in_the_frame_and_is_marked_in_its_contents(name: str):
    page = guide_page(FOLDER, name)
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading and f"<title>{heading[1]} · Lynex guide</title>" in page
    assert page.count('aria-current="page"') == 1 and "{{" not in page
    for link in re.findall(r'href="(?:/guide/)?([a-z0-9-]+\.html)"', page):
        assert guide_page(FOLDER, link)


def test_the_first_page_is_at_the_top_and_what_is_no_page_is_not_found():
    assert guide_page(FOLDER, "") == guide_page(FOLDER, "index.html")
    for path in ("frame.html", "guide.css", "nothing.html", "../index.html", "a/b.html", "INDEX.html"):
        with pytest.raises(NotFound):
            guide_page(FOLDER, path)


def test_every_way_to_send_has_code_that_is_tried():
    shown = {snippet.page for snippet in snippets()}
    without_code = {"send-from-coding-agents.html"}
    assert shown == {name for name in PAGES if name.startswith("send-from-")} - without_code
    for snippet in snippets():
        assert "sk_live_…" in snippet.variables, snippet.page
        if snippet.client.runs_on == "python":
            compile(snippet.code, snippet.page, "exec")

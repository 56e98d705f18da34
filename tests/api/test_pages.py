"""The files of the page: compressed for who takes that, the same to everybody else, and not sent twice."""

import gzip
import re
from pathlib import Path

import httpx2
import pytest

from lynex.api.assets import Assets
from tests.running import Running

SCRIPT = "/static/js/main.js"
STATIC = Path(__file__).parents[2] / "static"
IMPORT = re.compile(r"(?:^|[;}])\s*(?:import|export)\b[^;\"]*?from\s*\"(\.[^\"]+)\"", re.MULTILINE)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("pages") / "data").start()
    yield running
    running.stop()


def raw(server: Running, path: str, **headers: str) -> tuple[httpx2.Response, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx2.stream("GET", server.url + path, headers=named) as answer:
        return answer, b"".join(answer.iter_raw())


def test_texts_are_compressed_for_who_takes_that(server):
    plain, text = raw(server, SCRIPT, accept_encoding="identity")
    small, data = raw(server, SCRIPT, accept_encoding="gzip, deflate, br")
    assert gzip.decompress(data) == text and len(data) < len(text)
    assert small.headers["content-encoding"] == "gzip" and small.headers["vary"] == "accept-encoding"
    assert small.headers["content-type"] == plain.headers["content-type"]
    assert small.headers["content-security-policy"] == plain.headers["content-security-policy"]
    refused, whole = raw(server, SCRIPT, accept_encoding="gzip;q=0")
    assert whole == text and "content-encoding" not in refused.headers
    again, nothing = raw(server, SCRIPT, accept_encoding="gzip", if_none_match=small.headers["etag"])
    assert (again.status_code, nothing) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/events", "/traces/abc", "/traces/a/steps/3", "/settings/keys"])
def test_every_address_of_the_dashboard_is_the_same_page(server, path):
    answer = httpx2.get(server.url + path)
    assert answer.status_code == 200 and re.search(r'src="/static/@[0-9a-f]{16}/js/main.js"', answer.text)


def test_addresses_that_are_no_page_are_not_found(server):
    for path in ("/event", "/overviews", "/static/js/nothing.js"):
        assert httpx2.get(server.url + path).status_code == 404


@pytest.mark.parametrize(
    ("path", "script"), [("/", "overview"), ("/traces/a:b", "trace"), ("/traces/a/compare/b", "compare")]
)
def test_what_a_page_needs_is_asked_for_with_it_and_never_again(server, path, script):
    page = httpx2.get(server.url + path)
    assert page.headers["cache-control"] == "no-cache"
    links = re.findall(r'<link rel="(\w+)" href="(/static/@[^/]+/)([^"]+)"', page.text)
    asked = {name for kind, _, name in links if kind == "modulepreload"}
    assert asked == needed_by(STATIC / "js" / "main.js") | needed_by(STATIC / "js" / "pages" / f"{script}.js")
    assert [name for kind, _, name in links if kind == "stylesheet"] == ["css/all.css"]
    version = links[0][1]
    styles = httpx2.get(f"{server.url}{version}css/all.css")
    assert "immutable" in styles.headers["cache-control"]
    assert styles.text.index("@layer tokens, base") < styles.text.index("@layer base {")
    assert "immutable" in httpx2.get(f"{server.url}{version}js/main.js").headers["cache-control"]
    older = httpx2.get(f"{server.url}/static/@{'0' * 16}/js/main.js")
    assert older.status_code == 200 and older.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "js/../../pyproject.toml", "js", "", "js/%2e%2e/index.html", "\0"]
)
def test_nothing_but_files_of_the_page_is_given(tmp_path, path):
    assets = Assets(STATIC)
    assert assets.find(path) is None and assets.find(f"@{'0' * 16}/{path}") is None


def test_no_script_of_ours_makes_markup_of_text():
    for script in (STATIC / "js").rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(
            r"(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|dangerouslySet|\beval\((?!\?)|new Function", text
        ), script
        assert len(text.splitlines()) <= 250, script
        assert script.name == "api.js" or not re.search(r"\bfetch\(|new EventSource|XMLHttpRequest", text), script


def needed_by(script: Path) -> set[str]:
    """The script and all it imports, as paths below static."""
    found: set[Path] = set()
    left = [script]
    while left:
        path = left.pop().resolve()
        if path not in found:
            found.add(path)
            left += [path.parent / name for name in IMPORT.findall(path.read_text(encoding="utf-8"))]
    return {str(path.relative_to(STATIC)) for path in found}

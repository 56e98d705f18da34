"""How quick the page is in headless Chromium, beside a plain page of the same server; each measure against its target of the issue.

    python -m tests.bench.bench_page [--events 1000000] [--spans 10000 100000] [--runs 5] [--seconds 20] [--only TEXT]

Prints one Markdown row per measure. Overview is shown over thirty days that hold all the events.
"""

import argparse
import gzip
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lynex.clock import DAY, SystemClock
from tests.bench.bench_questions import fill
from tests.e2e.conftest import ARGUMENTS
from tests.running import Running

VIEWPORT: Final = {"width": 1440, "height": 900}
PAGES: Final = Path(__file__).parents[2] / "static"
ASSETS: Final = ("js", "css", "vendor")  # of the dashboard, with index.html and the icons
RATE: Final = 500
CHUNK: Final = 50
POINTS: Final = 100_000
PLAIN: Final = "/guide/"  # text and one style sheet
PATIENCE_MS: Final = 60_000
LATE_MS: Final = 25  # a frame that took longer left out at least one of sixty a second

# When the page last changed, once it has been quiet: what a reader waits for.
WATCH: Final = """
  window.changed = 0;
  new MutationObserver(() => { window.changed = performance.now(); })
    .observe(document, { childList: true, subtree: true, attributes: true });
"""
SETTLED: Final = """(seen) => !document.querySelector(".skeleton, .rules") && document.querySelector(seen)
  && performance.now() - window.changed > 600"""
PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
TRANSFERRED: Final = """() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/static/"))
  .reduce((sum, { transferSize }) => sum + transferSize, 0)"""
FRAMES: Final = """async ({ seconds, step }) => {
  const body = document.querySelector(".spans");
  const frames = [];
  let before = await new Promise(requestAnimationFrame);
  const until = before + seconds * 1000;
  while (before < until) {
    if (step) body.scrollTop = (body.scrollTop + step) % (body.scrollHeight - body.clientHeight);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  return frames;
}"""
CHART: Final = """async (points) => {
  const { render } = await import("/static/vendor/preact.js");
  const { html } = await import("/static/js/html.js");
  const { TimeChart } = await import("/static/js/components/time-chart.js");
  const box = document.createElement("div");
  box.style.width = "1200px";
  document.querySelector("#sheet").replaceChildren(box);
  const starts = Array.from({ length: points }, (_, at) => 1.7e12 + at * 1000);
  const values = starts.map((_, at) => 500 + 400 * Math.sin(at / 900) + (at * 7919) % 100);
  const data = { starts, end: 1.7e12 + points * 1000, lines: [{ label: "a", values, colour: "--tone-2" }] };
  await new Promise(requestAnimationFrame);
  const began = performance.now();
  const words = (value) => String(value);
  render(html`<${TimeChart} data=${data} kind="lines" name="a" format=${words} onAxis=${words} open=${() => undefined} />`, box);
  while (!box.querySelector("canvas")) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


@dataclass(frozen=True)
class Bench:
    server: Running
    browser: Browser
    signed_in: Any
    runs: int
    seconds: float

    def context(self) -> BrowserContext:
        context = self.browser.new_context(storage_state=self.signed_in, viewport=VIEWPORT)
        context.add_init_script(WATCH)
        return context

    def opened(self, path: str, seen: str) -> Page:
        """`seen`: what stands in it once it is there."""
        page = self.context().new_page()
        page.goto(self.server.url + path)
        page.wait_for_function(SETTLED, arg=seen, timeout=PATIENCE_MS)
        return page


Row = tuple[str, str, str, str]  # measure, figure, target, verdict


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--spans", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        server = Running(Path(name) / "data", settings={"LYNEX_STORAGE_HOT_DAYS": "400", "LYNEX_INIT_API_KEY": ""})
        fill(server.data_dir, options.events, newest=SystemClock().now() - 2 * DAY)
        server.data_dir.chmod(0o700)
        server.start(wait=300)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        bench = Bench(server, browser, signed_in(server, browser), options.runs, options.seconds)
        print("| Measure | Lynex | Target | |\n|---|---|---|---|")
        measures: list[tuple[str, Callable[[], Iterator[Row]]]] = [
            ("assets", assets),
            ("overview", lambda: overview(bench, options.events)),
            *((f"trace {spans}", lambda spans=spans: trace(bench, spans)) for spans in options.spans),
            ("chart", lambda: chart(bench)),
            ("live", lambda: live(bench)),
        ]
        for title, measure in measures:
            if options.only in title:
                for row in measure():
                    print(f"| {' | '.join(row)} |", flush=True)
        browser.close()
        server.stop(60)


def signed_in(server: Running, browser: Browser) -> Any:
    link = next(word for word in server.log().split() if "/signin?token=" in word)
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("h1")
    state = context.storage_state()
    context.close()
    return state


def assets() -> Iterator[Row]:
    files = [path for folder in ASSETS for path in (PAGES / folder).rglob("*") if path.suffix in (".js", ".css")]
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in [*files, PAGES / "index.html", PAGES / "icons.svg"])
    yield row(f"all {len(files)} files of all pages, each gzipped", size / 1000, "kB", None)


def overview(bench: Bench, events: int) -> Iterator[Row]:
    plain, paints, wholes, again, files = [], [], [], [], []
    for _ in range(bench.runs):
        page = bench.opened(PLAIN, "h1")
        plain.append(page.evaluate(PAINTED))
        page.context.close()
        page = bench.opened("/?range=30d", ".tile")
        paints.append(page.evaluate(PAINTED))
        wholes.append(page.evaluate("window.changed"))
        files.append(page.evaluate(TRANSFERRED) / 1000)
        page.reload()
        page.wait_for_function(SETTLED, arg=".tile", timeout=PATIENCE_MS)
        again.append(page.evaluate("window.changed"))
        page.context.close()
    yield row("first paint of a plain page of the same server", statistics.median(plain), "ms", None)
    yield row(f"first paint of Overview, {events:,} events, nothing cached", statistics.median(paints), "ms", 500)
    yield row("Overview whole: nothing changes any more", statistics.median(wholes), "ms", 1000)
    yield row("the same, the second time", statistics.median(again), "ms", 1000)
    yield row("files that Overview loads, with their headers", statistics.median(files), "kB", 200)


def trace(bench: Bench, spans: int) -> Iterator[Row]:
    name = f"bench{spans}"
    send(bench.server, bench_key(bench.server), a_trace(name, spans))
    bench.server.drain(300)
    opened = []
    for _ in range(bench.runs):
        page = bench.context().new_page()
        page.goto(f"{bench.server.url}/traces/{name}")
        page.wait_for_selector(".sr-row", timeout=PATIENCE_MS)
        opened.append(
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))")
        )
        page.context.close()
    large = spans > 20_000
    yield row(f"a trace of {spans:,} spans opens", statistics.median(opened), "ms", 4000 if large else 1000)
    page = bench.opened(f"/traces/{name}", ".sr-row")
    tab = renderer(bench, page)
    began = worked(tab)
    frames = page.evaluate(FRAMES, {"seconds": 4, "step": 300})
    used = (worked(tab) - began) / len(frames) * 1000
    yield row(f"frames a second while {spans:,} scroll", 1000 / statistics.mean(frames), "", 50, at_least=True)
    yield row("processor time of one of these frames", used, "ms", None)
    yield row(f"heap of {spans:,} spans, after collecting", heap(page), "MB", None)
    yield row(f"memory of the tab with {spans:,} spans", tab.memory_full_info().uss / 1e6, "MB", 500 if large else None)
    page.context.close()


def chart(bench: Bench) -> Iterator[Row]:
    page = bench.opened("/", ".tile")
    page.evaluate(CHART, 1000)  # loaded, and compiled
    took = [page.evaluate(CHART, POINTS) for _ in range(bench.runs)]
    page.context.close()
    yield row(f"chart of {POINTS:,} points", statistics.median(took), "ms", 200)


def live(bench: Bench) -> Iterator[Row]:
    key = bench_key(bench.server)
    page = bench.opened("/events?range=1h", ".live")
    sender = Sender(bench.server, key)
    sender.start()
    try:
        page.evaluate(FRAMES, {"seconds": bench.seconds / 4, "step": 0})
        before, nodes = heap(page), page.evaluate("document.querySelectorAll('*').length")
        frames = page.evaluate(FRAMES, {"seconds": bench.seconds, "step": 0})
        after, grown = heap(page), page.evaluate("document.querySelectorAll('*').length") - nodes
        shown = page.locator(".rate").inner_text()
    finally:
        sender.stop()
    page.context.close()
    yield row(
        f"live tail at {RATE} events/s ({shown} shown): frames a second",
        1000 / statistics.mean(frames),
        "",
        50,
        at_least=True,
    )
    late = sum(frame > LATE_MS for frame in frames) / len(frames)
    yield row("frames that came late", late * 100, "%", 2)
    yield row(f"heap grown in {bench.seconds:.0f} s, after collecting", after - before, "MB", 5)
    yield row("elements grown", grown, "", 200)


class Sender(threading.Thread):
    """So many events a second, whatever the page does."""

    def __init__(self, server: Running, key: str) -> None:
        super().__init__(daemon=True)
        self._server, self._key = server, key
        self._ended = threading.Event()

    def run(self) -> None:
        call = {
            "model": "gpt-4o",
            "prompt": "Where is it? " * 20,
            "response": "On its way.",
            "tokens": {"input": 80, "output": 9},
        }
        due = time.monotonic()
        number = 0
        while not self._ended.is_set():
            events = [{"type": "model_response", "body": {**call, "duration_ms": number + at}} for at in range(CHUNK)]
            send(self._server, self._key, events)
            number += CHUNK
            due += CHUNK / RATE
            self._ended.wait(max(0, due - time.monotonic()))

    def stop(self) -> None:
        self._ended.set()
        self.join(30)


def a_trace(name: str, spans: int) -> list[dict[str, Any]]:
    """A root, and below it runs of a thousand spans, a model call in ten of them."""
    start = datetime.now(UTC) - timedelta(minutes=30)
    found = []
    for number in range(spans):
        parent = None if number == 0 else 0 if number % 1000 == 1 else number - 1 - (number - 2) % 1000
        context = {"trace_id": name} | ({} if parent is None else {"parent_event_id": f"{name}-{parent}"})
        body: dict[str, Any] = {"name": f"step {number % 400}", "duration_ms": 1000 if parent == 0 else 2}
        kind = "model_response" if number % 10 == 5 else "span"
        if kind == "model_response":
            body |= {"model": "gpt-4o", "tokens": {"input": 100, "output": 10}}
        at = start + timedelta(milliseconds=number)
        found.append(
            {
                "type": kind,
                "event_id": f"{name}-{number}",
                "timestamp": at.isoformat(),
                "context": context,
                "body": body,
            }
        )
    return found


def bench_key(server: Running) -> str:
    return next(word for word in server.log().split() if word.startswith("sk_live_"))


def send(server: Running, key: str, events: list[dict[str, Any]]) -> None:
    for first in range(0, len(events), 1000):
        answer = httpx2.post(
            f"{server.url}/api/v1/events/batch", json={"events": events[first : first + 1000]},
            headers={"X-API-Key": key}, timeout=60,
        )  # fmt: skip
        answer.raise_for_status()


def heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    figures = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return figures["JSHeapUsedSize"] / 1e6


def renderer(bench: Bench, page: Page) -> psutil.Process:
    """The process of this page: the one that works while it is kept busy."""
    session = bench.browser.new_browser_cdp_session()

    def times() -> dict[int, float]:
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return {one["id"]: one["cpuTime"] for one in processes if one["type"] == "renderer"}

    before = times()
    page.evaluate("() => { const until = performance.now() + 500; while (performance.now() < until); }")
    after = times()
    session.detach()
    return psutil.Process(max(after, key=lambda pid: after[pid] - before.get(pid, 0)))


def worked(process: psutil.Process) -> float:
    """Seconds of processor time."""
    times = process.cpu_times()
    return float(times.user + times.system)


def row(measure: str, figure: float, unit: str, target: float | None, *, at_least: bool = False) -> Row:
    """Verdicts are those of this run."""
    words = f"{figure:,.0f} {unit}" if figure >= 10 or figure == 0 else f"{figure:.2g} {unit}"
    if target is None:
        return measure, words.strip(), "", ""
    is_met = figure >= target if at_least else figure <= target
    return (
        measure,
        words.strip(),
        f"{'≥' if at_least else '≤'} {target:,} {unit}".strip(),
        "met" if is_met else "missed",
    )


if __name__ == "__main__":
    main()

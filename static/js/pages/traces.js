/** Traces: a list that filters, sorts and follows; each leads into its waterfall. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { follow } from "../api.js";
import { FilterBar, applyFilters, toggleFilter } from "../components/filter-bar.js";
import { Icon } from "../components/icon.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { Empty, Failed, Skeleton } from "../components/states.js";
import { TraceHead, TraceRow } from "../components/trace-row.js";
import { filterParams, hasFilter } from "../filters.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toTrace } from "../links.js";
import { address, amend, go } from "../router.js";
import { asked, filters, project } from "../state.js";
import { spanOf } from "../time.js";
import { TraceList } from "../trace-list.js";
import { reveal, useWindow } from "../window.js";

const LIVE_MS = 3000;
const PHONE = matchMedia("(max-width: 767px)");
const FAILED = { name: "status", value: "error" };
const SLOWER = /** @type {const} */ ([["", "Any duration"], ["1000", "Over 1 s"], ["5000", "Over 5 s"], ["30000", "Over 30 s"], ["120000", "Over 2 min"]]);

export default function Traces() {
  const { query } = address.value;
  const sort = query.get("sort") ?? "start";
  const order = query.get("order") ?? (sort === "name" ? "asc" : "desc");
  const slower = query.get("min_duration_ms") ?? "";
  const params = { ...asked.value, ...filterParams(filters.value), sort, order, min_duration_ms: slower };
  const key = JSON.stringify(params);
  const [round, setRound] = useState(0);
  const list = useMemo(() => new TraceList(params), [key, round]);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  const isFollowing = spanOf(query).name !== "" && sort === "start" && order === "desc";
  /** @param {string} column */
  const sortBy = (column) => amend({ sort: column === "start" ? null : column, order: column === sort && order === "desc" ? "asc" : column === sort ? "desc" : null });
  list.version.value;
  return html`<${Page} class="traces" title="Traces" isFixed facts=${list.isLoaded && html`<span class="num">${count(list.items.length)}${list.isWhole ? "" : "+"}</span>`}
    bar=${html`<${RangePicker} />`}
    head=${html`<div class="fbar"><${FilterBar} hint="Filter: user:…  model:gpt-4o  “refund”" />
      <button type="button" class="btn wide" aria-pressed=${hasFilter(filters.value, FAILED) ? "true" : "false"} onClick=${() => toggleFilter(FAILED)}>Failed</button>
      <label class="pick wide"><span class="sr">Duration</span><select value=${slower} onChange=${(/** @type {any} */ event) => amend({ min_duration_ms: event.target.value })}>
        ${SLOWER.map(([value, words]) => html`<option key=${value} value=${value} selected=${value === slower}>${words}</option>`)}</select><${Icon} name="chev" size=${14} /></label></div>`}>
    ${list.fault.value && !list.items.length ? html`<div class="pad"><${Failed} fault=${list.fault.value} again=${() => setRound(round + 1)} /></div>`
      : list.isWhole && !list.items.length ? html`<div class="pad"><${Nothing} /></div>`
      : html`<${Rows} list=${list} sort=${sort} order=${order} sortBy=${sortBy} isFollowing=${isFollowing} />`}
  <//>`;
}

/** @param {{list: TraceList, sort: string, order: string, sortBy: (column: string) => void, isFollowing: boolean}} props */
function Rows({ list, sort, order, sortBy, isFollowing }) {
  list.version.value;
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [here, setHere] = useState(-1);
  const height = PHONE.matches ? 62 : 34;
  const { items } = list;
  const [first, last] = useWindow(body, items.length, height);
  useFollowing(list, isFollowing, () => (body.current?.scrollTop ?? 0) > 4 || here > 0);
  useEffect(() => {
    if (list.isLoaded && last + 40 > items.length) void list.more();
  }, [last, items.length, list]);
  useLayoutEffect(() => {
    if (body.current) body.current.scrollTop = 0;
    setHere(-1);
  }, [list]);
  useLayoutEffect(() => {
    reveal(body.current, here, height);
    const row = body.current?.querySelector(`[data-row="${here}"]`);
    if (row instanceof HTMLElement) row.focus({ preventScroll: true });
  }, [here]);
  /** @param {number} row */
  const open = (row) => {
    const trace = items[row];
    if (trace) go(toTrace(trace.trace_id));
  };
  /** @param {number} by */
  const step = (by) => setHere((now) => Math.min(items.length - 1, Math.max(0, now + by)));
  const newest = () => {
    list.release();
    setHere(-1);
    body.current?.scrollTo(0, 0);
  };
  useKeys("Traces", [
    { keys: "j", does: "Next trace", run: () => step(1) },
    { keys: "ArrowDown", does: "Next trace", run: () => step(1) },
    { keys: "k", does: "Trace before", run: () => step(-1) },
    { keys: "ArrowUp", does: "Trace before", run: () => step(-1) },
    { keys: "Enter", does: "Open", run: (event) => (event.target instanceof HTMLElement && event.target.closest("button, a") ? event.target.click() : open(here)) },
    { keys: "t", does: "To the newest", run: newest },
  ], [list, here]);
  const longest = items.reduce((most, trace) => Math.max(most, trace.duration_ms), 0);
  return html`<div class="table" role="table" aria-label="Traces" aria-rowcount=${list.isWhole ? items.length + 1 : -1}>
    <${TraceHead} sort=${sort} order=${order} sortBy=${sortBy} />
    ${list.waiting.value > 0 && html`<button type="button" class="newer" onClick=${newest}><${Icon} name="up" size=${14} /><b>${count(list.waiting.value)} newer</b><span class="grow"></span><kbd class="wide">t</kbd></button>`}
    <div class="scroll rows" ref=${body} role="rowgroup" tabindex="-1">
      ${!list.isLoaded ? html`<div class="pad"><${Skeleton} lines=${14} /></div>`
        : html`<div class="all" role="presentation" style=${{ height: `${items.length * height}px` }}>
        ${items.slice(first, last).map((trace, index) => html`<${TraceRow} key=${trace.trace_id} trace=${trace} row=${first + index} top=${(first + index) * height}
          longest=${longest} isHere=${first + index === Math.max(0, here)} open=${open} />`)}</div>`}
    </div>
  </div>`;
}

/** While the range ends now, newest first: look again when something has come. @param {TraceList} list @param {boolean} isFollowing @param {() => boolean} isReading */
function useFollowing(list, isFollowing, isReading) {
  const reading = useRef(isReading);
  reading.current = isReading;
  useEffect(() => {
    if (!isFollowing) return undefined;
    let hasNews = false;
    const timer = setInterval(() => {
      if (!hasNews || document.visibilityState !== "visible") return;
      hasNews = false;
      void list.refresh(reading.current());
    }, LIVE_MS);
    const end = follow("/live", { project_id: project.peek()?.id }, {
      event: (event) => { hasNews ||= Boolean(event.context?.trace_id); },
      lagged: () => { hasNews = true; },
      state: () => undefined,
    });
    return () => {
      clearInterval(timer);
      end();
    };
  }, [list, isFollowing]);
}

const Nothing = () => (filters.value.length || address.value.query.get("min_duration_ms")
  ? html`<${Empty} title="No trace that began in this range matches."><p>Take a filter away, or look further back.</p>
      <p class="ways"><button type="button" class="btn" onClick=${() => { applyFilters([]); amend({ min_duration_ms: null }); }}>Clear the filter</button></p><//>`
  : html`<${Empty} title="No trace began in this range."><p>A trace is all events with one <code>trace_id</code>: a request with its model calls, tools and retrievals.</p>
      <p><a href="/guide/">The guide</a> shows how the SDK and OpenTelemetry send them. <code>lynex demo</code> fills in a day of a made-up company.</p><//>`);

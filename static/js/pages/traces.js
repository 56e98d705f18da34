/** Traces: a list that filters, sorts and follows; each leads into its waterfall, two into their comparison. */

import { useEffect, useMemo, useState } from "../../vendor/hooks.js";
import { FilterBar, applyFilters, toggleFilter } from "../components/filter-bar.js";
import { Icon } from "../components/icon.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { RowList } from "../components/row-list.js";
import { SortHead } from "../components/sort-head.js";
import { Empty, Failed } from "../components/states.js";
import { COLUMNS, TraceRow } from "../components/trace-row.js";
import { filterParams, hasFilter } from "../filters.js";
import { count, shortened } from "../format.js";
import { html } from "../html.js";
import { toComparison, toTrace } from "../links.js";
import { quantityWords } from "../quantities.js";
import { address, amend, go } from "../router.js";
import { asked, filters } from "../state.js";
import { clock, spanOf } from "../time.js";
import { TraceList } from "../trace-list.js";

/** @typedef {import("../trace-list.js").TraceItem} TraceItem */

const PHONE = matchMedia("(max-width: 767px)");
const FAILED = { name: "status", value: "error" };
const SLOWER = /** @type {const} */ ([["", "Any duration"], ["1000", "Over 1 s"], ["5000", "Over 5 s"], ["30000", "Over 30 s"], ["120000", "Over 2 min"]]);

export default function Traces() {
  const { query } = address.value;
  const sort = query.get("sort") ?? "start";
  const order = query.get("order") ?? (sort === "name" ? "asc" : "desc");
  const slower = query.get("min_latency_ms") ?? "";
  const params = { ...asked.value, ...filterParams(filters.value), sort, order };
  const key = JSON.stringify(params);
  const [round, setRound] = useState(0);
  const list = useMemo(() => new TraceList(params), [key, round]);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  const chosen = query.getAll("compare").slice(-2);
  /** @param {string} column */
  const sortBy = (column) => amend({ sort: column === "start" ? null : column, order: column === sort && order === "desc" ? "asc" : column === sort ? "desc" : null });
  /** @param {TraceItem | undefined} trace @returns {import("../keyboard.js").Binding[]} */
  const keys = (trace) => [
    { keys: "x", does: "Choose to compare", run: () => trace && choose(trace.trace_id) },
    { keys: "c", does: "Compare the two chosen", run: () => chosen[0] && chosen[1] && go(toComparison(chosen[0], chosen[1])) },
  ];
  list.version.value;
  return html`<${Page} class="traces" title="Traces" isFixed facts=${list.isLoaded && html`<span class="num">${count(list.items.length)}${list.isWhole ? "" : "+"}</span>`}
    bar=${html`<${RangePicker} />`}
    head=${html`<div class="fbar"><${FilterBar} hint="Search or filter: user:…  latency:>5s  “refund”, or in words" />
      <button type="button" class="btn wide" aria-pressed=${hasFilter(filters.value, FAILED) ? "true" : "false"} onClick=${() => toggleFilter(FAILED)}>Failed</button>
      <label class="pick wide"><span class="sr">Duration</span><select value=${slower} onChange=${(/** @type {any} */ event) => amend({ min_latency_ms: event.target.value })}>
        ${(SLOWER.some(([value]) => value === slower) ? SLOWER : [...SLOWER, [slower, `Over ${quantityWords(Number(slower), "time")}`]]).map(([value, words]) => html`<option key=${value} value=${value} selected=${value === slower}>${words}</option>`)}</select><${Icon} name="chev" size=${14} /></label></div>`}>
    ${list.fault.value && !list.items.length ? html`<div class="pad"><${Failed} fault=${list.fault.value} again=${() => setRound(round + 1)} /></div>`
      : list.isWhole && !list.items.length ? html`<div class="pad"><${Nothing} /></div>`
      : html`<${Chosen} chosen=${chosen} list=${list} /><${RowList} list=${list} title="Traces" one="trace" height=${PHONE.matches ? 62 : 34} isFollowing=${spanOf(query).name !== "" && sort === "start" && order === "desc"}
          concerns=${(/** @type {import("../events.js").Event} */ event) => Boolean(event.context["trace_id"])} open=${(/** @type {TraceItem} */ trace) => go(toTrace(trace.trace_id))} keys=${keys}
          head=${html`<${SortHead} columns=${COLUMNS} sort=${sort} order=${order} sortBy=${sortBy} />`}
          row=${(/** @type {TraceItem} */ trace, /** @type {import("../components/row-list.js").Place} */ place) => html`<${TraceRow} key=${trace.trace_id} trace=${trace} ...${place}
            isChosen=${chosen.includes(trace.trace_id)} choose=${choose} />`} />`}
  <//>`;
}

/** What was chosen, and the way to see two beside each other. @param {{chosen: string[], list: TraceList}} props */
function Chosen({ chosen, list }) {
  const [one, other] = chosen;
  if (!one) return null;
  const nameOf = (/** @type {string} */ id) => {
    const trace = list.items.find(({ trace_id: known }) => known === id);
    return trace ? html`<b>${trace.name ?? shortened(id)}</b> <span class="num">${clock(trace.start)}</span>` : html`<b>${shortened(id)}</b>`;
  };
  return html`<div class="choosing" role="status"><${Icon} name="compare" /><span class="cut">${other ? html`${nameOf(one)} and ${nameOf(other)}` : html`Tick the trace to compare with ${nameOf(one)}.`}</span><span class="grow"></span>
    ${other && html`<a class="btn solid" href=${toComparison(one, other)}>Compare <kbd class="wide">c</kbd></a>`}
    <button type="button" class="btn quiet" onClick=${() => amend({ compare: null }, { replace: true })}>Cancel</button></div>`;
}

/** One more to compare, or one less; the last two that were chosen stay. @param {string} id */
function choose(id) {
  const chosen = address.peek().query.getAll("compare");
  amend({ compare: chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-2) }, { replace: true });
}

const Nothing = () => (filters.value.length
  ? html`<${Empty} title="No trace that began in this range matches."><p>Take a filter away, or look further back.</p>
      <p class="ways"><button type="button" class="btn" onClick=${() => applyFilters([])}>Clear the filter</button></p><//>`
  : html`<${Empty} title="No trace began in this range."><p>A trace is all events with one <code>trace_id</code>: a request with its model calls, tools and retrievals.</p>
      <p><a href="/guide/">The guide</a> shows how the SDK and OpenTelemetry send them. <code>lynex demo</code> fills in a day of a made-up company.</p><//>`);

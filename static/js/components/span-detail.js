/** One span beside the waterfall: three facts, tokens and money broken down, then what it held, what was told beside it, and raw. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { duration, exact, percent } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { project } from "../state.js";
import { clock, millis } from "../time.js";
import { DUPLICATE, ORPHAN, CYCLE, PROMOTED, ROLLUP } from "../trace.js";
import { CopyMenu } from "./copy-menu.js";
import { EventContent } from "./event-content.js";
import { Glyph, Icon } from "./icon.js";
import { JsonTree } from "./json-tree.js";
import { SpanFacts } from "./span-facts.js";
import { SpanJoined } from "./span-joined.js";
import { SpanUsage } from "./span-usage.js";
import { Failed, Skeleton } from "./states.js";

const TABS = /** @type {const} */ (["Content", "Facts", "JSON", "Raw"]);
const REST_MS = 70; // a key held down passes over spans without asking for each

/** @typedef {import("../trace-view.js").TraceView} TraceView */

/** @param {{view: TraceView, row: number, isOpen: boolean, toggle: () => void, choose: (row: number) => void, edge: unknown}} props  `isOpen`: as a sheet, on a phone */
export function SpanDetail({ view, row, isOpen, toggle, choose, edge }) {
  const { trace } = view;
  const [tab, setTab] = useState(/** @type {typeof TABS[number]} */ ("Content"));
  const id = useRested(trace.idOf(row));
  const whole = useAnswer(id ? `/events/${encodeURIComponent(id)}` : null, { project_id: project.value?.id });
  /** @type {(import("../events.js").Event & {joined?: import("../events.js").Event[], joined_left_out?: number}) | undefined} */
  const event = whole.value?.eventId === trace.idOf(row) ? whole.value : undefined;
  const type = trace.typeOf(row);
  return html`<aside class=${`detail${isOpen ? " open" : ""}`} aria-label="Span" tabindex="-1">${edge}
    <header class="dt"><${Glyph} type=${type} failed=${trace.failed[row] === 1} /><b class="cut">${trace.nameOf(row) || type}</b><span class="soft cut grow">${trace.modelOf(row)}</span>
      <span class="num soft peek">${duration(/** @type {number} */ (trace.length[row]) / 1000)}</span>
      ${event && html`<${CopyMenu} event=${event} />`}
      <button type="button" class="btn quiet icon phone" aria-label=${isOpen ? "Close" : "Open"} onClick=${toggle}><${Icon} name=${isOpen ? "chev" : "up"} /></button></header>
    <div class="tabs sub" role="tablist">${TABS.map((name) => html`<button type="button" role="tab" key=${name} aria-selected=${name === tab ? "true" : "false"} onClick=${() => setTab(name)}>${name}</button>`)}</div>
    <div class="scroll dbody" key=${row} tabindex="-1">
      ${tab === "Content" && html`<${Trio} trace=${trace} row=${row} /><${Marked} trace=${trace} row=${row} /><${SpanUsage} trace=${trace} row=${row} event=${event} />`}
      ${whole.fault ? html`<${Failed} fault=${whole.fault} again=${whole.again} />`
        : !event ? html`<${Skeleton} lines=${5} />`
        : tab === "Content" ? html`<${EventContent} event=${event} /><${SpanJoined} event=${event} trace=${trace} choose=${choose} />`
        : tab === "Facts" ? html`<${SpanFacts} event=${event} />`
        : tab === "JSON" ? html`<${JsonTree} value=${event} />`
        : html`<pre class="json box raw">${JSON.stringify(event, null, 2)}</pre>`}
    </div></aside>`;
}

/** @param {string} id */
function useRested(id) {
  const [rested, setRested] = useState(id);
  useEffect(() => {
    const timer = setTimeout(() => setRested(id), REST_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return rested;
}

/** @param {{trace: import("../trace.js").Trace, row: number}} props */
function Trio({ trace, row }) {
  const length = /** @type {number} */ (trace.length[row]) / 1000;
  const start = trace.startMs + (trace.start[row] ?? 0) / 1000;
  const cost = trace.cost[row] ?? NaN;
  const input = trace.figure(row, "input_tokens");
  const wait = trace.figure(row, "ttft_ms");
  const all = trace.cost[0] ?? NaN;
  return html`<dl class="trio">
    <div><dt>Duration</dt><dd>${Number.isNaN(length) ? "–" : duration(length)}</dd><dd class="dim">${wait ? `${duration(wait)} to first token` : `at ${clock(start)}${millis(start)}`}</dd></div>
    <div><dt>Tokens</dt><dd>${typeof input === "number" ? exact(input) : trace.tokens[row] ? exact(trace.tokens[row]) : "–"}</dd><dd class="dim">${typeof input === "number" ? `in, ${exact(trace.figure(row, "output_tokens") ?? 0)} out` : trace.tokens[row] ? "with all below" : ""}</dd></div>
    <div><dt>Cost</dt><dd>${Number.isNaN(cost) ? "–" : dollars(cost)}</dd><dd class="dim">${trace.figure(row, "is_unpriced") ? "price not known" : row > 0 && cost > 0 && all > 0 ? `${percent(cost / all)} of the trace` : !Number.isNaN(cost) && trace.hasChildren(row) ? "with all below" : ""}</dd></div>
  </dl>`;
}

/** What is odd about it, in a sentence. @param {{trace: import("../trace.js").Trace, row: number}} props */
function Marked({ trace, row }) {
  const told = [
    trace.is(row, ORPHAN) && html`Its parent <code>${trace.outside.get(row)}</code> never arrived, so it stands at the top.`,
    trace.is(row, CYCLE) && "It is said to be below itself; it is shown at the top so that nothing is lost.",
    trace.is(row, DUPLICATE) && "The same call was reported twice. The other report counts; the figures here do not.",
    trace.is(row, PROMOTED) ? "A sum over calls that were not reported themselves, so it counts." : trace.is(row, ROLLUP) && "A sum over the calls below it. They count; this does not.",
  ].filter(Boolean);
  return told.length ? html`<p class="marked">${told}</p>` : null;
}

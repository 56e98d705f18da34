/** One trace as one line; on a phone as two. */

import { count, duration, exact, plural, shortened, tokens } from "../format.js";
import { html } from "../html.js";
import { toEvents, toSession, toTrace } from "../links.js";
import { dollars } from "../money.js";
import { clock, day, everyWay } from "../time.js";
import { Glyph } from "./icon.js";
import { SpanBars } from "./span-bars.js";

/** What stands above each cell, its class, and the figure of the API it is sorted by. */
export const COLUMNS = [
  { title: "Trace", look: "tn", sort: "name" }, { title: "Started", look: "ts", sort: "start" }, { title: "Duration", look: "td", sort: "duration_ms" },
  { title: "Events", look: "num te", sort: "events" }, { title: "Errors", look: "num tr", sort: "errors" }, { title: "Models", look: "tm", sort: "models" },
  { title: "Tokens", look: "num tt", sort: "total_tokens" }, { title: "Cost", look: "num tc", sort: "cost_usd" },
  { title: "Session", look: "tx", sort: "session_id" }, { title: "User", look: "tu", sort: "user_id" },
];

/**
 * @param {import("./row-list.js").Place & {trace: import("../trace-list.js").TraceItem, isChosen: boolean, choose: (id: string) => void}} props
 * `isChosen`: to be compared
 */
export function TraceRow({ trace, row, top, isHere, press, isChosen, choose }) {
  const failed = trace.status === "error";
  const isToday = day(trace.start).startsWith("today");
  const name = trace.name ?? shortened(trace.trace_id);
  return html`<div class=${`xr${isChosen ? " chosen" : ""}`} role="row" aria-rowindex=${row + 2} data-row=${row} tabindex=${isHere ? 0 : -1} style=${{ top: `${top}px` }} onClick=${press}>
    <span class="pickone" role="cell"><label title="Compare (x)"><input type="checkbox" tabindex="-1" checked=${isChosen} aria-label=${`Compare ${name}`} onChange=${() => choose(trace.trace_id)} /></label></span>
    <span class="tn" role="cell"><${Glyph} type=${trace.type} failed=${failed} /><a class="plain cut" tabindex="-1" href=${toTrace(trace.trace_id)} title=${trace.trace_id}><b class=${failed ? "bad" : ""}>${name}</b></a>
      ${failed && html`<span class="badge error wide">failed</span>`}</span>
    <time class="ts" role="cell" datetime=${trace.start} title=${everyWay(trace.start)}>${!isToday && html`<span class="ms">${day(trace.start)} </span>`}${clock(trace.start)}</time>
    <span class="td" role="cell"><span class="num">${duration(trace.duration_ms)}</span>${trace.bars && html`<${SpanBars} bars=${trace.bars} label=${`${plural(trace.events, "event")} in ${duration(trace.duration_ms)}`} />`}</span>
    <span class="num te soft" role="cell" title=${exact(trace.events)}>${count(trace.events)}</span>
    <span class=${`num tr${trace.errors ? " bad" : ""}`} role="cell" title=${trace.errors ? plural(trace.errors, "failed event") : undefined}>${trace.errors ? count(trace.errors) : ""}</span>
    <span class="tm cut soft" role="cell" title=${trace.models.join("\n")}>${trace.models[0] ?? ""}${trace.models.length > 1 && html` <span class="dim">+${trace.models.length - 1}</span>`}</span>
    <span class="num tt soft" role="cell" title=${`${exact(trace.total_tokens)} tokens`}>${trace.total_tokens ? tokens(trace.input_tokens, trace.output_tokens) : ""}</span>
    <span class="num tc" role="cell" title=${trace.is_promoted ? "From a roll-up: the calls below it were not reported" : undefined}>${trace.cost_usd === null ? (trace.requests ? html`<span title="The price of a model is not known">–</span>` : "") : `${trace.is_promoted ? "≈ " : ""}${dollars(trace.cost_usd)}`}</span>
    <span class="tx cut" role="cell">${trace.session_id && html`<a class="plain" tabindex="-1" href=${toSession(trace.session_id)} title=${trace.session_id}>${shortened(trace.session_id)}</a>`}</span>
    <span class="tu cut" role="cell">${trace.user_id && html`<a class="plain" tabindex="-1" href=${toEvents({ user_id: trace.user_id })} title=${trace.user_id}>${trace.user_id}</a>`}</span>
  </div>`;
}

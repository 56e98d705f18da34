/** One trace as one line; on a phone as two. */

import { count, duration, exact, plural, shortened, tokens } from "../format.js";
import { html } from "../html.js";
import { toEvents, toSession, toTrace } from "../links.js";
import { dollars } from "../money.js";
import { clock, day, everyWay } from "../time.js";
import { Glyph } from "./icon.js";

/** [column of the API, what stands above it, class of the cell] */
export const COLUMNS = /** @type {const} */ ([
  ["name", "Trace", "tn"], ["start", "Started", "ts"], ["duration_ms", "Duration", "td"], ["events", "Events", "num te"],
  ["errors", "Errors", "num tr"], ["models", "Models", "tm"], ["total_tokens", "Tokens", "num tt"], ["cost_usd", "Cost", "num tc"],
  ["session_id", "Session", "tx"], ["user_id", "User", "tu"],
]);

/** @param {{sort: string, order: string, sortBy: (column: string) => void}} props */
export const TraceHead = ({ sort, order, sortBy }) => html`<div class="xh" role="row">
  ${COLUMNS.map(([column, title, look]) => html`<span key=${column} class=${look} role="columnheader" aria-sort=${column === sort ? (order === "asc" ? "ascending" : "descending") : undefined}>
    <button type="button" onClick=${() => sortBy(column)}>${title}${column === sort && html`<i aria-hidden="true">${order === "asc" ? "↑" : "↓"}</i>`}</button></span>`)}
</div>`;

/**
 * @param {{trace: import("../trace-list.js").TraceItem, row: number, top: number, longest: number, isHere: boolean, open: (row: number) => void}} props
 * `longest`: the duration that fills the bar
 */
export function TraceRow({ trace, row, top, longest, isHere, open }) {
  const failed = trace.status === "error";
  const share = longest > 0 ? Math.max(0.006, Math.sqrt(trace.duration_ms / longest)) : 0;
  const isToday = day(trace.start).startsWith("today");
  /** @param {MouseEvent} click */
  const press = (click) => {
    if (!(click.target instanceof Element && click.target.closest("a")) && !String(getSelection())) open(row);
  };
  return html`<div class="xr" role="row" aria-rowindex=${row + 2} data-row=${row} tabindex=${isHere ? 0 : -1} style=${{ top: `${top}px` }} onClick=${press}>
    <span class="tn" role="cell"><${Glyph} type=${trace.type} failed=${failed} /><a class="plain cut" tabindex="-1" href=${toTrace(trace.trace_id)} title=${trace.trace_id}><b class=${failed ? "bad" : ""}>${trace.name ?? shortened(trace.trace_id)}</b></a>
      ${failed && html`<span class="badge error wide">failed</span>`}</span>
    <time class="ts" role="cell" datetime=${trace.start} title=${everyWay(trace.start)}>${!isToday && html`<span class="ms">${day(trace.start)} </span>`}${clock(trace.start)}</time>
    <span class="td" role="cell"><span class="num">${duration(trace.duration_ms)}</span><i class="track" aria-hidden="true"><i class=${failed ? "bad" : ""} style=${{ width: `${share * 100}%` }}></i></i></span>
    <span class="num te soft" role="cell" title=${exact(trace.events)}>${count(trace.events)}</span>
    <span class=${`num tr${trace.errors ? " bad" : ""}`} role="cell" title=${trace.errors ? plural(trace.errors, "failed event") : undefined}>${trace.errors ? count(trace.errors) : ""}</span>
    <span class="tm cut soft" role="cell" title=${trace.models.join("\n")}>${trace.models[0] ?? ""}${trace.models.length > 1 && html` <span class="dim">+${trace.models.length - 1}</span>`}</span>
    <span class="num tt soft" role="cell" title=${`${exact(trace.total_tokens)} tokens`}>${trace.total_tokens ? tokens(trace.input_tokens, trace.output_tokens) : ""}</span>
    <span class="num tc" role="cell" title=${trace.is_promoted ? "From a roll-up: the calls below it were not reported" : undefined}>${trace.cost_usd === null ? (trace.requests ? html`<span title="The price of a model is not known">–</span>` : "") : `${trace.is_promoted ? "≈ " : ""}${dollars(trace.cost_usd)}`}</span>
    <span class="tx cut" role="cell">${trace.session_id && html`<a class="plain" tabindex="-1" href=${toSession(trace.session_id)} title=${trace.session_id}>${shortened(trace.session_id)}</a>`}</span>
    <span class="tu cut" role="cell">${trace.user_id && html`<a class="plain" tabindex="-1" href=${toEvents({ user_id: trace.user_id })} title=${trace.user_id}>${trace.user_id}</a>`}</span>
  </div>`;
}

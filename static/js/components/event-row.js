/** One event as one line; on a phone as two. */

import { costOf, hasFailed, modelOf, nameOf, noteOf } from "../events.js";
import { duration, exact, tokens } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { clock, day, dayName, everyWay, millis } from "../time.js";
import { Glyph } from "./icon.js";

export const EventHead = () => html`<div class="eh" role="row">
  <span role="columnheader">Time</span><span role="columnheader">Type</span><span role="columnheader">What happened</span>
  <span class="mo" role="columnheader">Model</span><span class="num la" role="columnheader">Latency</span>
  <span class="num tk" role="columnheader">Tokens</span><span class="num co" role="columnheader">Cost</span></div>`;

/**
 * @param {{event: import("../events.js").Event | undefined, row: number, top: number, isOpen: boolean, isHere: boolean, day: string,
 *   open: (row: number) => void}} props  `day`: said before the time where it is another than today
 */
export function EventRow({ event, row, top, isOpen, isHere, open }) {
  if (!event) return html`<div class="er blank" role="row" aria-rowindex=${row + 2} style=${{ top: `${top}px` }}><span role="gridcell"><i></i></span></div>`;
  const failed = hasFailed(event);
  const name = nameOf(event);
  const note = noteOf(event);
  const cost = costOf(event);
  const usage = event.body["usage"] ?? {};
  return html`<div class=${`er${isOpen ? " open" : ""}`} role="row" aria-rowindex=${row + 2} aria-expanded=${isOpen ? "true" : "false"} data-row=${row}
    tabindex=${isHere ? 0 : -1} style=${{ top: `${top}px` }} onClick=${() => { if (!String(getSelection())) open(row); }}>
    <time role="gridcell" datetime=${event.at} title=${everyWay(event.at)}>${isToday(event.at) ? "" : html`<span class="ms">${dayName(event.at).replace(/^\w+,? /, "")} </span>`}${clock(event.at)}<span class="ms">${isToday(event.at) ? millis(event.at) : ""}</span></time>
    <span class="ty" role="gridcell"><${Glyph} type=${event.type} failed=${failed} /><span class="word cut">${event.type}</span></span>
    <span class="what cut" role="gridcell">${name && html`<b class=${failed ? "bad" : ""}>${name}</b>`}${note && html`<span class=${`tx ${failed ? "bad" : "soft"}`}>${note}</span>`}</span>
    <span class="cut soft mo" role="gridcell" title=${modelOf(event)}>${modelOf(event)}</span>
    <span class="num la" role="gridcell">${duration(event.body["duration_ms"])}</span>
    <span class="num tk soft" role="gridcell" title=${usage.total_tokens === undefined ? undefined : `${exact(usage.total_tokens)} tokens`}>${tokens(usage.input_tokens, usage.output_tokens)}</span>
    <span class="num co" role="gridcell">${cost === undefined ? "" : cost === null ? html`<span title="The price of this model is not known">–</span>` : dollars(cost)}</span>
  </div>`;
}

/** @param {string} at */
const isToday = (at) => day(at).startsWith("today");

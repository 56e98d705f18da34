/** Log records told beside a span, oldest first; each leads to its own row. */

import { hasFailed, nameOf, noteOf } from "../events.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { clock, everyWay, millis } from "../time.js";
import { Glyph } from "./icon.js";

/**
 * @param {{event: import("../events.js").Event & {joined?: import("../events.js").Event[], joined_left_out?: number}, trace: import("../trace.js").Trace,
 *   choose: (row: number) => void}} props
 */
export function SpanJoined({ event, trace, choose }) {
  const { joined = [], joined_left_out: more = 0 } = event;
  if (!joined.length) return null;
  return html`<section class="part"><h3>Told beside it</h3><ul class="joined">
    ${joined.map((one) => html`<li key=${one.eventId}><button type="button" onClick=${() => { const row = trace.rowOf(one.eventId); if (row >= 0) choose(row); }}>
      <${Glyph} type=${one.type} failed=${hasFailed(one)} /><span class="cut grow"><b>${nameOf(one) || one.type}</b> <span class="soft">${noteOf(one)}</span></span>
      <time class="num small dim" title=${everyWay(one.at)}>${clock(one.at)}${millis(one.at)}</time></button></li>`)}
  </ul>${more > 0 && html`<p class="dim small">${count(more)} more are not shown here.</p>`}</section>`;
}

/** The heat map as a table: how many requests took how long in all of the range; each line opens them. */

import { duration, exact, percent } from "../format.js";
import { html } from "../html.js";
import { latencies } from "./heat-map.js";

/** @param {{bounds: number[], counts: number[][], open: (among: import("../router.js").Changes) => void}} props */
export function HeatTable({ bounds, counts, open }) {
  const totals = Array.from({ length: bounds.length + 1 }, (_, step) => counts.reduce((sum, column) => sum + (column[step] ?? 0), 0));
  const all = totals.reduce((sum, value) => sum + value, 0);
  const steps = totals.flatMap((value, step) => (value ? [{ value, step }] : [])).reverse();
  return html`<table class="list"><thead><tr><th scope="col">Latency</th><th scope="col" class="num">Requests</th><th scope="col" class="num">Share</th></tr></thead>
    <tbody>${steps.map(({ value, step }) => html`<tr key=${step}><td><button type="button" class="as-link" onClick=${() => open(latencies(bounds, step))}>${step ? duration(bounds[step - 1]) : "0"} – ${duration(bounds[step]) || "longer"}</button></td>
      <td class="num">${exact(value)}</td><td class="num soft">${percent(value / all)}</td></tr>`)}</tbody></table>`;
}

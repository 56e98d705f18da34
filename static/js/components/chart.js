/** What stands around every chart: title, legend, the same as a table; and what is there while, and when, there is no chart. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { dayAndMinutes } from "../time.js";
import { Failed } from "./states.js";
import { HEIGHT, TimeChart } from "./time-chart.js";

const MOST_ROWS = 400;

/** @typedef {import("./time-chart.js").ChartData} ChartData */

/**
 * @param {{title: string, note?: string, answers: import("../answers.js").Answer<any>[], isEmpty?: boolean, legend?: unknown, nothing?: string, table?: () => unknown, tools?: unknown, height?: number, children?: unknown}} props
 * `answers`: what it is made of; it is shown once all are there. `tools`: beside the way to the table.
 */
export function Chart({ title, note, answers, isEmpty = false, legend, nothing = "No requests in this range", table, tools, height = HEIGHT, children }) {
  const [isTable, setTable] = useState(false);
  const failed = answers.find(({ fault }) => fault);
  const isReady = answers.every(({ value }) => value !== undefined);
  const isOld = answers.some((answer) => answer.isOld);
  return html`<section class="chart" aria-label=${title} style=${{ "--plot": `${height}px` }}>
    <header><h2 class="cut" title=${title}>${title}</h2>
      <div class="ways">${table && html`<button type="button" aria-pressed=${isTable ? "true" : "false"} disabled=${!isReady || isEmpty} onClick=${() => setTable(!isTable)}>${isTable ? "Chart" : "Table"}</button>`}${tools}</div>
      <div class="legend">${isReady && !isEmpty ? legend : ""}</div>${note && html`<span class="note cut">${note}</span>`}</header>
    <div class=${`area${isOld ? " old" : ""}`}>
      ${failed?.fault ? html`<${Failed} fault=${failed.fault} again=${failed.again} />`
        : !isReady ? html`<div class="rules" aria-hidden="true"></div>`
        : isEmpty ? html`<div class="rules"><p class="dim">${nothing}</p></div>`
        : isTable && table ? html`<div class="scroll as-rows" tabindex="0">${table()}</div>`
        : children}
    </div></section>`;
}

/**
 * A chart over time, from its data.
 * @param {{title: string, note?: string, answers: import("../answers.js").Answer<any>[], data: ChartData, kind: "bars" | "lines", nothing?: string, tools?: unknown, height?: number,
 *   format: (value: number | null | undefined) => string, onAxis: (value: number) => string, open: (from: number, to: number) => void}} props
 */
export function OverTime({ title, note, answers, data, kind, nothing, tools, height, format, onAxis, open }) {
  const starts = data.starts.slice(-MOST_ROWS);
  const isEmpty = data.lines.every(({ values }) => values.every((value) => !value));
  return html`<${Chart} title=${title} note=${note} answers=${answers} isEmpty=${isEmpty} nothing=${nothing} tools=${tools} height=${height}
    legend=${data.lines.length === 1 && data.lines[0]?.label === title ? "" : data.lines.map(({ label, colour }) => html`<span key=${label}><i class=${kind} style=${{ background: `var(${colour})` }}></i><span class="cut">${label}</span></span>`)}
    table=${() => html`<table class="list"><thead><tr><th scope="col">Time</th>${data.lines.map(({ label }) => html`<th scope="col" class="num" key=${label}>${label}</th>`)}</tr></thead>
      <tbody>${starts.map((start, index) => html`<tr key=${start}><td><button type="button" class="as-link" onClick=${() => open(start, starts[index + 1] ?? data.end)}>${dayAndMinutes(start)}</button></td>
        ${data.lines.map(({ label, values }) => html`<td class="num" key=${label}>${format(values.slice(-MOST_ROWS)[index])}</td>`)}</tr>`)}</tbody></table>`}>
    <${TimeChart} name=${title} data=${data} kind=${kind} format=${format} onAxis=${onAxis} open=${open} height=${height} />
  <//>`;
}

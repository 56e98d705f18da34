/** A tile that ranks groups by a metric: as bars, or as a table of all that is known about each. */

import { useAnswer } from "../answers.js";
import { eventsOf, filterWords, groupOf, metricOf } from "../dashboards.js";
import { count, duration } from "../format.js";
import { html } from "../html.js";
import { toEvents } from "../links.js";
import { dollars } from "../money.js";
import { asked } from "../state.js";
import { Chart } from "./chart.js";

const LIVE = { isLive: true };
const ROW = matchMedia("(max-width: 767px)").matches ? 46 : 31; // --row, and its rule
const HEAD = 28;
/** What a table tells besides its metric, as far as there is room. @type {readonly [string, string, (item: any) => unknown][]} */
const BESIDE = [
  ["requests", "Requests", (item) => count(item.requests)],
  ["errors", "Failed", (item) => (item.errors ? html`<span class="bad">${count(item.errors)}</span>` : "0")],
  ["latency_p95", "p95", (item) => duration(item.latency_ms.p95)],
  ["cost_usd", "Cost", (item) => dollars(item.cost_usd)],
];

/** @param {import("./dashboard-tile.js").Shown} props */
export function TileRanking({ tile, chosen, title, height }) {
  const isTable = tile.shape === "table";
  const group = /** @type {import("../dashboards.js").Group} */ (groupOf(tile.group));
  const most = Math.max(1, Math.floor((height - (isTable ? HEAD : 0)) / ROW));
  const answer = useAnswer("/stats/breakdown", { ...asked.value, ...chosen, by: group.by, sort: tile.metric, limit: most + 1 }, LIVE);
  /** @type {{key: string, value: number, item: any}[]} */
  const rows = (answer.value?.items ?? []).filter((/** @type {any} */ { key }) => key !== null).slice(0, most)
    .map((/** @type {any} */ item) => ({ key: item.key, value: valueOf(item, tile.metric), item })).filter((/** @type {any} */ { value }) => value);
  const rest = (answer.value?.groups ?? 0) - rows.length;
  const note = [filterWords(tile), rest > 0 && rows.length === most ? `the first ${rows.length} of ${count(answer.value.groups)}` : ""].filter(Boolean).join(" · ");
  /** @param {string} key */
  const href = (key) => toEvents({ ...eventsOf(tile, chosen), [group.filter]: key });
  return html`<${Chart} title=${title} note=${note} answers=${[answer]} height=${height} isEmpty=${rows.length === 0} nothing="Nothing to rank in this range">
    ${isTable ? html`<${Ranked} tile=${tile} rows=${rows} href=${href} label=${group.label} />` : html`<${Bars} tile=${tile} rows=${rows} href=${href} label=${group.label} />`}
  <//>`;
}

/** @param {any} item @param {string} metric @returns {number} */
const valueOf = (item, metric) => (metric === "latency_p95" ? item.latency_ms.p95 : item[metric]) ?? 0;

/** @typedef {{tile: import("../dashboards.js").Tile, rows: {key: string, value: number, item: any}[], href: (key: string) => string, label: string}} Rows */

/** @param {Rows} props */
function Bars({ tile, rows, href, label }) {
  const { format, label: said } = metricOf(tile.metric);
  const most = Math.max(...rows.map(({ value }) => value));
  return html`<table class="list ranked"><caption class="sr">${said} by ${label}</caption><tbody>${rows.map(({ key, value }) => html`<tr key=${key}>
    <th scope="row" class="cut"><a class="plain whole" href=${href(key)} title=${key}><span class="cut">${key}</span></a></th>
    <td class="meter-of" aria-hidden="true"><i class=${tile.metric.startsWith("error") ? "failing" : ""} style=${{ width: `${(value / most) * 100}%` }}></i></td>
    <td class="num">${format(value)}</td></tr>`)}</tbody></table>`;
}

/** @param {Rows} props */
function Ranked({ tile, rows, href, label }) {
  const metric = metricOf(tile.metric);
  const beside = BESIDE.filter(([name]) => name !== tile.metric).slice(0, 3);
  return html`<table class="list ranked wider"><thead><tr><th scope="col">${label.slice(0, 1).toUpperCase()}${label.slice(1)}</th>
      ${beside.map(([name, head]) => html`<th scope="col" class="num" key=${name}>${head}</th>`)}<th scope="col" class="num">${metric.label}</th></tr></thead>
    <tbody>${rows.map(({ key, value, item }) => html`<tr key=${key}><td class="cut"><a class="plain whole" href=${href(key)} title=${key}><span class="cut">${key}</span></a></td>
      ${beside.map(([name, , cell]) => html`<td class="num soft" key=${name}>${cell(item)}</td>`)}<td class="num">${metric.format(value)}</td></tr>`)}</tbody></table>`;
}

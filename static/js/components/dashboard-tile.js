/** One tile of a dashboard: a figure, a chart, a ranking or a table, of the page's range and of both filters. */

import { useMemo } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { both, eventsOf, filterWords, groupOf, metricOf, titleOf } from "../dashboards.js";
import { filterParams } from "../filters.js";
import { html } from "../html.js";
import { toEvents } from "../links.js";
import { go } from "../router.js";
import { endOf, intervalWords, minus, separateLines, stackedLines } from "../series-lines.js";
import { askedByDay, filters } from "../state.js";
import { Chart, OverTime } from "./chart.js";
import { HeatMap } from "./heat-map.js";
import { HeatTable } from "./heat-table.js";
import { TileFigure } from "./tile-figure.js";
import { TileRanking } from "./tile-ranking.js";

/** @typedef {import("../dashboards.js").Tile} Tile */
/** @typedef {{tile: Tile, chosen: Record<string, string[]>, title: string, height: number}} Shown  `chosen`: what passes; `height`: of the plot, in pixels */

const LIVE = { isLive: true };
const ROW = 108; // as in dashboards.css
const HEAD = 56;
const PHONE = matchMedia("(max-width: 767px)").matches;
const FEW = PHONE ? 1 : 3; // lines whose names have room beside the title
const LEGEND = 24; // a line of names
const PLACES = [0, 1, 2]; // as many parts as any metric has
/** @type {Readonly<Record<string, string>>} */
const NOTHING = { events: "No event in this range", cost_usd: "No known cost in this range" };

/** @param {{tile: Tile}} props */
export function DashboardTile({ tile }) {
  const chosen = both(filterParams(filters.value), tile.filters);
  const isRanking = tile.shape === "bars" || tile.shape === "table";
  const rows = tile.height + (isRanking && PHONE ? 1 : 0); // a phone's lines are taller
  const shown = { tile, chosen: chosen ?? {}, title: titleOf(tile), height: rows * ROW - HEAD };
  if (!chosen) return html`<section class="chart" aria-label=${shown.title}><header><h2 class="cut">${shown.title}</h2></header>
    <p class="dim none">The filter of the page leaves nothing of this tile’s own: ${filterWords(tile)}.</p></section>`;
  if (tile.shape === "figure") return html`<${TileFigure} ...${shown} />`;
  if (tile.shape === "heat") return html`<${TileHeat} ...${shown} />`;
  if (isRanking) return html`<${TileRanking} ...${shown} />`;
  return html`<${TileOverTime} ...${shown} />`;
}

/** @param {Shown} props */
function TileOverTime({ tile, chosen, title, height }) {
  const metric = metricOf(tile.metric);
  const parts = metric.parts?.map((part) => part.metric) ?? [metric.name];
  const params = { ...askedByDay.value, ...chosen, group_by: groupOf(tile.group)?.series };
  const answers = PLACES.map((place) => useAnswer(parts[place] ? "/stats/timeseries" : null, { ...params, metric: parts[place] }, LIVE)).slice(0, parts.length);
  const first = answers[0]?.value;
  const data = useMemo(() => {
    const series = answers.map(({ value }) => value?.series ?? []);
    return { starts: (first?.buckets ?? []).map(Date.parse), end: endOf(first), lines: metric.parts ? partLines(metric, series) : linesOf(tile, series[0] ?? []) };
  }, [tile.shape, tile.metric, tile.group, ...PLACES.map((place) => answers[place]?.value)]);
  const isMany = data.lines.length > FEW;
  const per = first && metric.adds ? `per ${intervalWords(first.interval)}` : "";
  return html`<div class=${isMany ? "many" : ""}><${OverTime} title=${title} note=${[filterWords(tile), per].filter(Boolean).join(" · ")} answers=${answers} data=${data} kind=${tile.shape === "columns" ? "bars" : "lines"}
    nothing=${NOTHING[metric.name]} format=${metric.format} onAxis=${metric.onAxis} height=${isMany ? height - LEGEND * (PHONE && data.lines.length > 3 ? 2 : 1) : height} open=${opener(tile, chosen)} /></div>`;
}

/** @param {Tile} tile @param {import("../series-lines.js").Series[]} series @returns {import("./time-chart.js").Line[]} */
function linesOf(tile, series) {
  const { adds, label } = metricOf(tile.metric);
  const none = `no ${groupOf(tile.group)?.label ?? "group"}`;
  if (tile.group) return adds ? stackedLines(series, none) : separateLines(series, none);
  const colour = tile.metric === "errors" || tile.metric === "error_rate" ? "--error" : tile.shape === "columns" ? "--bar" : "--tone-3";
  return series.slice(0, 1).map(({ values }) => ({ label, values, colour }));
}

/** @param {import("../dashboards.js").Metric} metric @param {import("../series-lines.js").Series[][]} series  of each part @returns {import("./time-chart.js").Line[]} */
function partLines({ name, parts = [] }, series) {
  const [all, failed] = series.map(([one]) => one?.values ?? []);
  return parts.map(({ label, colour }, index) => ({ label, colour, values: name === "outcome" && index === 0 ? minus(all, failed) : series[index]?.[0]?.values ?? [] }));
}

/** @param {Shown} props */
function TileHeat({ tile, chosen, title, height }) {
  const heat = useAnswer("/stats/heatmap", { ...askedByDay.value, ...chosen }, LIVE);
  const drawn = heat.value;
  const open = opener(tile, chosen);
  return html`<${Chart} title=${title} note=${filterWords(tile)} answers=${[heat]} table=${() => html`<${HeatTable} bounds=${drawn.bounds_ms} counts=${drawn.counts} open=${(/** @type {import("../router.js").Changes} */ among) => open(Date.parse(drawn.buckets[0]), endOf(drawn), among)} />`}
    height=${height} isEmpty=${drawn && drawn.counts.flat().every((/** @type {number} */ value) => !value)}
    legend=${html`<span>few<span class="ramp" aria-hidden="true">${[1, 2, 3, 4, 5, 6, 7].map((shade) => html`<i key=${shade} style=${{ background: `var(--heat-${shade})` }}></i>`)}</span>many</span>`}>
    ${drawn && html`<${HeatMap} starts=${drawn.buckets.map(Date.parse)} end=${endOf(drawn)} bounds=${drawn.bounds_ms} counts=${drawn.counts} height=${height} open=${open} />`}
  <//>`;
}

/** @param {Tile} tile @param {Record<string, string[]>} chosen */
const opener = (tile, chosen) => (/** @type {number} */ from, /** @type {number} */ to, /** @type {import("../router.js").Changes} */ among = {}) =>
  go(toEvents({ ...eventsOf(tile, chosen), ...among, range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() }));

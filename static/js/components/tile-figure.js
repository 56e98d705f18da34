/** A tile that is one number, and how it moved against the range before. */

import { useAnswer } from "../answers.js";
import { eventsOf, filterWords, metricOf } from "../dashboards.js";
import { change, durationParts } from "../format.js";
import { html } from "../html.js";
import { toEvents } from "../links.js";
import { asked, project, span } from "../state.js";
import { rangeBefore, rangeBeforeWords } from "../time.js";
import { Failed } from "./states.js";

const LIVE = { isLive: true };
const WORSE = /^(error|cost|latency)/; // more of it is trouble

/** @param {import("./dashboard-tile.js").Shown} props */
export function TileFigure({ tile, chosen, title }) {
  const now = useAnswer("/stats/overview", { ...asked.value, ...chosen }, LIVE);
  const before = useAnswer("/stats/overview", { project_id: project.value?.id, ...rangeBefore(span.value), ...chosen }, LIVE);
  if (now.fault) return html`<${Failed} fault=${now.fault} again=${now.again} />`;
  const value = figureIn(now.value, tile.metric);
  const moved = change(value, before.isOld ? undefined : figureIn(before.value, tile.metric), { points: tile.metric === "error_rate", worse: WORSE.test(tile.metric) });
  const against = rangeBeforeWords(span.value);
  return html`<a class=${`figure plain${now.isOld ? " old" : ""}`} href=${toEvents({ ...eventsOf(tile, chosen), ...(value && tile.metric.startsWith("latency_") ? { min_latency_ms: String(Math.floor(value)) } : {}) })}>
    <span class="l cut">${title}</span><span class="v">${now.value ? written(tile.metric, value) : html`<i class="wait"></i>`}</span>
    <span class="d cut"><span class=${moved.isWorse ? "worse" : ""} title=${moved.text && `against ${against}`}>${moved.text || "\u00a0"}</span> ${filterWords(tile)}</span></a>`;
}

/** @param {any} totals @param {string} metric @returns {number | null | undefined} */
const figureIn = (totals, metric) => (metric.startsWith("latency_") ? totals?.latency_ms[metric.slice("latency_".length)] : totals?.[metric]);

/** @param {string} name @param {number | null | undefined} value */
function written(name, value) {
  if (!name.startsWith("latency_")) return metricOf(name).format(value) || "–";
  const [number, unit] = durationParts(value);
  return number ? html`${number}<small> ${unit}</small>` : "–";
}

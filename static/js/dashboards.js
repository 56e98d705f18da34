/** What a dashboard is: tiles in order, each a metric in a shape, split by a group, under a filter. Pure; the server keeps it as JSON. */

import { valueOf, wordsOf } from "./filters.js";
import { count, countOnAxis, duration, durationOnAxis, percent, percentOnAxis } from "./format.js";
import { dollars, dollarsOnAxis } from "./money.js";

/** @typedef {"figure" | "lines" | "columns" | "bars" | "table" | "heat"} Shape */
/** @typedef {{shape: Shape, metric: string, group: string, filters: Record<string, string[]>, title: string, width: number, height: number}} Plan  `width`: quarters; `height`: rows of the grid */
/** @typedef {Plan & {id: string}} Tile */
/** @typedef {{tiles: Tile[]}} Content */
/** @typedef {{metric: string, label: string, colour: string}} Part */
/** @typedef {{name: string, label: string, adds: boolean, format: (value: number | null | undefined) => string, onAxis: (value: number) => string, parts?: readonly Part[]}} Metric  `parts`: one line each, from the ground; there is no splitting them */
/** @typedef {{name: string, label: string, series: string, by: string, filter: string}} Group  what /stats/timeseries, /stats/breakdown and the filter call it */

export const COLUMNS = 4;
export const MOST_ROWS = 4;
export const MOST_TILES = 40;
const LONGEST_TITLE = 100;

/** @param {string} name @param {string} label @param {boolean} adds @param {(value: number | null | undefined) => string} format @param {(value: number) => string} onAxis @returns {Metric} */
const metric = (name, label, adds, format, onAxis) => ({ name, label, adds, format, onAxis });

/** @type {readonly Metric[]} */
export const METRICS = [
  metric("requests", "Requests", true, count, countOnAxis),
  metric("errors", "Failed requests", true, count, countOnAxis),
  metric("error_rate", "Error rate", false, percent, percentOnAxis),
  metric("events", "Events", true, count, countOnAxis),
  metric("cost_usd", "Cost", true, dollars, dollarsOnAxis),
  metric("total_tokens", "Tokens", true, count, countOnAxis),
  metric("input_tokens", "Tokens in", true, count, countOnAxis),
  metric("output_tokens", "Tokens out", true, count, countOnAxis),
  metric("latency_p50", "Latency p50", false, duration, durationOnAxis),
  metric("latency_p90", "Latency p90", false, duration, durationOnAxis),
  metric("latency_p95", "Latency p95", false, duration, durationOnAxis),
  metric("latency_p99", "Latency p99", false, duration, durationOnAxis),
  metric("ttft_p95", "First token p95", false, duration, durationOnAxis),
  { ...metric("outcome", "Requests by outcome", true, count, countOnAxis), parts: [{ metric: "requests", label: "completed", colour: "--bar" }, { metric: "errors", label: "failed", colour: "--error" }] },
  { ...metric("latency", "Latency p50, p95, p99", false, duration, durationOnAxis), parts: [{ metric: "latency_p50", label: "p50", colour: "--tone-1" }, { metric: "latency_p95", label: "p95", colour: "--tone-2" }, { metric: "latency_p99", label: "p99", colour: "--tone-3" }] },
  { ...metric("tokens", "Tokens in and out", true, count, countOnAxis), parts: [{ metric: "output_tokens", label: "out", colour: "--tone-3" }, { metric: "input_tokens", label: "in", colour: "--tone-1" }] },
];

/** @type {readonly Group[]} */
export const GROUPS = [
  { name: "model", label: "model", series: "model", by: "model", filter: "model" },
  { name: "provider", label: "provider", series: "provider", by: "provider", filter: "provider" },
  { name: "name", label: "name", series: "name", by: "name", filter: "name" },
  { name: "type", label: "type", series: "type", by: "type", filter: "type" },
  { name: "user", label: "user", series: "user_id", by: "user", filter: "user_id" },
  { name: "session", label: "session", series: "session_id", by: "session", filter: "session_id" },
  { name: "environment", label: "environment", series: "environment", by: "environment", filter: "environment" },
  { name: "release", label: "release", series: "release", by: "release", filter: "release" },
  { name: "service", label: "service", series: "service", by: "service", filter: "service" },
  { name: "prompt", label: "prompt", series: "prompt", by: "prompt", filter: "prompt" },
  { name: "tag", label: "tag", series: "tag", by: "tag", filter: "tag" },
];

/** What each shape can show, how it may be split, and how large it begins. @type {Readonly<Record<Shape, {label: string, has: (one: Metric) => boolean, split: "never" | "may" | "must", size: [number, number], least: number}>>} */
export const SHAPES = {
  figure: { label: "Figure", has: ({ name, parts }) => !parts && !["total_tokens", "ttft_p95"].includes(name), split: "never", size: [1, 1], least: 1 },
  lines: { label: "Lines", has: () => true, split: "may", size: [2, 2], least: 2 },
  columns: { label: "Columns", has: ({ adds }) => adds, split: "may", size: [2, 2], least: 2 },
  bars: { label: "Bars", has: ({ name }) => RANKED.includes(name), split: "must", size: [2, 2], least: 2 },
  table: { label: "Table", has: ({ name }) => RANKED.includes(name), split: "must", size: [2, 2], least: 2 },
  heat: { label: "Heat map", has: ({ name }) => name === "latency_p95", split: "never", size: [2, 2], least: 2 },
};
const RANKED = ["requests", "errors", "error_rate", "events", "cost_usd", "total_tokens", "input_tokens", "output_tokens", "latency_p95"];

/** @param {string} name */
export const metricOf = (name) => METRICS.find((one) => one.name === name) ?? /** @type {Metric} */ (METRICS[0]);

/** @param {string} name */
export const groupOf = (name) => GROUPS.find((one) => one.name === name);

/** The groups a tile can be split by. @param {Shape} shape @param {string} metric */
export const groupsOf = (shape, metric) => (SHAPES[shape].split === "never" || metricOf(metric).parts ? [] : GROUPS);

/** A plan that holds together: what its shape cannot show gives way to what it can. @template {Plan} T @param {T} plan @returns {T} */
export function fitting(plan) {
  const shape = SHAPES[plan.shape];
  const chosen = METRICS.find(({ name }) => name === plan.metric);
  const metric = chosen && shape.has(chosen) ? chosen.name : METRICS.find(shape.has)?.name ?? "requests";
  const group = groupsOf(plan.shape, metric).find(({ name }) => name === plan.group);
  return {
    ...plan,
    metric,
    group: group?.name ?? (shape.split === "must" ? "model" : ""),
    width: within(plan.width, 1, COLUMNS),
    height: within(plan.height, shape.least, MOST_ROWS),
  };
}

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.min(most, Math.max(least, Math.round(value) || least));

/** @param {Shape} shape @param {string} metric @param {Partial<Plan>} [more] @returns {Plan} */
export function plan(shape, metric, more = {}) {
  const [width, height] = SHAPES[shape].size;
  return fitting({ shape, metric, group: "", filters: {}, title: "", width, height, ...more });
}

/** A tile's id is told apart from the others of its dashboard, no more. @param {readonly Tile[]} tiles @param {Plan} planned @returns {Tile} */
export function placed(tiles, planned) {
  let number = tiles.length + 1;
  while (tiles.some(({ id }) => id === `t${number}`)) number += 1;
  return { ...planned, id: `t${number}` };
}

/** @param {readonly Plan[]} plans @returns {Content} */
export const contentOf = (plans) => ({ tiles: plans.reduce((/** @type {Tile[]} */ tiles, one) => [...tiles, placed(tiles, one)], []) });

/** What was kept, whoever wrote it: tiles that cannot be understood are left out. @param {any} content @returns {Tile[]} */
export function tilesOf(content) {
  /** @type {Tile[]} */
  const tiles = [];
  for (const one of Array.isArray(content?.tiles) ? content.tiles.slice(0, MOST_TILES) : []) {
    if (!one || typeof one !== "object" || !Object.hasOwn(SHAPES, one.shape)) continue;
    const read = fitting({ shape: one.shape, metric: String(one.metric), group: String(one.group ?? ""), filters: filtersIn(one.filters), title: text(one.title), width: Number(one.width), height: Number(one.height) });
    const id = typeof one.id === "string" && !tiles.some((tile) => tile.id === one.id) ? one.id : "";
    tiles.push(id ? { ...read, id } : placed(tiles, read));
  }
  return tiles;
}

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value.slice(0, LONGEST_TITLE) : "");

/** A filter that is no longer known is kept: the answer says so. @param {unknown} kept @returns {Record<string, string[]>} */
function filtersIn(kept) {
  if (!kept || typeof kept !== "object") return {};
  /** @type {[string, string[]][]} */
  const lists = Object.entries(kept).map(([name, values]) => [name, Array.isArray(values) ? values.filter((one) => typeof one === "string" && one) : []]);
  return Object.fromEntries(lists.filter(([name, values]) => /^[a-z_]{1,40}$/.test(name) && values.length));
}

/** @param {Plan} tile */
export function titleOf({ shape, metric: name, group, title }) {
  if (title) return title;
  if (shape === "heat") return "Latency distribution";
  return `${metricOf(name).label}${group ? ` by ${groupOf(group)?.label}` : ""}`;
}

/** @param {Record<string, string[]>} filters @returns {import("./filters.js").Filter[]} */
export const filterList = (filters) => Object.entries(filters).flatMap(([name, values]) => values.map((value) => ({ name, value })));

/** model gpt-4o or gpt-4o-mini, latency ≥ 2 s. @param {Plan} tile */
export const filterWords = ({ filters }) => Object.entries(filters)
  .map(([name, [first = "", ...more]]) => [wordsOf({ name, value: first }), ...more.map((value) => valueOf({ name, value }))].join(" or ")).join(", ");

/** Both the page's filter and the tile's; null if nothing can pass both. @param {Record<string, string[]>} page @param {Record<string, string[]>} tile @returns {Record<string, string[]> | null} */
export function both(page, tile) {
  const joined = { ...tile, ...page };
  for (const [name, values] of Object.entries(page)) {
    const own = tile[name];
    if (!own) continue;
    joined[name] = name.startsWith("not_") ? [...new Set([...own, ...values])]
      : name.startsWith("min_") ? [String(Math.max(...[...own, ...values].map(Number)))]
      : name.startsWith("max_") ? [String(Math.min(...[...own, ...values].map(Number)))]
      : values.filter((value) => own.includes(value));
    if (!joined[name].length) return null;
  }
  return joined;
}

/** The filter for the events behind a tile: what its metric counts. @param {Tile} tile @param {Record<string, string[]>} chosen @returns {import("./router.js").Changes} */
export function eventsOf(tile, chosen) {
  const what = tile.metric === "events" ? {} : { type: "model_response", ...(["errors", "error_rate"].includes(tile.metric) ? { status: "error" } : {}) };
  return { ...what, ...chosen };
}

/** @param {readonly Tile[]} tiles @param {string} id @param {number} place  where it goes @returns {Tile[]} */
export function movedTo(tiles, id, place) {
  const one = tiles.find((tile) => tile.id === id);
  if (!one) return [...tiles];
  const others = tiles.filter((tile) => tile !== one);
  const at = Math.min(others.length, Math.max(0, place));
  return [...others.slice(0, at), one, ...others.slice(at)];
}

/** @param {readonly Tile[]} tiles @param {string} id @param {Partial<Plan>} changes @returns {Tile[]} */
export const changed = (tiles, id, changes) => tiles.map((tile) => (tile.id === id ? fitting({ ...tile, ...changes }) : tile));

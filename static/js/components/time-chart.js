/** Bars or lines over time by uPlot: three rules, labels outside, the same cursor on every chart. Drag zooms, a click opens that moment. */

import uPlot from "../../vendor/uplot.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { colour, paint } from "../preferences.js";
import { dayAndMinutes, ticks, tickWords } from "../time.js";
import { zoomTo } from "./range-picker.js";
import { ReleaseMarks } from "./release-marks.js";

// Each bar stands on the one before it in the stack.
const STACK = /** @type {any} */ ({
  y0: { unit: 1, values: (/** @type {uPlot} */ plot, /** @type {number} */ series) => (series > 1 ? plot.data[series - 1] : []) },
  y1: { unit: 1, values: (/** @type {uPlot} */ plot, /** @type {number} */ series) => plot.data[series] },
});

/** @typedef {{label: string, values: (number | null)[], colour: string}} Line  `colour`: a token */
/**
 * @typedef {object} ChartData
 * @property {number[]} starts  of the buckets, in ms
 * @property {number} end  of the last
 * @property {Line[]} lines  bars are stacked in this order, from the ground
 */

export const HEIGHT = 156;
const AXIS = 51;
const INDENT = 5; // uPlot sets its labels in; ours begin where titles begin

/**
 * @param {{data: ChartData, kind: "bars" | "lines", format: (value: number | null | undefined) => string, onAxis: (value: number) => string,
 *   open: (from: number, to: number) => void, name: string, height?: number}} props
 */
export function TimeChart({ data, kind, format, onAxis, open, name, height = HEIGHT }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const chart = useRef(/** @type {uPlot | null} */ (null));
  const [at, setAt] = useState(/** @type {{index: number, left: number} | null} */ (null));
  const latest = useRef({ data, open });
  latest.current = { data, open };
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return undefined;
    const made = new uPlot(optionsOf(kind, data, onAxis, { width: current.clientWidth, height }, { at: setAt, open: (index) => {
      const { starts, end } = latest.current.data;
      const from = starts[index];
      if (from !== undefined) latest.current.open(from, starts[index + 1] ?? end);
    } }), columnsOf(kind, data), current);
    chart.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height }));
    sizes.observe(current);
    return () => {
      sizes.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [kind, data.lines.map(({ label }) => label).join("\n"), paint.value, span(data), height]);
  useEffect(() => {
    chart.current?.setData(columnsOf(kind, data));
  }, [data]);
  const start = at ? data.starts[at.index] : undefined;
  return html`<div class="plotted"><div class="u" ref=${box} role="img" aria-label=${`${name}: ${data.lines.map(({ label }) => label).join(", ")}`}></div>
    <${ReleaseMarks} start=${data.starts[0] ?? 0} end=${data.end} />
    ${at && start !== undefined && html`<div class=${`tip${at.left > (box.current?.clientWidth ?? 0) / 2 ? " before" : ""}`} style=${{ left: `${at.left}px` }}>
      <b>${dayAndMinutes(start)}</b>
      ${[...data.lines].reverse().filter(({ values }) => kind === "lines" || values[at.index]).map((line) => html`<span key=${line.label}><i class=${kind} style=${{ background: `var(${line.colour})` }}></i>${line.label}<b>${format(line.values[at.index])}</b></span>`)}
    </div>`}</div>`;
}

/** @param {ChartData} data */
const span = ({ starts, end }) => `${starts.length} ${Math.round((end - (starts[0] ?? 0)) / 1000)}`;

/** @param {"bars" | "lines"} kind @param {ChartData} data @returns {uPlot.AlignedData} */
function columnsOf(kind, { starts, lines }) {
  if (kind === "lines") return /** @type {any} */ ([starts, ...lines.map(({ values }) => values)]);
  /** @type {number[][]} */
  const stacked = [];
  for (const { values } of lines) {
    const below = stacked.at(-1);
    stacked.push(starts.map((_, index) => (values[index] ?? 0) + (below?.[index] ?? 0)));
  }
  return /** @type {any} */ ([starts, ...stacked]);
}

/**
 * @param {"bars" | "lines"} kind @param {ChartData} data @param {(value: number) => string} onAxis @param {{width: number, height: number}} size
 * @param {{at: (at: {index: number, left: number} | null) => void, open: (index: number) => void}} tell @returns {uPlot.Options}
 */
function optionsOf(kind, data, onAxis, size, tell) {
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const quiet = colour("--ink-3");
  const rule = colour("--line");
  const bars = uPlot.paths.bars?.({ size: [0.92, 40], gap: 1, align: 1, disp: STACK });
  const straight = uPlot.paths.linear?.();
  const isWhole = data.lines.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
  let dragged = false;
  return {
    ...size,
    ms: 1,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: "page", setSeries: false },
      points: { show: kind === "lines", size: 6 },
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 6 },
    },
    scales: {
      x: { time: true, range: () => [data.starts[0] ?? 0, data.end] },
      y: { range: (_plot, _least, most) => [0, roundUp(most, isWhole)] },
    },
    axes: [
      { stroke: quiet, font, size: 24, gap: 4, grid: { show: false }, ticks: { show: false },
        splits: (plot, _index, from, to) => ticks(from, to, Math.max(2, Math.floor(plot.width / 96))),
        values: (plot, splits) => splits.map((split) => // none that the edge would cut
          plot.valToPos(split, "x") > plot.width - AXIS - 18 ? "" : tickWords(split, data.end - (data.starts[0] ?? 0))) },
      { stroke: quiet, font, size: AXIS, gap: 6, align: 1, alignTo: 2, grid: { stroke: rule, width: 1 }, ticks: { show: false },
        splits: (_plot, _index, _from, to) => [0, to / 2, to], values: (_plot, splits) => splits.map(onAxis) },
    ],
    series: [
      {},
      ...data.lines.map((line) => kind === "bars"
        ? { label: line.label, paths: bars, fill: colour(line.colour), width: 0, points: { show: false } }
        : { label: line.label, paths: straight, stroke: colour(line.colour), width: 1.75, spanGaps: true, points: { show: false } }),
    ],
    hooks: {
      setCursor: [(plot) => {
        const isHere = plot.over.matches(":hover");
        const { idx, left } = plot.cursor;
        tell.at(isHere && idx !== null && idx !== undefined && left !== undefined && left >= 0 ? { index: idx, left: left + AXIS - INDENT } : null);
      }],
      setSelect: [(plot) => {
        if (plot.select.width < 6) return;
        dragged = true;
        zoomTo(Math.round(plot.posToVal(plot.select.left, "x")), Math.round(plot.posToVal(plot.select.left + plot.select.width, "x")));
      }],
      ready: [(plot) => {
        plot.over.addEventListener("mouseleave", () => tell.at(null));
        plot.over.addEventListener("click", (click) => {
          if (!dragged && click.detail === 1) {
            const x = plot.posToVal(click.offsetX, "x");
            tell.open(Math.max(0, data.starts.findLastIndex((start) => start <= x)));
          }
          dragged = false;
        });
      }],
    },
  };
}

/** The next 1, 2, 2.5, 4, 5, 6 or 8 of a power of ten, so that its half is round too; whole, where all values are. @param {number | null} value @param {boolean} isWhole */
function roundUp(value, isWhole) {
  if (!value || value <= 0) return isWhole ? 2 : 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (/** @type {number} */ ([1, 2, 2.5, 4, 5, 6, 8, 10].find((step) => step * power >= value * 1.02 && (!isWhole || (step * power) % 2 === 0))) || 10);
}

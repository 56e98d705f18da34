/** How long requests took, as a picture: time to the right, latency upwards on a log scale, darker is more. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { duration, exact } from "../format.js";
import { html } from "../html.js";
import { colour, paint } from "../preferences.js";
import { dayAndMinutes, ticks, tickWords } from "../time.js";
import { zoomTo } from "./range-picker.js";
import { ReleaseMarks } from "./release-marks.js";
import { HEIGHT } from "./time-chart.js";

const AXIS = 46;
const BELOW = 24; // the labels of the time
const SHADES = 7;

/**
 * @param {{starts: number[], end: number, bounds: number[], counts: number[][], open: (from: number, to: number, among: import("../router.js").Changes) => void, height?: number}} props
 * `open`: a cell was chosen; `among`: the filter for its latencies
 */
export function HeatMap({ starts, end, bounds, counts, open, height = HEIGHT }) {
  const drawn = height - BELOW;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState(/** @type {{column: number, step: number, left: number} | null} */ (null));
  const [from, setFrom] = useState(/** @type {number | null} */ (null));
  const { low, high } = stepsWithCounts(counts);
  const rows = high - low + 1;
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.max(0, (entry?.contentRect.width ?? 0) - AXIS)));
    if (canvas.current?.parentElement) sizes.observe(canvas.current.parentElement);
    return () => sizes.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, width, drawn, counts, low, rows);
  }, [width, drawn, counts, paint.value]);
  /** @param {PointerEvent} event */
  const place = (event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const column = Math.min(starts.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * starts.length)));
    const step = low + rows - 1 - Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
    return { column, step, left: event.clientX - box.left + AXIS };
  };
  /** @param {number} column */
  const endOf = (column) => starts[column + 1] ?? end;
  const cell = at ? counts[at.column]?.[at.step] ?? 0 : 0;
  const first = starts[0] ?? 0;
  return html`<div class="heat">
    <canvas ref=${canvas} role="img" aria-label="Latency of requests over time" style=${{ marginLeft: `${AXIS}px` }}
      onPointerMove=${(/** @type {PointerEvent} */ event) => setAt(place(event))} onPointerLeave=${() => setAt(null)}
      onPointerDown=${(/** @type {PointerEvent} */ event) => setFrom(place(event).column)}
      onPointerUp=${(/** @type {PointerEvent} */ event) => {
        const { column, step } = place(event);
        if (from === null) return;
        if (from === column) open(starts[column] ?? 0, endOf(column), counts[column]?.[step] ? latencies(bounds, step) : {});
        else zoomTo(starts[Math.min(from, column)] ?? 0, endOf(Math.max(from, column)));
        setFrom(null);
      }}></canvas>
    <${ReleaseMarks} start=${first} end=${end} />
    ${labelsOf(bounds, low, rows).map(({ text, share }) => html`<span class="y" key=${text} style=${{ bottom: `${BELOW + share * drawn}px` }}>${text}</span>`)}
    ${ticks(first, end, Math.max(2, Math.floor(width / 96))).map((tick) => html`<span class="x" key=${tick} style=${{ left: `${AXIS + ((tick - first) / (end - first || 1)) * width}px` }}>${tickWords(tick, end - first)}</span>`)}
    ${at && html`<div class=${`tip${at.left > width / 2 ? " before" : ""}`} style=${{ left: `${at.left}px` }}>
      <b>${dayAndMinutes(starts[at.column] ?? 0)}</b><span>${at.step ? duration(bounds[at.step - 1]) : "0"} – ${duration(bounds[at.step]) || "longer"}<b>${exact(cell)}</b></span></div>`}
  </div>`;
}

/** The filter for a step. @param {number[]} bounds @param {number} step @returns {import("../router.js").Changes} */
export const latencies = (bounds, step) => ({ min_latency_ms: step ? String(bounds[step - 1]) : null, max_latency_ms: bounds[step] === undefined ? null : String(bounds[step]) });

/** The lowest and the highest step that anything took, with some air. @param {number[][]} counts */
function stepsWithCounts(counts) {
  const used = new Set(counts.flatMap((column) => column.flatMap((value, step) => (value ? [step] : []))));
  const steps = [...used];
  if (!steps.length) return { low: 12, high: 21 };
  const low = Math.max(0, Math.min(...steps));
  const high = Math.max(...steps);
  return high - low < 5 ? { low: Math.max(0, low - 2), high: high + 2 } : { low, high };
}

/** Labels at 1, 10, 100 … and at three times that, where rows begin. @param {number[]} bounds @param {number} low @param {number} rows */
function labelsOf(bounds, low, rows) {
  const labels = [];
  for (let step = Math.max(1, low); step <= low + rows; step += 1) {
    const bound = bounds[step - 1];
    if (bound === undefined) continue;
    const decade = Math.log10(bound);
    if (Math.abs(decade - Math.round(decade)) < 0.01) labels.push({ text: duration(bound).replace(/\.0+(?=\D)/, ""), share: (step - low) / rows });
  }
  return labels;
}

/** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height @param {number[][]} counts @param {number} low @param {number} rows */
function draw(canvas, width, height, counts, low, rows) {
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(scale, scale);
  const shades = Array.from({ length: SHADES }, (_, index) => colour(`--heat-${index + 1}`));
  const most = Math.max(1, ...counts.flat());
  const across = width / counts.length;
  const down = height / rows;
  const gap = across > 5 ? 1 : 0;
  for (const [column, steps] of counts.entries()) {
    for (let row = 0; row < rows; row += 1) {
      const value = steps[low + row] ?? 0;
      if (!value) continue;
      pen.fillStyle = shades[Math.min(SHADES - 1, Math.floor(Math.sqrt(value / most) * SHADES))] ?? "";
      pen.fillRect(column * across, height - (row + 1) * down, Math.max(1, across - gap), down - 1);
    }
  }
}

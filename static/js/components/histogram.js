/** Events over the range above the list, failed ones in red. Drag to zoom, double click to return. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { exact } from "../format.js";
import { html } from "../html.js";
import { colour, paint } from "../preferences.js";
import { amend } from "../router.js";
import { dayAndMinutes, ticks, tickWords } from "../time.js";
import { zoomTo } from "./range-picker.js";

const HEIGHT = 44;

/** @param {{starts: number[], end: number, all: number[], failed: number[]}} props */
export function Histogram({ starts, end, all, failed }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [width, setWidth] = useState(0);
  const [from, setFrom] = useState(/** @type {number | null} */ (null));
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (canvas.current?.parentElement) sizes.observe(canvas.current.parentElement);
    return () => sizes.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, width, all, failed);
  }, [width, all, failed, paint.value]);
  const first = starts[0] ?? 0;
  const length = end - first || 1;
  /** @param {PointerEvent} event */
  const moment = (event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return first + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * length;
  };
  const index = at === null ? -1 : Math.min(starts.length - 1, Math.floor(((at - first) / length) * starts.length));
  /** @param {number} time */
  const share = (time) => `${(100 * (time - first)) / length}%`;
  return html`<div class="hist">
    <div class="plot" onPointerDown=${(/** @type {PointerEvent} */ event) => { setFrom(moment(event)); /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId); }}
      onPointerMove=${(/** @type {PointerEvent} */ event) => setAt(moment(event))} onPointerLeave=${() => setAt(null)}
      onPointerUp=${(/** @type {PointerEvent} */ event) => {
        const to = moment(event);
        if (from !== null && Math.abs(to - from) > length / 100) zoomTo(Math.min(from, to), Math.max(from, to));
        setFrom(null);
      }} onDblClick=${() => amend({ range: null, from: null, to: null })}>
      <canvas ref=${canvas} role="img" aria-label=${`${exact(sum(all))} events, ${exact(sum(failed))} failed`}></canvas>
      ${from !== null && at !== null && html`<i class="drag" style=${{ left: share(Math.min(from, at)), width: `calc(${share(Math.max(from, at))} - ${share(Math.min(from, at))})` }}></i>`}
      ${index >= 0 && from === null && html`<span class=${`tip${index > starts.length / 2 ? " before" : ""}`} style=${{ left: share(at ?? first) }}>
        <b>${dayAndMinutes(starts[index] ?? 0)}</b> ${exact(all[index])} events${failed[index] ? html`, <span class="bad">${exact(failed[index])} failed</span>` : ""}</span>`}
    </div>
    <div class="hx" aria-hidden="true">${starts.length ? ticks(first + length / 50, end - length / 50, Math.max(2, Math.floor(width / 130))).map((tick) => html`<span key=${tick} style=${{ left: share(tick) }}>${tickWords(tick, length)}</span>`) : ""}</div>
  </div>`;
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** @param {HTMLCanvasElement} canvas @param {number} width @param {number[]} all @param {number[]} failed */
function draw(canvas, width, all, failed) {
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${HEIGHT}px`;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(scale, scale);
  const most = Math.max(1, ...all);
  const step = width / all.length;
  const gap = step > 4 ? 1.5 : step > 2 ? 0.5 : 0;
  for (const [values, name] of /** @type {const} */ ([[all, "--bar"], [failed, "--error"]])) {
    pen.fillStyle = colour(name);
    for (const [index, value] of values.entries()) {
      const height = value ? Math.max(name === "--error" ? 2 : 1, (value / most) * HEIGHT) : 0;
      pen.fillRect(index * step, HEIGHT - height, Math.max(1, step - gap), height);
    }
  }
}

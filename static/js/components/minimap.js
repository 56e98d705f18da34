/** The whole trace small, on a canvas. Dragging over it chooses a stretch of time; a double click shows all again. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { colour, paint } from "../preferences.js";
import { useParentWidth } from "../window.js";

const HEIGHT = 40;
const PAD = 3;
const SEEN = 3; // a failure is never smaller
const CLICK = 4; // pixels that are no drag

/** @param {{view: import("../trace-view.js").TraceView, here: number}} props */
export function Minimap({ view, here }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const width = useParentWidth(canvas);
  const [drag, setDrag] = useState(/** @type {{from: number, to: number} | null} */ (null));
  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, view.trace, width);
  }, [width, paint.value, view]);
  const { end } = view.trace;
  const { from, to } = view.stretch.value;
  const isZoomed = from > 0 || to < end;
  /** @param {PointerEvent} event */
  const share = (event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  /** @param {PointerEvent} event */
  const down = (event) => {
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    setDrag({ from: share(event), to: share(event) });
  };
  /** @param {PointerEvent} event */
  const up = (event) => {
    if (!drag) return;
    const [first, last] = [Math.min(drag.from, share(event)), Math.max(drag.from, share(event))];
    setDrag(null);
    if ((last - first) * width > CLICK) view.zoomTo(first * end, last * end);
  };
  const chosen = drag ? { left: Math.min(drag.from, drag.to), right: Math.max(drag.from, drag.to) } : { left: from / end, right: to / end };
  const mark = (view.trace.start[here] ?? 0) / end;
  return html`<div class=${`mini${isZoomed || drag ? " zoomed" : ""}`} title="Drag to look closer, double click for all" onPointerDown=${down} onPointerUp=${up}
    onPointerMove=${(/** @type {PointerEvent} */ event) => drag && setDrag({ ...drag, to: share(event) })} onDblClick=${() => view.zoomOut()}>
    <canvas ref=${canvas} aria-hidden="true"></canvas>
    <i class="shade" style=${{ left: "0", width: `${chosen.left * 100}%` }}></i><i class="shade" style=${{ left: `${chosen.right * 100}%`, right: "0" }}></i>
    <i class="brush" style=${{ left: `${chosen.left * 100}%`, width: `${(chosen.right - chosen.left) * 100}%` }}></i>
    <i class="now" style=${{ left: `${mark * 100}%` }}></i>
    ${isZoomed && !drag && html`<button type="button" class="whole" onPointerDown=${(/** @type {Event} */ event) => event.stopPropagation()} onClick=${() => view.zoomOut()}>${duration((to - from) / 1000)} of ${duration(end / 1000)} <kbd>0</kbd></button>`}
  </div>`;
}

/** @param {HTMLCanvasElement} canvas @param {import("../trace.js").Trace} trace @param {number} width */
function draw(canvas, trace, width) {
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(scale, scale);
  const colours = (trace.words["types"] ?? []).map((type) => colour(`--type-${type.replaceAll("_", "-")}`));
  const room = HEIGHT - 2 * PAD;
  const line = Math.max(1, Math.min(4, (room / trace.size) * 0.8));
  /** @param {number} row @param {string} fill */
  const bar = (row, fill) => {
    context.fillStyle = fill;
    const x = ((trace.start[row] ?? 0) / trace.end) * width;
    context.fillRect(x, PAD + (row / Math.max(1, trace.size)) * room, Math.max(1, ((trace.length[row] || 0) / trace.end) * width), line);
  };
  for (let row = 0; row < trace.size; row += 1) bar(row, colours[trace.type[row] ?? -1] || "gray");
  const failed = colour("--type-error");
  for (let row = 0; row < trace.size; row += 1) if (trace.failed[row]) bar(row, failed);
  for (const row of trace.failures) {
    context.fillRect(((trace.start[row] ?? 0) / trace.end) * width, PAD + (row / trace.size) * room - 1, SEEN, SEEN);
  }
}

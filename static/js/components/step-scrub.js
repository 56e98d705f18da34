/** The run in true time: cost above, steps in the colours of their types, breakpoints as diamonds below, and where the player is. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { colour, paint } from "../preferences.js";
import { useParentWidth } from "../window.js";

/** @typedef {import("../step-lines.js").StepLines} StepLines */

const HEIGHT = 46;
const CURVE = 19; // pixels of the cost curve
const TRACK = { top: 22, height: 12 };
const STOPS = 41; // where the diamonds lie
const LEAST = 3; // pixels of a step

/** @param {{lines: StepLines, here: number, stops: ReadonlySet<number>, glide: number, choose: (index: number) => void}} props  `glide`: ms the playhead takes through this step; 0: it stands */
export function StepScrub({ lines, here, stops, glide, choose }) {
  const { steps } = lines;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const width = useParentWidth(canvas);
  const [hovered, setHovered] = useState(-1);
  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, lines, stops, here, width);
  }, [width, paint.value, lines, stops, here]);
  /** @param {PointerEvent} event */
  const under = (event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    return steps.indexAt(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * steps.end);
  };
  const { start, end } = steps.at(here);
  const left = (start / steps.end) * 100;
  const length = Math.max((end - start) / steps.end, LEAST / Math.max(1, width)) * 100;
  const tip = hovered < 0 ? null : steps.at(hovered);
  return html`<div class="scrub" role="slider" tabindex="0" aria-label="Step" aria-valuemin="1" aria-valuemax=${steps.size} aria-valuenow=${here + 1}
    aria-valuetext=${`Step ${here + 1} of ${steps.size}, ${lines.nameOf(here)}, ${duration(end / 1000)}`}
    onPointerDown=${(/** @type {PointerEvent} */ event) => { /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId); choose(under(event)); }}
    onPointerMove=${(/** @type {PointerEvent} */ event) => { setHovered(under(event)); if (event.buttons & 1) choose(under(event)); }} onPointerLeave=${() => setHovered(-1)}>
    <span class="ground"></span><canvas ref=${canvas} aria-hidden="true"></canvas>
    <i class="now" style=${{ left: `${left}%`, width: `${length}%` }}></i>
    <i class="head" key=${here} style=${{ left: `${Math.min(100, left + length)}%`, animationDuration: `${glide}ms`, "--from": `${-(length / 100) * width}px` }} data-glides=${glide > 0 ? "yes" : "no"}></i>
    ${tip && html`<div class=${`tip${tip.start > steps.end / 2 ? " before" : ""}`} style=${{ left: `${(tip.start / steps.end) * 100}%` }}><b>${hovered + 1} ${lines.nameOf(hovered)}</b> ${duration(tip.end > tip.start ? (tip.end - tip.start) / 1000 : 0)} · at ${duration(tip.start / 1000) || "0 ms"}${Number.isNaN(steps.cost[hovered]) ? "" : ` · ${dollars(steps.cost[hovered])} so far`}</div>`}
  </div>`;
}

/** @param {HTMLCanvasElement} canvas @param {StepLines} lines @param {ReadonlySet<number>} stops @param {number} here @param {number} width */
function draw(canvas, { steps }, stops, here, width) {
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(scale, scale);
  const x = (/** @type {number} */ moment) => (moment / steps.end) * width;
  drawCost(context, steps, x, width);
  const failed = colour("--type-error");
  /** @type {Map<string, string>} */
  const colours = new Map();
  /** @param {number} index @param {string} fill */
  const bar = (index, fill) => {
    const { start, end } = steps.at(index);
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(Math.min(x(start), width - LEAST), TRACK.top, Math.max(LEAST, x(end) - x(start) - 1), TRACK.height, 2);
    context.fill();
  };
  let drawn = -1; // what would lie on what is drawn already is left out
  for (let index = 0; index < steps.size; index += 1) {
    const { start, end } = steps.at(index);
    if (x(end) < drawn + 1 && x(start) < drawn && steps.size > width) continue;
    const type = steps.typeOf(index);
    if (!colours.has(type)) colours.set(type, colour(`--type-${type.replaceAll("_", "-")}`) || "gray");
    bar(index, colours.get(type) ?? "gray");
    drawn = Math.max(drawn, x(start) + LEAST, x(end));
  }
  for (const index of steps.failed) bar(index, failed);
  context.fillStyle = colour("--accent");
  for (const index of stops) {
    context.globalAlpha = index > here ? 0.45 : 1;
    drawDiamond(context, Math.min(width - 4, Math.max(4, x(steps.at(index).start))));
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {import("../steps.js").Steps} steps @param {(moment: number) => number} x @param {number} width */
function drawCost(context, steps, x, width) {
  const all = steps.cost.at(-1) ?? NaN;
  if (!(all > 0)) return;
  const y = (/** @type {number} */ cost) => CURVE - ((cost || 0) / all) * (CURVE - 3);
  context.beginPath();
  context.moveTo(0, CURVE);
  let before = 0;
  for (let index = 0; index < steps.size; index += 1) {
    const { start, end } = steps.at(index);
    context.lineTo(x(start), y(before));
    before = steps.cost[index] ?? 0;
    context.lineTo(x(Math.max(start, end)), y(before));
  }
  context.lineTo(width, y(before));
  context.strokeStyle = colour("--ink-3");
  context.lineWidth = 1;
  context.stroke();
  context.lineTo(width, CURVE);
  context.lineTo(0, CURVE);
  context.globalAlpha = 0.35;
  context.fillStyle = colour("--line");
  context.fill();
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {number} at */
function drawDiamond(context, at) {
  context.beginPath();
  context.moveTo(at, STOPS - 4);
  context.lineTo(at + 4, STOPS);
  context.lineTo(at, STOPS + 4);
  context.lineTo(at - 4, STOPS);
  context.fill();
}

/** The edge between tree and detail: dragged, or moved with the arrow keys; the width is remembered. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { remember, remembered } from "../preferences.js";

const LEAST = 320;
const USUAL = 34; // percent
const MOST_SHARE = 0.65;
const STEP = 24;

/** How wide the detail is, as a grid wants it. */
export function useDetailWidth() {
  const [width, setWidth] = useState(Number(remembered("detail")) || 0);
  /** @param {number} wanted  0: the usual */
  const change = (wanted) => {
    const kept = wanted && Math.round(Math.min(innerWidth * MOST_SHARE, Math.max(LEAST, wanted)));
    setWidth(kept);
    remember("detail", kept ? String(kept) : "");
  };
  return { columns: `minmax(0, 1fr) ${width ? `min(${width}px, ${MOST_SHARE * 100}%)` : `minmax(${LEAST + 20}px, ${USUAL}%)`}`, width, change };
}

/** @param {{width: number, change: (width: number) => void}} props */
export function DetailEdge({ width, change }) {
  const [isDragged, setDragged] = useState(false);
  /** @param {Event} event */
  const pane = (event) => /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (event.currentTarget).parentElement);
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    change(pane(event).offsetWidth + by);
  };
  return html`<div class=${`edge${isDragged ? " dragged" : ""}`} role="separator" aria-orientation="vertical" aria-label="Width of the detail" aria-valuenow=${width} tabindex="0"
    title="Drag; double click for the usual width" onKeyDown=${keys} onDblClick=${() => change(0)}
    onPointerDown=${(/** @type {PointerEvent} */ event) => { event.preventDefault(); /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId); setDragged(true); }}
    onPointerMove=${(/** @type {PointerEvent} */ event) => { if (isDragged) change(pane(event).getBoundingClientRect().right - event.clientX); }}
    onPointerUp=${() => setDragged(false)} onPointerCancel=${() => setDragged(false)}></div>`;
}

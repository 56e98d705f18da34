/** Tree and waterfall in one: only the rows in sight are in the document, however long the trace. */

import { useLayoutEffect, useRef } from "../../vendor/hooks.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { reveal, revealInMiddle, useWindow } from "../window.js";
import { SpanRow } from "./span-row.js";

const PHONE = matchMedia("(max-width: 767px)");

/** @param {{view: import("../trace-view.js").TraceView, here: number, jumps: number, choose: (row: number) => void}} props  `jumps` grows when `here` came from afar */
export function SpanTree({ view, here, jumps, choose }) {
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const height = PHONE.matches ? 46 : 27;
  const rows = view.shown.value;
  const [first, last, slots] = useWindow(body, rows.length, height);
  const place = view.placeOf(here);
  const seen = useRef(-1);
  const hasMoved = useRef(false);
  useLayoutEffect(() => {
    (seen.current === jumps ? reveal : revealInMiddle)(body.current, place, height);
    seen.current = jumps;
  }, [here, jumps, height]);
  useLayoutEffect(() => {
    const active = document.activeElement;
    if (!hasMoved.current) {
      hasMoved.current = true;
      return;
    }
    const row = body.current?.querySelector(`#span-${here}`);
    if (row instanceof HTMLElement && (active === document.body || (active && body.current?.contains(active) && active !== row))) row.focus({ preventScroll: true });
  }, [here, first]);
  const shown = useRows(view, [first, last, slots], (at, row) => [at * height, at === place, view.foundSet.value.has(row), view.folded[row]], choose);
  return html`<${Head} view=${view} />
    <div class=${`scroll spans${view.isPathShown.value ? " critical" : ""}`} ref=${body} role="tree" aria-label="Spans" tabindex="-1">
      <div class="all" role="presentation" style=${{ height: `${rows.length * height}px` }}>
        <div class="lines" aria-hidden="true"><div class="tl">${ticksOf(view.stretch.value).map(([share]) => html`<i key=${share} style=${{ left: `${share}%` }}></i>`)}</div></div>${shown}</div>
    </div>`;
}

/**
 * The rows from `first` to `last`. While scrolling most of them stay as they were: given the very same element, preact does not look into it.
 * @param {import("../trace-view.js").TraceView} view @param {[number, number, number]} window  `slots`: a row that comes takes the place in the document of one that went
 * @param {(at: number, row: number) => [number, boolean, boolean, number | undefined]} looks  all that a row's looks depend on @param {(row: number) => void} choose
 */
function useRows(view, [first, last, slots], looks, choose) {
  const before = useRef({ view, rows: /** @type {Map<number, {key: string, element: unknown}>} */ (new Map()) });
  const known = before.current.view === view ? before.current.rows : new Map();
  const rows = new Map();
  for (let at = first; at < last; at += 1) {
    const row = /** @type {number} */ (view.shown.value[at]);
    const [top, isHere, isFound, isFolded] = looks(at, row);
    const key = `${slots} ${top} ${isHere} ${isFound} ${isFolded}`;
    const same = known.get(row);
    rows.set(row, same?.key === key ? same
      : { key, element: html`<${SpanRow} key=${at % slots} view=${view} row=${row} top=${top} isHere=${isHere} isFound=${isFound} choose=${choose} />` });
  }
  before.current = { view, rows };
  return [...rows.values()].map(({ element }) => element);
}

/** @param {{view: import("../trace-view.js").TraceView}} props */
const Head = ({ view }) => html`<div class="sr-head"><div>Span</div><div class="ticks" aria-hidden="true">${ticksOf(view.stretch.value).map(([share, words]) => html`<span key=${words} style=${{ left: `${share}%` }}>${words}</span>`)}</div>
  <div class="num">Duration</div><div class="num tk2">Tokens</div><div class="num co2">Cost</div></div>`;

/** Round moments since the start. @param {{from: number, to: number}} stretch @returns {[number, string][]} */
function ticksOf({ from, to }) {
  const rough = (to - from) / 4.5;
  const scale = 10 ** Math.floor(Math.log10(rough));
  const step = scale * ([1, 2, 5].find((size) => size * scale >= rough) ?? 10);
  /** @type {[number, string][]} */
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to - (to - from) * 0.04; at += step) found.push([((at - from) / (to - from)) * 100, words(at, step)]);
  return found;
}

/** @param {number} us @param {number} step */
function words(us, step) {
  if (us === 0) return "0";
  if (us < 1_000_000 && step < 1_000_000) return step < 1000 ? `${us / 1000} ms`.replace(/(\.\d\d)\d+/, "$1") : duration(us / 1000);
  const seconds = us / 1e6;
  return seconds < 60 ? `${seconds.toFixed(Math.max(0, -Math.floor(Math.log10(step / 1e6))))}\u2009s` : duration(us / 1000).replace(/ 0\u2009s$/, "");
}
